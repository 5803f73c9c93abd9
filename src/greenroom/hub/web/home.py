"""The first page after signing in: what is next for this person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from greenroom.hub.connections.selectors import list_connections
from greenroom.hub.core import clock
from greenroom.hub.courses.access import list_courses_for, list_events_for, may_see_events
from greenroom.hub.courses.models import SectionItem
from greenroom.hub.courses.selectors import list_next_items, list_notices, list_progress
from greenroom.hub.events.models import Event
from greenroom.hub.events.selectors import list_events
from greenroom.hub.sync.selectors import list_runs
from greenroom.hub.web.doors import SignedInRequest, signed_in

_MOST_NOTICES = 5


@signed_in
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Show what is next for a learner, today's events for those who teach, and the accounts for a site admin."""
    user = request.user
    context: dict[str, object] = {
        "today": clock.now(),
        "next_items": list_next_items(user=user),
        "notices": list_notices(user=user).filter(is_shown=True)[:_MOST_NOTICES],
        "progress": list_progress(courses=list_courses_for(user), user=user),
    }
    if may_see_events(user):
        context["coming_events"] = list_events_for(user, list_events(when="upcoming")).exclude(
            state=Event.State.CANCELLED
        )[:5]
    if user.is_site_admin:
        connections = list(list_connections())
        context["connections"] = connections
        context["first_run"] = {
            "connected": bool(connections),
            "events": Event.objects.exists(),
            "items": SectionItem.objects.filter(event__isnull=False).exists(),
        }
        context["last_runs"] = list_runs()[:3]
    return render(request, "web/home.html", context)
