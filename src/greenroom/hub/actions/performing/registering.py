"""Signing contacts up for events, and taking them off."""

from collections.abc import Collection, Mapping, Sequence

from greenroom.hub.actions.fields import ActionForm, EventField
from greenroom.hub.actions.registry import Named, Outcomes, Settings, Subject, action
from greenroom.hub.contacts.models import Contact, ContactAddress
from greenroom.hub.core.errors import HubError, InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.products import Ability, can
from greenroom.hub.events.registration_form import Answers, RegistrationForm
from greenroom.hub.events.selectors import OPEN_STATES
from greenroom.hub.events.services import register_many, take_off_many

State = RegistrationRequest.State

# What we know of contacts, by GoTo's name for it.
_KNOWN = {
    "firstName": "first_name",
    "lastName": "last_name",
    "email": "email",
    "organization": "organization",
    "jobTitle": "job_title",
    "phone": "phone",
    "city": "city",
    "country": "country",
}
_WORDS = {"firstName": "first name", "lastName": "last name", "jobTitle": "job title"}
_CLOSED = {
    Event.State.CANCELLED: "The event was cancelled.",
    Event.State.MISSING: "GoTo does not know the event at the moment.",
    Event.State.ENDED: "The event is over.",
}


class EventForm(ActionForm):
    """Which event."""

    event = EventField(ability=Ability.REGISTER)


def find_obstacles(many: Sequence[Named]) -> list[str]:
    """Say why nobody who was asked nothing could be signed up: the event, or what its organizer wants to know."""
    return [_find_obstacle(one["event"]) for one in many]


def _find_obstacle(event: Event) -> str:
    if event.state in _CLOSED:
        return _CLOSED[Event.State(event.state)]
    if not can(event.product, Ability.REGISTER):
        return "Nobody needs to register for this event."
    if not event.registration_form:
        return ""
    form = RegistrationForm.from_json(event.registration_form)
    asked = [one.text for one in form.questions if one.is_required]
    asked += [_say(one.name) for one in form.fields if one.is_required and one.name not in _KNOWN]
    if not asked:
        return ""
    return f"The organizer asks everybody for what we do not know of contacts: {', '.join(asked)}. Use a form for it."


def _say(name: str) -> str:
    return _WORDS.get(name, name)


@action(
    "register",
    name="Register for an event",
    words="register for {event}",
    form=EventForm,
    find_obstacles=find_obstacles,
)
def register_contacts(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Sign contacts up; those who are signed up under any of their addresses are done.

    The outcome is pending until GoTo has answered. Four queries, and the statements of `register_many`.
    """
    event = get_event(settings)
    contacts = Contact.objects.in_bulk([one.contact_id for one in subjects])
    there = _find_registrants(event, contacts)
    keys = {f"{one.cause}:register:{event.pk}:{one.contact_id}": one for one in subjects if one.contact_id not in there}
    asked = RegistrationRequest.objects.in_bulk(keys, field_name="idempotency_key")
    outcomes, new = Outcomes(), {}
    for key, one in keys.items():
        contact = contacts.get(one.contact_id)
        if key in asked:
            _note(outcomes, one.contact_id, asked[key])
        elif contact is None:
            outcomes.problems[one.contact_id] = "The contact is no longer here."
        elif not contact.email:
            outcomes.problems[one.contact_id] = "There is no e-mail address."
        else:
            new[key] = one.answers or Answers({name: getattr(contact, ours) for name, ours in _KNOWN.items()})
    _register(event, new, keys, outcomes)
    return outcomes


def _register(event: Event, new: Mapping[str, Answers], keys: Mapping[str, Subject], outcomes: Outcomes) -> None:
    """Sign up who is new, and note what comes of it."""
    if not new:
        return
    try:
        sign_ups = register_many(event=event, asked=new)
    except StateConflictError as error:
        outcomes.problems.update({keys[key].contact_id: str(error) for key in new})
        return
    for key, request in sign_ups.requests.items():
        _note(outcomes, keys[key].contact_id, request)
    for key, problem in sign_ups.problems.items():
        outcomes.problems[keys[key].contact_id] = _explain(problem)


def _explain(error: HubError) -> str:
    if not isinstance(error, InvalidInputError) or not error.errors:
        return str(error)
    missing = ", ".join(_say(name) for name in error.errors)
    return f"What the organizer asks for is missing or cannot be taken: {missing}."


def _note(outcomes: Outcomes, contact_id: int, request: RegistrationRequest) -> None:
    if request.state == State.REFUSED:
        outcomes.problems[contact_id] = request.refusal
    elif request.state == State.PENDING:
        outcomes.pending.add(contact_id)


@action(
    "cancel_registration", name="Cancel a registration", words="cancel the registration for {event}", form=EventForm
)
def cancel_registrations(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Take contacts off an event; those who are not signed up are done.

    The outcome is pending until GoTo has answered. Four queries, and the statements of `take_off_many`.
    """
    event = get_event(settings)
    owners = _find_owners([one.contact_id for one in subjects])
    requests = RegistrationRequest.objects.filter(event=event, email__in=owners, state__in=OPEN_STATES)
    asked = {owners[one.email]: one for one in requests.order_by("pk")}
    outcomes, leaving = Outcomes(), []
    for contact_id, registrant in _find_registrants(event, {one.contact_id for one in subjects}).items():
        request = asked.pop(contact_id, None)
        if request and request.refusal:
            outcomes.problems[contact_id] = "GoTo did not take them off the event. It may have begun already."
            continue
        if request is None or request.state != State.CANCELLING:
            leaving.append(registrant)
        outcomes.pending.add(contact_id)
    if leaving:
        take_off_many(event=event, registrants=leaving)
    # Whoever has only just asked to be signed up can be taken off when GoTo has answered that.
    outcomes.pending |= {contact_id for contact_id, one in asked.items() if one.state != State.DELIVERED}
    return outcomes


def get_event(settings: Settings) -> Event:
    """
    Return the event that settings name.

    Raises:
        UnknownObjectError: it is no longer here.
    """
    event = Event.objects.filter(pk=settings["event"]).first()
    if event is None:
        raise UnknownObjectError("The event is no longer here.")
    return event


def find_who_signs_up(event: Event, contacts: Collection[int]) -> set[int]:
    """Return the contacts of whose sign-up GoTo has not told yet what became of it. Two queries."""
    owners = _find_owners(contacts)
    waiting = RegistrationRequest.objects.filter(event=event, email__in=owners, state=State.PENDING)
    return {owners[email] for email in waiting.values_list("email", flat=True)}


def _find_registrants(event: Event, contacts: Collection[int]) -> Mapping[int, Registrant]:
    """Return who of these contacts is signed up, under whatever address. Two queries."""
    owners = _find_owners(contacts)
    found = Registrant.objects.filter(event=event, gone_at=None, email__in=owners).select_related("event", "user")
    return {owners[one.email]: one for one in found}


def _find_owners(contacts: Collection[int]) -> dict[str, int]:
    return dict(ContactAddress.objects.filter(contact__in=contacts).values_list("email", "contact_id"))
