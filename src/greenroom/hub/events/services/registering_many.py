"""Signing many people up for an event at once, and taking them off, with as many statements as for a few."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.idempotency import check_key, used_otherwise
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers, check_answers
from greenroom.hub.events.selectors import OPEN_STATES
from greenroom.hub.events.services.registration import (
    cancellation_key_of,
    check_is_open,
    deliver_cancellation,
    deliver_registration,
    form_of,
    new_request,
    registration_key_of,
    used_by_somebody_else,
)
from greenroom.hub.users.models import User

State = RegistrationRequest.State


@dataclass(slots=True)
class SignUps:
    """What became of sign-ups, by the key under which each was asked for: a request, or why there is none."""

    requests: dict[str, RegistrationRequest] = field(default_factory=dict)
    problems: dict[str, HubError] = field(default_factory=dict)


def register_many(*, event: Event, asked: Mapping[str, Answers]) -> SignUps:
    """
    Ask to sign people up in their stead, as `register_somebody` does for one of them.

    What was asked for with the same key before is returned as it stands. A constant number of statements, but that
    SQLite writes 71 rows with one.

    Args:
        asked: what each person answers, by an idempotency key of their own.

    Raises:
        RegistrationClosedError: the event is over, cancelled or not to be found, or nobody signs up for it.
    """
    check_is_open(event)
    sign_ups = SignUps()
    fit = _list_fit(event, asked, sign_ups)
    users = {one.email: one for one in User.objects.filter(email__in={one.email for one in fit.values()})}
    with transaction.atomic():
        stored = _store(event, _new_requests(event, fit, users, sign_ups), sign_ups)
        pending = [one for one in stored if one.state == State.PENDING]
        deliver_registration.enqueue_many({registration_key_of(one): {"request_id": one.pk} for one in pending})
    return sign_ups


def _list_fit(event: Event, asked: Mapping[str, Answers], sign_ups: SignUps) -> dict[str, Answers]:
    """Return the answers that GoTo would take; what is wrong with the others is noted."""
    form, fit = form_of(event), {}
    for key, answers in asked.items():
        tidied = answers.tidied()
        try:
            check_key(key)
            check_answers(form, tidied)
        except HubError as error:
            sign_ups.problems[key] = error
        else:
            fit[key] = tidied
    return fit


def _new_requests(
    event: Event, fit: Mapping[str, Answers], users: Mapping[str, User], sign_ups: SignUps
) -> list[RegistrationRequest]:
    """Return the rows to be stored, by address; who needs none, or must not have one, is noted. Three statements."""
    here = RegistrationRequest.objects.filter(event=event, user__in=users.values(), state__in=OPEN_STATES)
    opened = {one.user_id: one for one in here.order_by("pk")}
    known, foreign = _find_known(event, {one.email for one in fit.values()}, users)
    rows = []
    for key, answers in fit.items():
        user = users.get(answers.email)
        if user and user.pk in opened:
            sign_ups.requests[key] = opened[user.pk]
        elif answers.email in foreign:
            sign_ups.problems[key] = used_by_somebody_else()
        else:
            rows.append(new_request(event, answers, user, key, known.get(answers.email)))
    # In one order for all: two who wait for each other's rows would wait for ever.
    return sorted(rows, key=lambda one: (one.email, one.idempotency_key or ""))


def _find_known(
    event: Event, emails: Collection[str], users: Mapping[str, User]
) -> tuple[dict[str, Registrant], set[str]]:
    """Return who is signed up, by address, and which addresses belong to others here; tie the rest to their people."""
    known: dict[str, Registrant] = {}
    foreign, untied = set(), []
    for one in Registrant.objects.filter(event=event, email__in=emails, gone_at=None).order_by("pk"):
        known.setdefault(one.email, one)
        user = users.get(one.email)
        if user and one.user_id is None:
            untied.append(one.pk)
        elif user and one.user_id != user.pk:
            foreign.add(one.email)
    if untied:
        person = User.objects.filter(email=OuterRef("email")).values("pk")[:1]
        Registrant.objects.filter(pk__in=untied).exclude(email__in=foreign).update(user=Subquery(person))
    return known, foreign


def _store(event: Event, rows: list[RegistrationRequest], sign_ups: SignUps) -> list[RegistrationRequest]:
    """Store rows, note what came of each, and return what is stored under their keys. Three statements, as a rule."""
    stored = []
    while rows:
        RegistrationRequest.objects.bulk_create(rows, ignore_conflicts=True)
        stored += _read_back(event, rows, sign_ups)
        # What kept a row from being stored may be closed by the time it is read, and then there is room for the row.
        rows = [one for one in rows if one.idempotency_key not in sign_ups.requests.keys() | sign_ups.problems.keys()]
    return stored


def _read_back(event: Event, rows: list[RegistrationRequest], sign_ups: SignUps) -> list[RegistrationRequest]:
    """Note what is stored now for each row, and return what is stored under its key. Two statements at most."""
    by_key = RegistrationRequest.objects.in_bulk([one.idempotency_key for one in rows], field_name="idempotency_key")
    others = [one for one in rows if one.idempotency_key not in by_key]
    # Asked for by another key, or at another door, and still open.
    opened = RegistrationRequest.objects.filter(event=event, state__in=OPEN_STATES)
    by_email = {one.email: one for one in opened.filter(email__in=[one.email for one in others])} if others else {}
    for row in rows:
        assert row.idempotency_key is not None
        found = by_key.get(row.idempotency_key) or by_email.get(row.email)
        if found is None:
            continue
        if found.event_id != event.pk:
            sign_ups.problems[row.idempotency_key] = used_otherwise()
        elif row.user_id and found.user_id not in (None, row.user_id):
            sign_ups.problems[row.idempotency_key] = used_by_somebody_else()
        else:
            sign_ups.requests[row.idempotency_key] = found
    return [one for one in by_key.values() if one.event_id == event.pk]


def take_off_many(*, event: Event, registrants: Collection[Registrant]) -> None:
    """
    Ask to take people off an event, as `take_registrant_off` does for one of them.

    Who is on the way off, or off, is passed over. Statements as for `register_many`.
    """
    there = [one for one in registrants if one.is_there]
    with transaction.atomic():
        carried = _find_what_carries(event, there)
        turning = [one for one in carried.values() if one.state != State.CANCELLING]
        asked = {"state": State.CANCELLING, "asked_at": clock.now(), "answered_at": None}
        RegistrationRequest.objects.filter(pk__in=[one.pk for one in turning]).update(**asked)
        # Signed up at another door: there is no request of ours yet that could be carried.
        empty = Answers(fields={}).to_json()
        made = RegistrationRequest.objects.bulk_create(
            RegistrationRequest(
                event=event, user_id=one.user_id, email=one.email, answers=empty, registrant=one, **asked
            )
            for one in there
            if one.pk not in carried
        )
        jobs = {cancellation_key_of(one): {"request_id": one.pk} for one in [*turning, *made]}
        deliver_cancellation.enqueue_many(jobs)


def _find_what_carries(event: Event, registrants: Collection[Registrant]) -> dict[int, RegistrationRequest]:
    """Return the open request by which each of these people can be taken off, locked, by registrant. One query."""
    about = Q(registrant__in=registrants) | Q(email__in={one.email for one in registrants})
    opened = RegistrationRequest.objects.select_for_update().filter(about, event=event, state__in=OPEN_STATES)
    by_registrant, by_email = {}, {}
    for one in opened.order_by("pk"):
        by_registrant[one.registrant_id], by_email[one.email] = one, one
    found = {one.pk: by_registrant.get(one.pk) or by_email.get(one.email) for one in registrants}
    return {pk: request for pk, request in found.items() if request}
