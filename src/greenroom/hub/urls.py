"""The addresses of the hub."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("api/", include("greenroom.hub.api.urls")),
    path("", include("greenroom.hub.web.urls")),
]

handler404 = "greenroom.hub.web.errors.not_found"
