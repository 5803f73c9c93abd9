"""The page on which a course is copied: another title, other dates, other events."""

import zoneinfo
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from greenroom.hub.courses.access import Verb, get_course_for, list_accounts_for, may
from greenroom.hub.courses.models import Course, SectionItem
from greenroom.hub.courses.services.copying import Shift, copy_course, find_first_day, list_live_items
from greenroom.hub.events.models import Event
from greenroom.hub.events.selectors import list_choosable_events
from greenroom.hub.web.doors import SignedInRequest, signed_in

_MOST_OFFERED = 200


class CopyForm(forms.Form):
    """What is other in the copy; `event_ID` for each live item is the event it shows there, or none."""

    title = forms.CharField(max_length=200)
    first_day = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="What opens, closes or is due moves by as many days. Events have dates of their own.",
    )
    with_team = forms.BooleanField(required=False, initial=True, label="With those who teach, edit and assist")

    def __init__(
        self, data: Mapping[str, Any] | None, *, course: Course, first_day: date | None, may_leave_team: bool
    ) -> None:
        """Ask for an event in the place of each; the next one that is called the same is proposed."""
        super().__init__(data, initial={"title": f"{course.title} (copy)"[:200], "first_day": first_day})
        if first_day is None:
            del self.fields["first_day"]
        if not may_leave_team:
            del self.fields["with_team"]
        self.items = {f"event_{item.pk}": item for item in list_live_items(course=course)}
        offered: dict[str, list[Event]] = {}
        for name, item in self.items.items():
            assert item.event is not None
            product = item.event.product
            events = offered.setdefault(product, list(_offer(course, product)))
            self.fields[name] = _choice(item, item.event, events)

    def event_fields(self) -> list[forms.BoundField]:
        """Return the fields of the live items."""
        return [self[name] for name in self.items]

    def chosen_events(self) -> dict[int, Event]:
        """Return the event chosen for each live item that is not left out."""
        chosen = {item.pk: self.cleaned_data[name] for name, item in self.items.items() if self.cleaned_data[name]}
        events = Event.objects.in_bulk([int(pk) for pk in chosen.values()])
        return {item: events[int(pk)] for item, pk in chosen.items()}


def _offer(course: Course, product: str) -> Any:
    """Return the events to come of the accounts that are open to every course, and so to one that is not there yet."""
    accounts = list_accounts_for(course).filter(is_open_to_all=True)
    return list_choosable_events(product=product).filter(connection__in=accounts)[:_MOST_OFFERED]


def _choice(item: SectionItem, event: Event, events: list[Event]) -> forms.ChoiceField:
    others = [(str(one.pk), _say(one)) for one in events if one.pk != event.pk]
    same_title = next((str(one.pk) for one in events if one.title == event.title and one.pk != event.pk), "")
    kept = [(str(event.pk), f"The same one: {_say(event)}")]
    return forms.ChoiceField(
        required=False,
        label=f"{item.section.lesson.title}: {item.shown_title}",
        choices=[("", "Leave it out"), *kept, *others],
        initial=same_title,
    )


def _say(event: Event) -> str:
    if event.starts_at is None:
        return event.title
    at = timezone.localtime(event.starts_at)
    return f"{event.title} · {at:%a} {at.day} {at:%b %Y, %H:%M}"


@signed_in
@require_http_methods(["GET", "POST"])
def copy(request: SignedInRequest, slug: str) -> HttpResponse:
    """Copy a course as a draft; who only edits it brings those who teach it along."""
    course = get_course_for(request.user, slug, Verb.EDIT)
    zone = zoneinfo.ZoneInfo(request.user.time_zone)
    first_day = find_first_day(course=course, zone=zone)
    may_leave_team = may(request.user, Verb.PEOPLE, course)
    form = CopyForm(request.POST or None, course=course, first_day=first_day, may_leave_team=may_leave_team)
    if form.is_valid():
        days = (form.cleaned_data["first_day"] - first_day).days if first_day else 0
        copied = copy_course(
            course=course,
            title=form.cleaned_data["title"],
            shift=Shift(days, zone),
            events=form.chosen_events(),
            with_team=form.cleaned_data.get("with_team", True),
            actor=request.user,
        )
        return redirect("course", slug=copied.slug)
    return render(request, "courses/copy.html", {"course": course, "form": form}, status=422 if form.errors else 200)
