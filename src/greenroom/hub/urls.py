"""The addresses of the hub."""

from allauth.account.views import email
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from greenroom.hub.api.mcp import mcp
from greenroom.hub.api.urls import unknown

urlpatterns = [
    # Rights and registrations go by the address, and nothing proves a new one: the page only shows it.
    path("accounts/email/", require_safe(email), name="account_email"),
    path("accounts/", include("allauth.account.urls")),
    path("api/", include("greenroom.hub.api.urls")),
    path("mcp", mcp, name="mcp"),
    path("", include("greenroom.hub.api.oauth")),
    path("", include("greenroom.hub.web.urls")),
    re_path("^api(?:/|$)", unknown),
]

handler404 = "greenroom.hub.web.errors.not_found"
