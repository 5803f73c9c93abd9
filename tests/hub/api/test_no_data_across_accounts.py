"""
A key for one GoTo account neither sees nor changes anything of another: every operation of the registry is tried.

A new operation is tried by itself; one that needs a member nobody has used yet fails here until `_values` knows it.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from django.http import HttpResponse
from tests.hub.conftest import connect

from greenroom.hub.api.callers import caller_of
from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.hooks.subscriptions import subscribe
from greenroom.hub.automation.models import Hook
from greenroom.hub.automation.registry import Operation, list_operations
from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import (
    Event,
    EventAct,
    EventSession,
    Registrant,
    RegistrationRequest,
    SessionAnswers,
)
from greenroom.hub.events.registration_form import BASIC_FORM, Answers, FormQuestion, RegistrationForm
from greenroom.hub.events.services import register
from greenroom.hub.sync.services import open_run, synchronize
from greenroom.hub.users.api_keys import create_key

SECRET = "Harbor secret"
HANNA = "hanna@harbor.example"


@dataclass
class Harbor:
    """The account the key is not for, with an event of each product, and a subscription of another key."""

    connection: Connection
    events: dict[str, Event]
    registrants: dict[str, Registrant]
    hook: Hook

    def marks(self) -> list[str]:
        """Return texts that only this account holds."""
        people = [text for one in self.registrants.values() for text in (one.email, one.registrant_key)]
        return [SECRET, HANNA, self.hook.public_id, *people, *(one.event_key for one in self.events.values())]


@pytest.fixture
def harbor(world, connection, ada, pull, run_jobs) -> Harbor:
    world.add_stranger()
    other = connect(HANNA, ada)
    for schedule in (world.schedule_webinar, world.schedule_training, world.schedule_meeting):
        schedule("Our own")
        schedule(SECRET, organizer=HANNA)
    for one in (connection, other):
        for product in ("webinar", "training", "meeting"):
            synchronize(run=open_run(connection=one, product=product, is_full=True))
    events = {event.product: event for event in Event.objects.filter(connection=other)}
    for product in ("webinar", "training"):
        fields = {"firstName": "Harry", "lastName": "Harbor", "email": f"{product}@harbor.example"}
        register(event=events[product], answers=Answers(fields=fields), user=None)
    run_jobs()
    registrants = {one.event.product: one for one in Registrant.objects.filter(event__connection=other)}
    for event in events.values():
        _hold(event)
    whole = caller_of(create_key(user=ada, name="Whole", verbs=list(Verb), connection_ids=None)[0])
    hook = subscribe(
        caller=whole, target_url="https://hooks.example.com/a", event_types=["registrant.added"], narrowing={}
    )[0]
    return Harbor(other, events, registrants, hook)


def _hold(event: Event) -> None:
    """Write what is known of an event that was held: everything in it names the account."""
    now, asked = event.starts_at, FormQuestion("1", SECRET, False)
    event.registration_form = RegistrationForm(fields=BASIC_FORM.fields, questions=(asked,)).to_json()
    event.team_read_at = event.recordings_read_at = now
    event.save()
    session = EventSession.objects.create(
        event=event, session_key=f"{event.event_key}1", started_at=now, ended_at=event.ends_at
    )
    session.attendees.create(attendee_key="1", email=HANNA, attended_seconds=60, reported_seconds=60)
    SessionAnswers.objects.create(session=session, polls=[{"question": SECRET, "answers": []}], digest="1", read_at=now)
    event.recordings.create(recording_key="1", name=SECRET)
    event.team.create(role="panelist", member_key="1", name=SECRET)
    EventAct.objects.create(
        connection=event.connection,
        product=event.product,
        event=event,
        verb="cancel",
        state="done",
        idempotency_key=event.event_key,
        asked_at=now,
    )


@pytest.fixture
def key(ada, harbor, connection) -> str:
    """A key for Olga's account alone."""
    return create_key(user=ada, name="Olga", verbs=list(Verb), connection_ids=[connection.pk])[1]


def _values(harbor: Harbor, product: str) -> dict[str, Any]:
    """Return a value for each member an operation may need, all of the other account."""
    event, registrant = harbor.events[product], harbor.registrants[product]
    request = RegistrationRequest.objects.filter(event=event).earliest("pk")
    names = {"first_name": "A", "last_name": "B", "firstName": "A", "lastName": "B", "givenName": "A", "surname": "B"}
    starts_at, ends_at = "2026-03-04T09:00:00Z", "2026-03-04T10:00:00Z"
    new = {"product": product, "title": "A", "times": [{"starts_at": starts_at, "ends_at": ends_at}]}
    new |= {"subject": "A", "starttime": starts_at, "endtime": ends_at}
    in_event = {"session_key": f"{event.event_key}1", "recording_key": "1", "role": "panelist", "member_key": "1"}
    return (
        names
        | new
        | in_event
        | {
            "event": event.event_key,
            "meetingId": harbor.events["meeting"].event_key,
            "act_id": str(EventAct.objects.get(event=event).pk),
            "trainingid": harbor.events["training"].event_key,
            "webinarKey": harbor.events["webinar"].event_key,
            "registrant_key": registrant.registrant_key,
            "registrantKey": registrant.registrant_key,
            "registration_id": str(request.pk),
            "email": registrant.email,
            "registrants": [{"email": "a@example.com", "first_name": "A", "last_name": "B"}],
            "id": harbor.hook.public_id,
            "target_url": "https://hooks.example.com/b",
            "event_types": ["registrant.added"],
            "event_type": "registrant.added",
            "tags": ["VIP"],
            "course": "safety",
            "segment_id": "1",
            "email_id": "1",
            "type": "registrant.added",
        }
    )


def _request(operation: Operation, values: dict[str, Any]) -> tuple[str, str, Any]:
    needed = [field.encode_name for field in msgspec.structs.fields(operation.input) if field.required]
    given = {name: values[name] for name in (*operation.path_members, *needed)}
    path = operation.path.format(**given)
    rest = {name: value for name, value in given.items() if name not in operation.path_members}
    if operation.is_search:
        query = "&".join(f"{name}={value}" for name, value in rest.items())
        return operation.method, f"{path}?{query}", None
    return operation.method, path, rest


def _rows(harbor: Harbor) -> dict[str, Any]:
    other = harbor.connection
    kept = {
        Registrant: {"event__connection": other},
        RegistrationRequest: {"event__connection": other},
        EventAct: {"connection": other},
        Event: {"connection": other},
    }
    return {model.__name__: list(model.objects.filter(**of).order_by("pk").values()) for model, of in kept.items()}


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_nothing_of_another_account_is_told_or_changed(harbor, call, key, product):
    before, values = _rows(harbor), _values(harbor, product)
    wrong = {}
    for operation in list_operations():
        answer = call(*_request(operation, values), key=key)
        names_a_thing = set(operation.path_members) - {"event_type", "type"}
        is_for_all_accounts = "Contacts" in operation.tags  # contacts belong to none
        expected = {404} if names_a_thing or is_for_all_accounts else {operation.status, *operation.other_statuses}
        if "type" in operation.path_members:
            expected |= {429}  # one of its doors was tried a moment before
        marks = [mark for mark in harbor.marks() if mark in answer.content.decode()]
        if marks or answer.status_code not in expected:
            wrong[operation.operation_id] = answer.status_code, marks
    assert {} == wrong
    assert before == _rows(harbor)


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_a_key_for_all_accounts_is_told_of_it(harbor, call, ada, product):
    """The same calls reach what they are about, so that the test above can fail."""
    everything = create_key(user=ada, name="All", verbs=list(Verb), connection_ids=None)[1]
    other = {"webinar": "trainingid", "training": "webinarKey"}[product]
    # Subscriptions belong to the key that made them, feed and triggers begin now, and GoTo has made no recording.
    searches = [one for one in list_operations() if one.is_search and one.verb != Verb.HOOKS]
    searches = [one for one in searches if one.operation_id not in {"GetFeed", "GetRecordingLink", "ListTriggers"}]
    searches = [one for one in searches if "type" not in one.path_members and not {"Contacts", "Courses"} & {*one.tags}]
    if product == "training":
        searches = [one for one in searches if one.operation_id != "GetSessionReport"]  # GoTo tells of webinars only
    untold = [
        operation.operation_id
        for operation in searches
        if other not in operation.path_members
        and not _marks_in(call(*_request(operation, _values(harbor, product)), key=everything), harbor)
    ]
    assert [] == untold


def _marks_in(answer: HttpResponse, harbor: Harbor) -> list[str]:
    text = answer.content.decode()
    return [mark for mark in (*harbor.marks(), "Hanna") if answer.status_code == 200 and mark in text]
