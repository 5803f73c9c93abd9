"""Signing people up for a program, which waits for GoTo's answer as long as that does not take long."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from greenroom.goto import GotoError
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.registry import Reply
from greenroom.hub.automation.shapes.people import Registration, to_registration
from greenroom.hub.core.errors import (
    HubError,
    InvalidInputError,
    RegistrationClosedError,
    StateConflictError,
    UnknownObjectError,
)
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers, FormQuestion, RegistrationForm
from greenroom.hub.events.services import register, take_registrant_off
from greenroom.hub.events.services.registration import cancellation_key_of, registration_key_of
from greenroom.hub.jobs.at_once import ask_and_carry_out
from greenroom.hub.sync.services import read_registration_form

PENDING = {202: "GoTo does not answer at the moment. This is kept and goes on by itself; ask again with its id."}
MOST_AT_ONCE = 500

State = RegistrationRequest.State
_BASIC = ("firstName", "lastName", "email")


class Response(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer to a question of the organizer's own."""

    question_key: Annotated[
        str, told("Question Key", "Which question, as Get registration questions tells.", max_length=64)
    ]
    answer: Annotated[str, told("Answer", "The text; of a choice, its key or its words.", max_length=4000)]


def form_of(event: Event) -> RegistrationForm | None:
    """
    Return what the organizer asks at sign-up; one call to GoTo when nobody has asked yet.

    None when GoTo does not answer now: then it is GoTo that decides, once it does.
    """
    if event.registration_form is None:
        try:
            read_registration_form.call(event_id=event.pk, is_waited_for=True)
        except (HubError, GotoError):
            return None
        event.refresh_from_db(fields=["registration_form", "registration_form_read_at"])
    return RegistrationForm.from_json(event.registration_form)


def read_answers(event: Event, fields: Mapping[str, str], responses: Sequence[Response]) -> Answers:
    """
    Return what a program sent as the answers of a person, empty ones left out.

    Args:
        fields: by GoTo's name, such as firstName.

    Raises:
        InvalidInputError: the event asks for none of this, or there is no such answer to choose.
    """
    form = form_of(event)
    given = {name: value for name, value in fields.items() if value.strip()}
    known = {one.name for one in form.fields} if form else set()
    errors = dict.fromkeys(given.keys() - known - {*_BASIC}, "This event does not ask for this. Leave it out.")
    questions = {one.key: one for one in form.questions} if form else {}
    texts, choices = {}, {}
    for number, one in enumerate(responses):
        question = questions.get(one.question_key)
        if question is None:
            errors[f"/responses/{number}/questionKey"] = "This event has no such question."
        elif question.choices:
            choices[question.key] = _choice(question, one.answer)
        else:
            texts[question.key] = one.answer
    if errors:
        raise InvalidInputError("Some of what you sent is not asked for; see errors.", errors)
    return Answers({name: given.get(name, "") for name in {*_BASIC, *given}}, texts, choices)


def _choice(question: FormQuestion, answer: str) -> str:
    """Return the key of an answer that is given by its key or by its words; what is neither is refused later."""
    by_words = {words.strip().casefold(): key for key, words in question.choices}
    return answer if answer in dict(question.choices) else by_words.get(answer.strip().casefold(), answer)


def sign_up(event: Event, answers: Answers) -> Registration:
    """
    Sign a person up and tell how it stands; one who is signed up already is told of.

    The answer is PENDING when GoTo does not answer soon: nothing is lost, and a job goes on.

    Raises:
        RegistrationClosedError: the event takes nobody, or nobody any more.
        InvalidInputError: answers are missing or wrong; `errors` by GoTo's names.
        StateConflictError: the organizer did not approve this person, or they are being taken off.
    """
    request = ask_and_carry_out(
        lambda: register(event=event, answers=answers, user=None), registration_key_of, is_waited_for=True
    )
    return _told(request.pk)


def sign_up_later(event: Event, answers: Answers) -> Registration:
    """Ask for a person to be signed up in the background, as `sign_up`; one of many."""
    request = register(event=event, answers=answers, user=None)
    return to_registration(get_request(request.pk))


def _told(request_id: int) -> Registration:
    request = get_request(request_id)
    if error := _refusal(request):
        raise error
    return to_registration(request)


def get_request(request_id: int) -> RegistrationRequest:
    """Return a sign-up that was asked for, with all that is told of it. One query."""
    requests = RegistrationRequest.objects.select_related("event__connection", "registrant")
    return requests.get(pk=request_id)


def _refusal(request: RegistrationRequest) -> HubError | None:
    if request.state == State.REFUSED:
        kinds = {"invalid": InvalidInputError, "unknown_event": UnknownObjectError, "taken": StateConflictError}
        return kinds.get(request.last_error, RegistrationClosedError)(request.refusal)
    if request.state == State.CANCELLING:
        return StateConflictError("This person is being taken off. Add them again when that is done.")
    registrant = request.registrant
    if request.state == State.DELIVERED and registrant and registrant.status == Registrant.Status.DENIED:
        return StateConflictError("The organizer did not approve this person's registration.")
    return None


def cancel(registrant: Registrant) -> Registration:
    """
    Take a person off and tell how it stands: CANCELLED, or CANCELLING when GoTo does not answer soon.

    Raises:
        UnknownObjectError: they are off already.
        StateConflictError: GoTo keeps them, such as in an event that runs.
    """
    request = ask_and_carry_out(
        lambda: take_registrant_off(registrant=registrant), cancellation_key_of, is_waited_for=True
    )
    request = get_request(request.pk)
    if request.state == State.DELIVERED:
        raise StateConflictError("GoTo did not take this person off. The event may have begun already.")
    return to_registration(request)


def as_reply(registration: Registration) -> Reply[Registration]:
    """Return the answer that tells of a sign-up: 202 while GoTo has not answered."""
    is_open = registration.status in {"PENDING", "CANCELLING"}
    return Reply(body=registration, status=202 if is_open else None)
