"""The addresses of the hub."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("greenroom.hub.web.urls")),
]
