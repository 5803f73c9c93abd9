"""The addresses of the pages, by area."""

from django.urls import path

from greenroom.hub.web import home, style

urlpatterns = [
    path("", home.home, name="home"),
    path("style/", style.style, name="style"),
]
