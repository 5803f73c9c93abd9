"""What every template knows."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from greenroom.hub.courses.access import may_see_events
from greenroom.hub.users.access import may_market
from greenroom.hub.web.troubles import list_troubles


@dataclass(frozen=True)
class NavigationItem:
    """One area of the site, as the side navigation shows it."""

    label: str
    url: str
    icon: str
    is_current: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """
    Return what the page frame needs.

    `navigation` is empty for people who have not signed in. `site_troubles` is for site admins, and asked for once.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    areas = [("Home", "home", "home"), ("Courses", "courses", "learn")]
    if may_see_events(user):
        areas += [("Events", "events", "calendar"), ("Automate", "automate", "bolt")]
    if may_market(user):
        areas += [
            ("Contacts", "contacts", "contact"),
            ("Segments", "segments", "site"),
            ("E-mails", "emails", "mail"),
            ("Forms", "web_forms", "edit"),
            ("Campaigns", "campaigns", "play"),
        ]
    if user.is_site_admin:
        areas += [
            ("Accounts", "connections", "link"),
            ("Sync", "sync_runs", "sync"),
            ("To decide", "unmatched", "inbox"),
            ("Health", "site_health", "pulse"),
            ("People", "people", "people"),
        ]
    return {
        "navigation": [_item(request, label, reverse(name), icon) for label, name, icon in areas],
        # Only pages with a frame ask: parts that renew themselves have none.
        "site_troubles": cache(list_troubles) if user.is_site_admin else (),
    }


# Lessons and what is in them have short addresses of their own.
_BELOW_COURSES = ("/courses/", "/lessons/", "/sections/", "/items/")


def _item(request: HttpRequest, label: str, url: str, icon: str) -> NavigationItem:
    """Make an item that is current on its page and all below; the home page is below nothing."""
    below = _BELOW_COURSES if url == reverse("courses") else (url,)
    is_current = request.path == url or (url != reverse("home") and request.path.startswith(below))
    return NavigationItem(label, url, icon, is_current)
