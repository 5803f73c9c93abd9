"""No action costs a statement for each contact."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.campaigns import act, draw, make_segment

from greenroom.hub.actions.registry import Subject, list_actions, perform
from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.campaigns.services.editing import make_campaign, open_draft
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.contacts.models import Contact, ContactAddress
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.mailing.services import save_email
from greenroom.hub.users.models import User

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 200
# So many rows, and more, Django has SQLite write with one statement.
MAX_ROWS = 50


@pytest.fixture
def event(world, pull) -> Event:
    return pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=3)))


@pytest.fixture
def settings_of(event, ada) -> Mapping[str, Mapping[str, Any]]:
    segment = make_segment("Warm").pk
    hello = save_email(name="Hello", actor=ada, subject="Hello", body="Good day.").pk
    way_in = save_email(name="In", actor=ada, subject="In", body="{webinar_button}").pk
    return {
        "add_tags": {"tags": "hot, new"},
        "remove_tags": {"tags": "hot, new"},
        "add_to_segment": {"segment": segment},
        "remove_from_segment": {"segment": segment},
        "register": {"event": event.pk},
        "cancel_registration": {"event": event.pk},
        "send_email": {"email": hello},
        "send_link": {"event": event.pk, "email": way_in},
        "start_campaign": {"campaign": make_running_campaign(segment).pk},
    }


def make_running_campaign(segment: int) -> Campaign:
    campaign = make_campaign(name="Spring", actor=None)
    draw(open_draft(campaign=campaign), [act("add_to_segment", segment=segment)])
    publish(campaign=campaign, actor=None)
    return campaign


@pytest.fixture
def make_crowd(event) -> Callable[..., list[int]]:
    """Make contacts: every second one can sign in here, and those of whom it is said so are signed up."""

    def make_crowd(prefix: str, number: int, *, is_there: bool) -> list[int]:
        emails = [f"{prefix}{one}@example.com" for one in range(number)]
        Contact.objects.bulk_create(
            Contact(email=email, first_name="Cora", last_name="Cole", source="hand", created_at=clock.now())
            for email in emails
        )
        people = list(Contact.objects.filter(email__in=emails))
        ContactAddress.objects.bulk_create(ContactAddress(contact=one, email=one.email) for one in people)
        User.objects.bulk_create(User(email=email) for email in emails[::2])
        users = dict(User.objects.values_list("email", "pk"))
        Registrant.objects.bulk_create(
            Registrant(event=event, registrant_key=email, email=email, status="APPROVED", user_id=users.get(email))
            for email in emails
            if is_there
        )
        return [one.pk for one in people]

    return make_crowd


def test_no_action_costs_more_statements_for_a_crowd_than_for_a_few(settings_of, make_crowd):
    assert {one.key for one in list_actions()} == settings_of.keys()
    counted = {}
    for key, settings in settings_of.items():
        for number in (FEW, MANY):
            crowd = make_crowd(f"{key}{number}-", number, is_there=key == "cancel_registration")
            with CaptureQueriesContext(connection) as queries:
                perform(key, [Subject(one, "test") for one in crowd], settings)
            counted[key, number] = len(queries)
    further = {key: counted[key, MANY] - counted[key, FEW] for key in settings_of}
    rows_written_at_once = MAX_ROWS if connection.vendor == "sqlite" else MANY
    assert {} == {key: more for key, more in further.items() if more > MANY // rows_written_at_once - 1}


def test_a_crowd_is_signed_up_and_taken_off_like_one(event, make_crowd, run_jobs, world):
    settings = {"event": event.pk}
    crowd = [Subject(one, "test") for one in make_crowd("c", FEW, is_there=False)]
    for _ in range(2):
        assert {one.contact_id for one in crowd} == perform("register", crowd, settings).pending
    run_jobs()
    assert FEW == len(world.registrants_at_goto(event.event_key)) == RegistrationRequest.objects.count()
    # Who can sign in here has the sign-up as their own.
    tied = Registrant.objects.filter(user__isnull=False)
    assert (
        {one.user.email for one in tied}
        == {one.email for one in tied}
        == {f"c{one}@example.com" for one in range(0, FEW, 2)}
    )
    for _ in range(2):
        assert {one.contact_id for one in crowd} == perform("cancel_registration", crowd, settings).pending
    run_jobs()
    assert ([], FEW) == (world.registrants_at_goto(event.event_key), RegistrationRequest.objects.count())


def test_who_asked_at_another_door_is_taken_as_they_are_and_nobody_is_signed_up_for_another(event, make_crowd, lena):
    waiting, taken, fresh = make_crowd("c", 3, is_there=False)
    emails = dict(Contact.objects.values_list("pk", "email"))
    known = {"event": event, "answers": {}, "asked_at": clock.now()}
    before = RegistrationRequest.objects.create(email=emails[waiting], **known)
    RegistrationRequest.objects.create(email=emails[taken], user=lena, **known)
    User.objects.get_or_create(email=emails[taken])
    outcomes = perform("register", [Subject(one, "test") for one in (waiting, taken, fresh)], {"event": event.pk})
    assert ({waiting, fresh}, {taken}) == (outcomes.pending, outcomes.problems.keys())
    assert [before] == list(RegistrationRequest.objects.filter(email=emails[waiting]))
    assert emails[fresh] == RegistrationRequest.objects.exclude(idempotency_key=None).get().email
