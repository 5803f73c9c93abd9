"""Guides to connect other programs, with this hub's own addresses in them."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from greenroom.hub.automation.registry import Visibility, list_operations, list_triggers
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.web.api_keys import check_may_give_leave
from greenroom.hub.web.doors import SignedInRequest, signed_in
from greenroom.hub.web.oauth import KNOWN_REDIRECTS

# By the name in the address: what the platform is called, and what one gets of it here, in a sentence.
GUIDES = {
    "power-automate": ("Power Automate", "Flows, Power Apps and Logic Apps, by a connector made for this hub."),
    "zapier": ("Zapier", "Zaps that start at once, by an app made for this hub."),
    "n8n": ("n8n", "Workflows in your own n8n, by two nodes made for this hub."),
    "make": ("Make", "Scenarios, by Make's own modules for webhooks and HTTP."),
    "mcp": ("Model Context Protocol", "Assistants that find events and sign people up for you."),
}


@signed_in
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Show what can be connected, and what there is then to use."""
    check_may_give_leave(request.user)
    operations = [one for one in list_operations() if one.visibility is not Visibility.INTERNAL]
    context: dict[str, Any] = {
        "guides": [(name, title, text) for name, (title, text) in GUIDES.items()],
        "triggers": sorted(list_triggers(), key=lambda one: one.summary),
        "operations": sorted(operations, key=lambda one: (one.tags, one.summary)),
    }
    return render(request, "automate/home.html", context | _hub())


@signed_in
@require_GET
def guide(request: SignedInRequest, platform: str) -> HttpResponse:
    """Show how one platform is connected, step by step."""
    check_may_give_leave(request.user)
    if platform not in GUIDES:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    title, text = GUIDES[platform]
    context = {"title": title, "text": text, "redirect_uri": KNOWN_REDIRECTS.get(title, "")}
    return render(request, f"automate/{platform}.html", context | _hub())


def _hub() -> dict[str, Any]:
    """Return this hub's addresses, and whether servers on the internet may call it at all."""
    url = settings.PUBLIC_URL
    return {
        "hub_url": url,
        "api_url": f"{url}/api/v1",
        "mcp_url": f"{url}/mcp",
        "authorize_url": f"{url}/oauth/authorize",
        "token_url": f"{url}/oauth/token",
        "is_https": settings.IS_HTTPS,
    }
