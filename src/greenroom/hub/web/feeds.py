"""Calendars: the page where people get the addresses of theirs, and what calendar programs read there."""

import hashlib

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.calendars import find_feed, list_calendar_courses, list_calendar_dates, write_calendar
from greenroom.hub.courses.models import CalendarFeed, Course
from greenroom.hub.courses.services import open_feed, revoke_feed
from greenroom.hub.web.doors import NOTHING, SignedInRequest, signed_in, text_of


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show of what a person may have a calendar, and which addresses they have made."""
    made = {feed.course_id: feed for feed in CalendarFeed.objects.filter(user=request.user)}
    rows = [{"course": course, "feed": made.get(course.pk)} for course in list_calendar_courses(request.user)]
    return render(request, "calendars/list.html", {"rows": [{"course": None, "feed": made.get(None)}, *rows]})


@signed_in
@require_POST
@never_cache
def make_address(request: SignedInRequest) -> HttpResponse:
    """Make the address of a calendar, and show it, this once."""
    course = _course_of(request)
    token = open_feed(user=request.user, course=course)
    address = settings.PUBLIC_URL + reverse("calendar_feed", args=[token])
    return render(request, "calendars/address.html", {"course": course, "address": address})


@signed_in
@require_POST
def revoke(request: SignedInRequest) -> HttpResponse:
    """Let the address of a calendar lead nowhere from now on."""
    revoke_feed(user=request.user, course=_course_of(request))
    messages.success(request, "The address is revoked. Calendars that used it are not renewed any more.")
    return redirect("calendars")


def _course_of(request: SignedInRequest) -> Course | None:
    """Return the course that was chosen, or None for all of them."""
    slug = text_of(request.POST, "course")
    return get_object_or_404(list_calendar_courses(request.user), slug=slug) if slug else None


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show a calendar program the dates of whoever made this address; nothing new costs it no body."""
    found = find_feed(token)
    if found is None:
        raise UnknownObjectError(NOTHING)
    body = write_calendar(
        name=found.course.title if found.course else "Greenroom",
        dates=list_calendar_dates(user=found.user, course=found.course),
        time_zone=found.user.time_zone,
        public_url=settings.PUBLIC_URL,
    )
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer
