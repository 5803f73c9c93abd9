"""Fetching forms, the events they offer, and what was sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import find_usable_connections, list_usable_connections
from greenroom.hub.contacts.models import CustomField
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.webforms.models import EVENT_FIELD, FormAction, FormField, Submission, SubmissionAct, WebForm

State = Submission.State

MOST_OFFERED = 200
_MOST_LOOKED_AT = 1000
_DAYS_SHOWN = 30


def list_web_forms() -> QuerySet[WebForm]:
    """Return all forms by name, each with how many answers it has (`sent`) and acts that were not done (`failed`)."""
    failed = SubmissionAct.objects.filter(submission__form=OuterRef("pk"), state=SubmissionAct.State.FAILED)
    accepted = Count("submissions", filter=Q(submissions__state=State.ACCEPTED))
    return WebForm.objects.annotate(sent=accepted, has_failed=Exists(failed)).order_by("name")


def list_forms_keeping(*, field: CustomField) -> QuerySet[WebForm]:
    """Return the forms of which an answer is kept in a custom field, by name. One query."""
    return WebForm.objects.filter(fields__contact_field=field.target).distinct().order_by("name")


def get_open_form(public_id: str) -> WebForm:
    """
    Return a form that visitors can see: one that is published, or was.

    Raises:
        UnknownObjectError: there is none.
    """
    form = WebForm.objects.exclude(state=WebForm.State.DRAFT).filter(public_id=public_id).first()
    if form is None:
        raise UnknownObjectError("There is no form here. Ask whoever gave you the address.")
    return form


def list_offered_events(field: FormField) -> list[Event]:
    """
    Return the events a visitor can choose in a field now, the soonest first. One query.

    Those that were picked for it stay when their account is no longer open to the form.
    """
    events = _list_events_to_come().filter(product=field.product)
    if field.events:
        events = events.filter(pk__in=field.events)
    else:
        accounts = list_usable_connections(used_by=ConnectionUse.UsedBy.FORM, object_id=field.form_id)
        events = events.filter(connection__in=accounts.order_by().values("pk"))
    return list(events[:MOST_OFFERED])


def _list_events_to_come() -> QuerySet[Event]:
    any_time = Q(dates=Event.Dates.ANY_TIME, state=Event.State.SCHEDULED)
    to_come = Q(ends_at__gte=clock.now()) | Q(state=Event.State.LIVE) | any_time
    closed = [Event.State.CANCELLED, Event.State.MISSING, Event.State.ENDED]
    events = Event.objects.filter(to_come, connection__state=Connection.State.ACTIVE).exclude(state__in=closed)
    return events.order_by(F("starts_at").asc(nulls_last=True), "pk")


def list_offers_of_many(fields: Collection[FormField]) -> dict[int, list[Event]]:
    """
    Return what can be chosen in each of many fields, of the first thousand events to come that organizers ask more for.

    Three queries, however many fields there are.
    """
    usable = find_usable_connections(used_by=ConnectionUse.UsedBy.FORM, object_ids={one.form_id for one in fields})
    picked = {pk for one in fields for pk in one.events}
    accounts = {pk for one in fields if not one.events for pk in usable[one.form_id]}
    events = _list_events_to_come().filter(Q(pk__in=picked) | Q(connection__in=accounts))
    events = events.filter(product__in={one.product for one in fields}, registration_form__isnull=False)
    there = list(events[:_MOST_LOOKED_AT])
    return {one.pk: [event for event in there if _is_offered(event, one, usable)] for one in fields}


def _is_offered(event: Event, field: FormField, usable: Mapping[int, Collection[int]]) -> bool:
    if event.product != field.product:
        return False
    return event.pk in field.events if field.events else event.connection_id in usable[field.form_id]


def list_offers(fields: Iterable[FormField]) -> dict[int, list[Event]]:
    """Return what can be chosen in each field that offers events. One query for each of them."""
    return {one.pk: list_offered_events(one) for one in fields if one.kind == FormField.Kind.EVENT}


def find_fixed_events(actions: Iterable[FormAction]) -> Mapping[int, Event | None]:
    """Return the events that actions name, by number; None for one that is no longer here. One query."""
    wanted = {one.settings["event"] for one in actions if one.settings.get("event")}
    there = Event.objects.in_bulk(list(wanted))
    return {pk: there.get(pk) for pk in sorted(wanted)}


def list_events_of(form: WebForm) -> list[Event]:
    """Return the events that a form's actions may be about now. Some queries, however many events there are."""
    actions = list(form.actions.all())
    chosen_in = {one.settings.get(EVENT_FIELD) for one in actions}
    offers = list_offers(one for one in form.fields.all() if one.pk in chosen_in)
    fixed = [event for event in find_fixed_events(actions).values() if event]
    return [*fixed, *(event for offered in offers.values() for event in offered)]


def list_submissions(*, form: WebForm, text: str = "", state: str = "") -> QuerySet[Submission]:
    """
    Return what was sent, the latest first, each with `has_failed`; `state` may also be `failed`.

    Each word of `text` is a part of the address or of an answer.
    """
    failed = SubmissionAct.objects.filter(submission=OuterRef("pk"), state=SubmissionAct.State.FAILED)
    submissions = form.submissions.annotate(has_failed=Exists(failed)).select_related("contact")
    if state == "failed":
        submissions = submissions.filter(has_failed=True)
    elif state:
        submissions = submissions.filter(state=state)
    for word in text.split():
        submissions = submissions.filter(Q(email__icontains=word) | Q(searched__icontains=word.casefold()))
    return submissions.order_by("-pk")


@dataclass(frozen=True, slots=True)
class Statistics:
    """How a form does."""

    views: int
    sent: int
    sent_since_counted: int
    unconfirmed: int
    set_aside: int
    accepted: int
    done: int
    waiting: int
    failed: int
    by_day: Sequence[tuple[str, int]]

    @property
    def sent_percent(self) -> int:
        """Return of how many in a hundred times that it was shown it was sent."""
        return min(100, 100 * self.sent_since_counted // self.views) if self.views else 0


def count_submissions(*, form: WebForm) -> Statistics:
    """Return how many were sent and what has become of them, and how often it was shown. Five queries."""
    by_state = dict(form.submissions.order_by().values_list("state").annotate(count=Count("pk")))
    acts = SubmissionAct.objects.filter(submission__form=form).order_by()
    by_act = dict(acts.values_list("state").annotate(count=Count("pk")))
    shown = form.views.aggregate(times=Sum("count"), since=Min("day"))
    return Statistics(
        views=shown["times"] or 0,
        sent=sum(by_state.values()),
        sent_since_counted=_count_since(form, shown["since"]) if shown["since"] else 0,
        unconfirmed=by_state.get(State.UNCONFIRMED, 0),
        set_aside=by_state.get(State.SET_ASIDE, 0),
        accepted=by_state.get(State.ACCEPTED, 0),
        done=by_act.get(SubmissionAct.State.DONE, 0),
        waiting=by_act.get(SubmissionAct.State.WAITING, 0),
        failed=by_act.get(SubmissionAct.State.FAILED, 0),
        by_day=_count_by_day(form),
    )


def _count_since(form: WebForm, day: date) -> int:
    """Return how many people have sent a form since a day in UTC."""
    since = datetime.combine(day, time.min, UTC)
    return form.submissions.exclude(state=State.SET_ASIDE).filter(submitted_at__gte=since).count()


def _count_by_day(form: WebForm) -> list[tuple[str, int]]:
    """Return the numbers of the last 30 days, in the viewer's zone; nothing while nothing was sent in them."""
    today = clock.now()
    lately = form.submissions.filter(submitted_at__gt=today - timedelta(days=_DAYS_SHOWN))
    counts = dict(lately.order_by().values_list(TruncDate("submitted_at")).annotate(count=Count("pk")))
    if not counts:
        return []
    length = (max(counts) - min(counts)).days + 1
    days = [min(counts) + timedelta(days=number) for number in range(length)]
    return [(f"{day:%-d %b}", counts.get(day, 0)) for day in days]
