"""
The acts `register`, `cancel_registration` and `take_registrant_off`, called by every door.

What a person asks is a row (`RegistrationRequest`) and a job, written together. The job carries the row to GoTo, as
often as it takes: a crash between GoTo's yes and our note of it ends in GoTo saying "known already", which is a
yes as well.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from greenroom.goto import (
    BadRequestError,
    ConflictError,
    GoTo,
    GotoError,
    PermissionDeniedError,
    ResourceNotFoundError,
)
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, InvalidInputError, RegistrationClosedError, UnknownObjectError
from greenroom.hub.events.facts import about_registrant, about_sign_up
from greenroom.hub.events.idempotency import check_key, used_otherwise
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.products import Ability, get_product
from greenroom.hub.events.products.base import Registered
from greenroom.hub.events.registration_form import BASIC_FORM, Answers, RegistrationForm, check_answers
from greenroom.hub.events.selectors import OPEN_STATES, Registration, find_registration
from greenroom.hub.jobs.registry import task
from greenroom.hub.ledger.services import append
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)

State = RegistrationRequest.State

_CLOCKS_DIFFER = timedelta(minutes=2)

_CLOSED = {
    Event.State.CANCELLED: "This event was cancelled.",
    Event.State.MISSING: "GoTo does not know this event at the moment. Try again later.",
    Event.State.ENDED: "This event is over.",
}


def register(
    *,
    event: Event,
    answers: Answers,
    user: User | None,
    idempotency_key: str | None = None,
    replaces: Event | None = None,
) -> RegistrationRequest:
    """
    Ask to sign a person up. Answers at once; GoTo is asked in the background.

    Asking twice is the same as asking once: an open request, or a registrant known from GoTo, is returned.

    Args:
        idempotency_key: the caller's own, such as one for each submission of a form. What was asked for with the same
            key before is returned as it stands, whatever has become of it.
        replaces: the date the person had so far. They are taken off it once they have a place at this one.

    Raises:
        RegistrationClosedError: the event is over, cancelled or not to be found, or nobody signs up for it.
        InvalidInputError: something the organizer asks for is missing or wrong; `errors` names each.
        StateConflictError: the key was used for another sign-up.
    """
    answers = answers.tidied()
    if repeated := _find_repeated(event, answers, user, idempotency_key):
        return repeated
    check_is_open(event)
    if user:
        known = find_registration(user=user, event=event).request
        if known and known.state in OPEN_STATES:
            return known
    check_answers(form_of(event), answers)
    if user:
        _check_address(event, answers.email, user)
    try:
        with transaction.atomic():
            request = _open_request(event, answers, user, idempotency_key, replaces)
            _give_up_replaced(request)
            if request.state == State.PENDING:
                deliver_registration.enqueue(request_id=request.pk, dedupe_key=registration_key_of(request))
            return request
    except IntegrityError:  # the same person was faster in another tab, or somebody else
        if repeated := _find_repeated(event, answers, user, idempotency_key):
            return repeated
        if user:
            _check_address(event, answers.email, user)
        opened = RegistrationRequest.objects.filter(event=event, email=answers.email, state__in=OPEN_STATES).first()
        # Closed since then: there is room for this one.
        return opened or register(
            event=event, answers=answers, user=user, idempotency_key=idempotency_key, replaces=replaces
        )


def check_is_open(event: Event) -> None:
    """Raise `RegistrationClosedError` if the event is over, cancelled or not to be found, or nobody signs up for it."""
    product = get_product(event.product)
    if Ability.REGISTER not in product.abilities:
        raise RegistrationClosedError(f"You need no registration for a {product.words.one.lower()}.")
    if event.state in _CLOSED:
        raise RegistrationClosedError(_CLOSED[Event.State(event.state)])


def form_of(event: Event) -> RegistrationForm:
    """Return what the organizer asks for; what all do where that is not known yet."""
    return RegistrationForm.from_json(event.registration_form) if event.registration_form else BASIC_FORM


def register_somebody(*, event: Event, answers: Answers, idempotency_key: str) -> RegistrationRequest:
    """
    Ask to sign somebody up in their stead, as `register` does; who signs in here with the address is who it is.

    Raises:
        RegistrationClosedError, InvalidInputError, StateConflictError: as `register`.
    """
    user = User.objects.filter(email=answers.email).first()
    return register(event=event, answers=answers, user=user, idempotency_key=idempotency_key)


def _find_repeated(
    event: Event, answers: Answers, user: User | None, idempotency_key: str | None
) -> RegistrationRequest | None:
    """Return what was asked for with this key before."""
    if idempotency_key is None:
        return None
    check_key(idempotency_key)
    request = RegistrationRequest.objects.filter(idempotency_key=idempotency_key).first()
    if request and (request.event_id, request.user_id) != (event.pk, user.pk if user else None):
        raise used_otherwise()
    if request and request.answers != answers.to_json():
        raise used_otherwise()
    return request


def _check_address(event: Event, email: str, user: User) -> None:
    """Keep a person from registering, and then joining or cancelling, in the name of somebody else here."""
    registrants = Registrant.objects.filter(event=event, email=email, gone_at=None)
    if email == user.email:
        registrants = registrants.filter(user__isnull=False)  # one that nobody here has is this person's own
    requests = RegistrationRequest.objects.filter(event=event, email=email, state__in=OPEN_STATES, user__isnull=False)
    others = (
        User.objects.filter(email=email).exclude(pk=user.pk),
        registrants.exclude(user=user),
        requests.exclude(user=user),
    )
    if any(rows.exists() for rows in others):
        raise used_by_somebody_else()


def used_by_somebody_else() -> InvalidInputError:
    """Return the error of an address that belongs to another person here."""
    problem = "Somebody else here uses this address. Register with your own."
    return InvalidInputError("Some answers are missing or cannot be taken.", {"email": problem})


def _open_request(
    event: Event, answers: Answers, user: User | None, idempotency_key: str | None, replaces: Event | None
) -> RegistrationRequest:
    known = Registrant.objects.filter(event=event, email=answers.email, gone_at=None).first()
    if known and user and known.user_id is None:
        Registrant.objects.filter(pk=known.pk).update(user=user)
    request = new_request(event, answers, user, idempotency_key, known)
    request.replaces = replaces
    request.save()
    return request


def new_request(
    event: Event, answers: Answers, user: User | None, idempotency_key: str | None, known: Registrant | None
) -> RegistrationRequest:
    """Return the row of a sign-up, not stored yet; it is delivered already when its registrant is known."""
    now = clock.now()
    return RegistrationRequest(
        event=event,
        user=user,
        email=answers.email,
        answers=answers.to_json(),
        state=State.DELIVERED if known else State.PENDING,
        registrant=known,
        asked_at=now,
        answered_at=now if known else None,
        idempotency_key=idempotency_key,
    )


def registration_key_of(request: RegistrationRequest) -> str:
    """Return what the job that carries a sign-up is known by."""
    return f"registration:{request.pk}"


def cancellation_key_of(request: RegistrationRequest) -> str:
    """Return what the job that carries a cancellation is known by."""
    return f"cancellation:{request.pk}"


@task(queue="goto", priority=10, max_attempts=1000)
def deliver_registration(request_id: int, is_waited_for: bool = False) -> None:
    """Carry one request to GoTo and write down the answer; be quick to give up when somebody waits."""
    request = _claim(request_id, State.PENDING)
    if request is None:
        return
    event, product = request.event, get_product(request.event.product)
    try:
        limiter = SharedLimiter(is_waited_for=True)
        with open_goto(event.connection, limiter=limiter, is_waited_for=is_waited_for) as goto:
            answers = Answers.from_json(request.answers)
            answer = product.register(goto, event.organizer_key, event.event_key, answers)
            is_foreign = answer.was_registered_before and _is_somebody_elses(goto, request, answer)
    except (BadRequestError, ConflictError, PermissionDeniedError, ResourceNotFoundError) as error:
        _refuse(request, *next(words for kind, words in _REFUSALS.items() if isinstance(error, kind)))
        return
    except (HubError, GotoError) as error:
        _note_trouble(request, error.code)
        raise
    reached("registration.accepted")
    if is_foreign:
        _refuse(request, *_TAKEN)
        return
    _deliver(request, answer)


def _is_somebody_elses(goto: GoTo, request: RegistrationRequest, answer: Registered) -> bool:
    """
    Tell whether a sign-up that GoTo had already was made by another person.

    GoTo gives the join link of whoever is registered to everybody who types their address. So a sign-up from before
    this request belongs to the person only under the address they sign in with. One call.
    """
    if request.user is None or request.email == request.user.email:
        return False
    event = request.event
    product = get_product(event.product)
    found = product.get_registrant(goto, event.organizer_key, event.event_key, answer.registrant_key)
    # One made since is ours: we asked before, and GoTo's answer was lost.
    return found.registered_at is None or found.registered_at < request.asked_at - _CLOCKS_DIFFER


def _claim(request_id: int, state: RegistrationRequest.State) -> RegistrationRequest | None:
    requests = RegistrationRequest.objects.select_related("event__connection", "registrant", "user", "replaces")
    found = requests.filter(pk=request_id, state=state)
    return found.first()


def _note_trouble(request: RegistrationRequest, code: str) -> None:
    RegistrationRequest.objects.filter(pk=request.pk).update(tries=request.tries + 1, last_error=code)


# What GoTo answers when no place is left is assumed: 403, seen by one integrator and documented by nobody.
_REFUSALS = {
    BadRequestError: ("invalid", "GoTo did not accept the answers. The organizer may have changed what is asked."),
    ConflictError: ("closed", "GoTo takes no registrations for this event now."),
    PermissionDeniedError: ("full", "GoTo takes no more registrations for this event."),
    ResourceNotFoundError: ("unknown_event", "GoTo no longer has this event."),
}


_TAKEN = (
    "taken",
    "Somebody is registered with this address already. Register with the address you sign in with.",
)


def _refuse(request: RegistrationRequest, code: str, sentence: str) -> None:
    RegistrationRequest.objects.filter(pk=request.pk, state=State.PENDING).update(
        state=State.REFUSED,
        last_error=code,
        refusal=sentence,
        answered_at=clock.now(),
        tries=request.tries + 1,
    )
    # The next person, or this one again, gets the form as it is now.
    Event.objects.filter(pk=request.event_id).update(registration_form_read_at=None)
    log.info("registration.refused", request=request.pk, event_id=request.event_id, reason=code)


def _deliver(request: RegistrationRequest, answer: Registered) -> None:
    now = clock.now()
    with transaction.atomic():
        registrant = _store_registrant(request, answer)
        pending = RegistrationRequest.objects.filter(pk=request.pk, state=State.PENDING)
        if not pending.update(
            state=State.DELIVERED, registrant=registrant, answered_at=now, tries=request.tries + 1, last_error=""
        ):
            _take_off_after_all(request, registrant)
        request.refresh_from_db(fields=["state", "registrant"])
        _give_up_replaced(request)
        _have_list_compared(request, now)
        append(about_sign_up(request.event, registrant))
        reached("registration.stored")


def _have_list_compared(request: RegistrationRequest, now: datetime) -> None:
    """Have what GoTo lists next, and soon, compared with ours, even if it is the list of before: ours is another."""
    Event.objects.filter(pk=request.event_id).update(registrants_digest="", registrants_due_at=now)


def _take_off_after_all(request: RegistrationRequest, registrant: Registrant) -> None:
    """Take a person off who changed their mind while their sign-up was on its way, and may have been overtaken."""
    changed_mind = RegistrationRequest.objects.filter(pk=request.pk, state__in=[State.CANCELLING, State.CANCELLED])
    if changed_mind.update(state=State.CANCELLING, registrant=registrant, answered_at=None):
        deliver_cancellation.enqueue(request_id=request.pk, dedupe_key=cancellation_key_of(request))


def _give_up_replaced(request: RegistrationRequest) -> None:
    """Take a person off the date they had before, now that they have a place at another one; it may be repeated."""
    registrant, old, user = request.registrant, request.replaces, request.user
    if request.state != State.DELIVERED or registrant is None or old is None or user is None:
        return
    if registrant.status != Registrant.Status.APPROVED or old.state in {Event.State.ENDED, Event.State.CANCELLED}:
        return
    registration = find_registration(user=user, event=old)
    if registration.is_open:
        _ask_to_cancel(old, user, registration)


def give_up_replaced(*, registrants: Collection[int]) -> None:
    """Take those who were approved for a date off the one they had before."""
    requests = RegistrationRequest.objects.filter(registrant__in=registrants, replaces__isnull=False)
    for request in requests.select_related("registrant", "replaces", "user"):
        _give_up_replaced(request)


def _store_registrant(request: RegistrationRequest, answer: Registered) -> Registrant:
    answers = Answers.from_json(request.answers)
    status = answer.status or ("WAITING" if request.event.needs_approval else "APPROVED")
    registrant, is_new = Registrant.objects.select_for_update().get_or_create(
        event=request.event,
        registrant_key=answer.registrant_key,
        defaults={
            "email": request.email,
            "first_name": answers.fields.get("firstName", ""),
            "last_name": answers.fields.get("lastName", ""),
            "status": status,
            "registered_at": clock.now(),
            "join_url": answer.join_url,
            "user": request.user,
            "registered_here_at": clock.now(),
        },
    )
    if is_new:
        return registrant
    if registrant.gone_at:
        registrant.gone_at, registrant.generation = None, registrant.generation + 1
    registrant.status = answer.status or registrant.status
    registrant.join_url = answer.join_url or registrant.join_url
    registrant.user = registrant.user or request.user
    registrant.registered_here_at = clock.now()
    registrant.save(update_fields=["gone_at", "generation", "status", "join_url", "user", "registered_here_at"])
    return registrant


def cancel_registration(*, event: Event, user: User) -> RegistrationRequest:
    """
    Ask to take a person off an event again. Answers at once; GoTo is asked in the background.

    Raises:
        UnknownObjectError: the person is not signed up.
    """
    registration = find_registration(user=user, event=event)
    if not registration.is_open:
        raise UnknownObjectError("You are not registered for this event.")
    return _ask_to_cancel(event, user, registration)


def take_registrant_off(*, registrant: Registrant) -> RegistrationRequest:
    """
    Ask to take somebody off an event, as its organizer does. Answers as `cancel_registration`.

    Raises:
        UnknownObjectError: they are not registered any more.
    """
    if not registrant.is_there:
        raise UnknownObjectError("This person is not registered any more.")
    open_requests = RegistrationRequest.objects.filter(event=registrant.event, state__in=OPEN_STATES)
    request = open_requests.filter(Q(registrant=registrant) | Q(email=registrant.email)).order_by("pk").last()
    return _ask_to_cancel(registrant.event, registrant.user, Registration(request, registrant))


def _ask_to_cancel(event: Event, user: User | None, registration: Registration) -> RegistrationRequest:
    with transaction.atomic():
        request = _request_to_cancel(event, user, registration)
        if request.state != State.CANCELLING:
            request.state, request.asked_at, request.answered_at = State.CANCELLING, clock.now(), None
            request.save(update_fields=["state", "asked_at", "answered_at"])
            deliver_cancellation.enqueue(request_id=request.pk, dedupe_key=cancellation_key_of(request))
    return request


def _request_to_cancel(event: Event, user: User | None, registration: Registration) -> RegistrationRequest:
    if registration.request and registration.request.state in OPEN_STATES:
        return RegistrationRequest.objects.select_for_update().get(pk=registration.request.pk)
    registrant = registration.registrant
    assert registrant is not None
    # Signed up at another door: there is no request of ours yet that could be carried.
    return RegistrationRequest.objects.create(
        event=event,
        user=user,
        email=registrant.email,
        answers=Answers(fields={}).to_json(),
        state=State.DELIVERED,
        registrant=registrant,
        asked_at=clock.now(),
    )


@task(queue="goto", priority=10, max_attempts=1000)
def deliver_cancellation(request_id: int, is_waited_for: bool = False) -> None:
    """Carry one cancellation to GoTo and write down that it is done; be quick to give up when somebody waits."""
    request = _claim(request_id, State.CANCELLING)
    if request is None:
        return
    event, product = request.event, get_product(request.event.product)
    try:
        limiter = SharedLimiter(is_waited_for=True)
        with open_goto(event.connection, limiter=limiter, is_waited_for=is_waited_for) as goto:
            key = request.registrant.registrant_key if request.registrant else _find_key(goto, request)
            if key:
                product.cancel_registration(goto, event.organizer_key, event.event_key, key)
    except (BadRequestError, ConflictError, PermissionDeniedError) as error:
        _keep(request, error)
        return
    except (HubError, GotoError) as error:
        _note_trouble(request, error.code)
        raise
    reached("cancellation.accepted")
    _take_off(request)


def _keep(request: RegistrationRequest, error: GotoError) -> None:
    """Leave the person on the event: GoTo takes nobody off one that runs or is over."""
    RegistrationRequest.objects.filter(pk=request.pk, state=State.CANCELLING).update(
        state=State.DELIVERED,
        last_error=error.code,
        refusal="GoTo did not take you off this event. It may have begun already.",
        answered_at=clock.now(),
        tries=request.tries + 1,
    )
    log.info("cancellation.refused", request=request.pk, event_id=request.event_id, reason=error.code)


def _find_key(goto: GoTo, request: RegistrationRequest) -> str:
    # Cancelled before we knew whether GoTo had taken the sign-up: its list tells.
    event = request.event
    listing = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    return next((one.registrant_key for one in listing.rows() if one.email == request.email), "")


def _take_off(request: RegistrationRequest) -> None:
    now = clock.now()
    with transaction.atomic():
        RegistrationRequest.objects.filter(pk=request.pk, state=State.CANCELLING).update(
            state=State.CANCELLED, answered_at=now, last_error=""
        )
        _have_list_compared(request, now)
        registrant = request.registrant
        if registrant and Registrant.objects.filter(pk=registrant.pk, gone_at=None).update(gone_at=now):
            append([about_registrant("cancelled", request.event, registrant, happened_at=now)])
        reached("cancellation.stored")
