"""
Where our own join links lead: programs and mails hand them out, and whoever has one needs no sign-in.

Every answer keeps the address, which admits its bearer, from the sites it leads to.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from greenroom.hub.events.products import get_product
from greenroom.hub.events.services.joining import (
    WayIn,
    find_event_to_start,
    find_everybodys_way_in,
    find_registrants_way_in,
)
from greenroom.hub.events.services.starting import get_start_url


@require_safe
@never_cache
def as_registrant(request: HttpRequest, token: str) -> HttpResponse:
    """Let one person in, or say why not."""
    return _lead_in(request, token, find_registrants_way_in)


@require_safe
@never_cache
def as_anybody(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody into an event that nobody signs up for, or say why not."""
    return _lead_in(request, token, find_everybodys_way_in)


@require_safe
@never_cache
def confirmed(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody what they are signed up for, and the way in."""
    return _show(request, token, find_registrants_way_in(token))


@csrf_exempt  # the link itself is the proof, and many who have it never signed in
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever was sent this link start an event; programs that look at links in mails start nothing."""
    event = find_event_to_start(token)
    page = {"event": event, "product": get_product(event.product)}
    is_asked = request.method == "POST"
    answer = redirect(get_start_url(event=event)) if is_asked else render(request, "events/start_by_link.html", page)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _lead_in(request: HttpRequest, token: str, find: Callable[[str], WayIn]) -> HttpResponse:
    way_in = find(token)
    if way_in.reason:
        return _show(request, token, way_in, status=409)
    answer = redirect(way_in.address)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _show(request: HttpRequest, token: str, way_in: WayIn, status: int = 200) -> HttpResponse:
    context = {
        "way_in": way_in,
        "token": token,
        "product": get_product(way_in.event.product),
        "times": way_in.event.times.all(),
    }
    answer = render(request, "events/way_in.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
