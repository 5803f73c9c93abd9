"""Items of the real world are as their triggers say, for every trigger."""

import msgspec
import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from tests.factories.campaigns import make_segment
from tests.factories.courses import make_item
from tests.factories.forms import make_form
from tests.factories.hooks import make_hook
from tests.hub.automation.schemas import validate
from tests.hub.world import World

from greenroom.hub.automation.items import make_items
from greenroom.hub.automation.registry import Trigger, get_trigger, list_triggers
from greenroom.hub.connections.models import Connection
from greenroom.hub.contacts.services import make_contact
from greenroom.hub.courses.services import enroll, evaluate_event
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products.base import RecordingData
from greenroom.hub.events.services.coming import tell_of_coming_dates
from greenroom.hub.events.services.recordings import store_recordings
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.sync.services import watch
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import Submission

PEOPLE = [{"email": "lena@example.com"}, {"email": "otto@example.com"}]


def facts_of(trigger: Trigger) -> list[Fact]:
    """Return the facts a trigger would be given, as `narrow` chooses them."""
    events = Event.objects.filter(product=trigger.product) if trigger.product else Event.objects.all()
    facts = Fact.objects.filter(kind__in=trigger.kinds).order_by("pk")
    return list(facts.filter(event_id__in=events.values("pk")) if trigger.product else facts)


@pytest.fixture
def lived(world: World, connection, pull, course, section, lena, otto, transactional_db) -> None:
    """Let a training, a webinar and a meeting be planned, moved, held, recorded, taken off; and a course be done."""
    training = world.schedule_training(registrants=PEOPLE)
    webinar = world.schedule_webinar(registrants=PEOPLE)
    meeting = world.schedule_meeting()
    gone = world.schedule_webinar("Never held")
    for product in ("training", "webinar", "meeting"):
        pull(product=product)
    by_key = {event.event_key: event for event in Event.objects.all()}
    make_item(section, by_key[training])
    enroll(course=course, user=otto, role="learner")
    world.ask_goto(f"webinars/{webinar}", "PUT", subject="Ladder safety, again")
    world.remove_registrant(webinar, world.registrants_at_goto(webinar)[1]["registrantKey"])
    world.ask_goto(f"webinars/{gone}", "DELETE")
    for _ in range(2):
        world.advance(minutes=10)
        pull(product="webinar")
    tell_of_coming_dates()
    world.advance(hours=2)
    world.write_attendance(training, {"lena@example.com": [[0, 60]]}, kind="trainings")
    world.write_attendance(webinar, {"lena@example.com": [[5, 40]]})
    world.hold_meeting(meeting, [{"name": "Mia Stone", "email": "mia@example.com", "joined": [[0, 30]]}])
    for _ in range(9):
        for product in ("training", "webinar", "meeting"):
            watch(connection=connection, product=product)
        world.advance(hours=9)
    evaluate_event(event_id=by_key[training].pk)
    store_recordings(event=by_key[webinar], found=[RecordingData("77", "Take one", None, None)])


def tell_the_rest() -> None:
    """Append what only webhooks, organizers, broken accounts and broken hooks bring about."""
    registrant, connection = Registrant.objects.order_by("pk")[0], Connection.objects.get()
    about = {"event_id": registrant.event_id, "registrant_id": registrant.pk, "email": registrant.email}
    told = {"session_key": "1", "survey": "How was it", "answers": [["Again?", ["Yes", "No"]]]}
    ada = User.objects.filter(is_site_admin=True)[0]
    hook = make_hook(ada, create_key(user=ada, name="Test", verbs=["hooks"], connection_ids=None)[0])
    undelivered = {"hook": hook.public_id, "owner": hook.owner, "trigger_type": "x", "message_id": "1", "reason": ""}
    news = {"approved": {}, "denied": {}, "survey_submitted": told, "reconnect_needed": {}}
    news |= {"hook_exhausted": undelivered, "hook_disabled": undelivered}
    news |= tell_of_contacts(ada)
    contact = make_contact(source="hand", email="mia@example.com")
    append(
        NewFact(
            kind=kind, happened_at=registrant.registered_at, dedupe_key=f"{kind}:1",
            connection_id=connection.pk, contact_id=contact.pk, data=data, **about,
        )
        for kind, data in news.items()
    )  # fmt: skip


def tell_of_contacts(ada: User) -> dict[str, dict]:
    """Return what campaigns, forms and mails bring about, by kind."""
    segment, form = make_segment("Customers"), make_form(ada)
    sent = Submission.objects.create(
        form=form, state="accepted", email="lena@example.com", answers=[], nonce="1", submitted_at=form.created_at
    )
    mail = {"email": 1, "title": "Welcome"}
    return {
        "segment_entered": {"segment_id": segment.pk},
        "segment_left": {"segment_id": segment.pk},
        "form_submitted": {"form_id": form.pk, "submission_id": sent.pk},
        "contact_silenced": {"reason": "asked"},
        "mail_opened": mail,
        "mail_clicked": mail | {"link": 0},
        "mail_bounced": mail,
    }


def test_every_item_of_the_world_fits_the_schema_of_its_trigger(lived):
    with transaction.atomic():
        tell_the_rest()
    without = []
    for trigger in list_triggers():
        facts = facts_of(trigger)
        built = [item for item in trigger.build(facts) if item is not None]
        if not built:
            without.append(trigger.name)
        for item in built:
            validate(msgspec.to_builtins(item), trigger.data)
    assert [] == without


def test_what_is_told_of_attendance_is_the_time_and_its_share(lived):
    items = make_items(get_trigger("attendance.attended"), facts_of(get_trigger("attendance.attended")))
    told = {(one["product"], one["email"]): (one["attended_minutes"], one["attended_percent"]) for one in items}
    assert (60, 100.0) == told["training", "lena@example.com"]
    assert (35, 58.3) == told["webinar", "lena@example.com"]
    assert 30 == told["meeting", "mia@example.com"][0]
    (stranger,) = [one for one in items if one["email"] == "mia@example.com"]
    assert ("", "Mia Stone") == (stranger["registrant_key"], stranger["first_name"])


def test_a_change_is_told_with_what_was_and_what_is(lived):
    trigger = get_trigger("event.changed")
    changes = [change for one in make_items(trigger, facts_of(trigger)) for change in one["changes"]]
    expected = {"member": "title", "before": "Ladder safety", "after": "Ladder safety, again"}
    assert expected in changes


def test_those_who_stayed_away_are_told_with_their_event(lived):
    trigger = get_trigger("attendance.absent")
    absent = {(one["product"], one["email"]) for one in make_items(trigger, facts_of(trigger))}
    assert {("training", "otto@example.com")} == absent


def test_the_number_of_queries_does_not_depend_on_the_number_of_facts(lived):
    for trigger in list_triggers():
        facts, counts = facts_of(trigger), []
        for some in (facts[-1:], facts):
            with CaptureQueriesContext(database) as queries:
                trigger.build(some)
            counts.append(len(queries))
        # One more for the names of those who did not sign up, where there are any.
        assert counts[1] - counts[0] <= 1, trigger.name


def test_of_somebody_who_was_erased_nothing_is_told(lived):
    Fact.objects.filter(kind__in=["attended", "survey_submitted"]).update(email=None, data={})
    Registrant.objects.all().delete()
    for trigger in list_triggers():
        if "registrant" in trigger.name or trigger.name.startswith(("attendance", "survey")):
            assert [] == make_items(trigger, facts_of(trigger)), trigger.name
