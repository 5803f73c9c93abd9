"""Whatever GoTo delivers twice, late, in another order or never: the hub ends up knowing the same."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as some
from tests.hub.intake.conftest import HubTransport
from tests.hub.world import World

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, EventTime, Registrant
from greenroom.hub.events.products.webhooks import EVENT_NAMES
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.tasks import audit_trusted_connections
from greenroom.hub.ledger.models import Fact

Delivery = httpx2.Request


class Story:
    """A morning at GoTo, everything GoTo delivered of it, and a hub that has got nothing of that yet."""

    def __init__(self, world: World, hub: HubTransport, pull: Callable, run_jobs: Callable) -> None:
        self.world, self.hub, self.pull, self.run_jobs = world, hub, pull, run_jobs
        self.deliveries: list[Delivery] = []

    def happen(self) -> None:
        world = self.world
        ladders, ropes, knots = (world.schedule_webinar(title, **more) for title, more in KNOWN.items())
        self.pull()
        WebhookDelivery.objects.all().delete()
        self.hub.is_down = True
        world.control("PUT", "switches", webhook_retries="off")
        self._sign_up(ladders, "Mia", "Ben", "Zoe")
        self._sign_up(ropes, "Ann", "Kim", "Tom")
        world.control("POST", f"webinars/{ropes}/decisions", email="ann@example.com", status="APPROVED")
        world.control("POST", f"webinars/{ropes}/decisions", email="kim@example.com", status="DENIED")
        [zoe] = [one for one in world.registrants_at_goto(ladders) if one["firstName"] == "Zoe"]
        world.remove_registrant(ladders, zoe["registrantKey"])
        hooks = world.schedule_webinar("Hooks", starts_in=timedelta(days=2))
        self._sign_up(hooks, "Lea", "Mia")
        world.ask_goto(f"webinars/{hooks}", "PUT", subject="Hooks and eyes")
        world.ask_goto(f"webinars/{ladders}", "PUT", subject="Ladders and steps")
        world.ask_goto(f"webinars/{knots}", "DELETE")
        world.ask_goto(f"webinars/{world.schedule_webinar('A mistake')}", "DELETE")
        world.advance(hours=1)
        world.launch(ladders)
        for name, action in (("mia", "join"), ("ben", "join"), ("mia", "leave"), ("mia", "join")):
            world.advance(minutes=5)
            world.move(ladders, f"{name}@example.com", action)
        world.end(ladders)
        answers = [{"email": "mia@example.com", "answers": ["Yes"]}]
        world.control("POST", f"webinars/{ladders}/polls", kind="survey", question="Clear?", answers=answers)
        world.advance(minutes=5)
        self.deliveries = self.hub.missed
        self.hub.is_down = False

    def _sign_up(self, key: str, *names: str) -> None:
        for name in names:
            self.world.advance(minutes=1)
            person = {"firstName": name, "lastName": "Example", "email": f"{name.lower()}@example.com"}
            self.world.ask_goto(f"webinars/{key}/registrants", "POST", **person)

    def tell(self, deliveries: list[tuple[Delivery, bool]]) -> dict[str, Any]:
        """
        Bring these deliveries to the hub, let it work after those that say so, and read it all a day later.

        Returns what the hub knows then; afterwards it knows nothing of all this again.
        """
        now, mark = self.world.now, transaction.savepoint()
        try:
            for delivery, works_now in deliveries:
                assert 200 == self.hub.handle_request(delivery).status_code
                if works_now:
                    self.run_jobs()
            self.run_jobs()
            told = self._known()
            assert not WebhookDelivery.objects.filter(state__in=["stored", "asking", "failed"]).exists()
            self.world.clock.advance(days=1)
            Connection.objects.update(webhooks_trusted_until=self.world.now)
            audit_trusted_connections.call()
            for _ in range(2):  # an event that is gone is cancelled when a second look finds the same
                self.pull()
                self.world.clock.advance(minutes=15)
            return {"told": told, "read": self._known()}
        finally:
            transaction.savepoint_rollback(mark)
            self.world.clock.set(now)

    def _known(self) -> dict[str, Any]:
        events = Event.objects.order_by("event_key").values_list("event_key", "title", "state", "starts_at", "dates")
        people = Registrant.objects.order_by("event__event_key", "registrant_key")
        names = dict(Event.objects.values_list("pk", "event_key"))
        facts = Fact.objects.filter(event_id__isnull=False).values_list("kind", "event_id", "email", "happened_at")
        return {
            "events": list(events),
            "times": sorted(EventTime.objects.values_list("event__event_key", "starts_at", "ends_at")),
            "people": list(
                people.values_list(
                    "event__event_key", "registrant_key", "email", "first_name", "status", "join_url", "generation"
                )
            ),
            "there": list(people.filter(gone_at=None).values_list("event__event_key", "email")),
            "facts": sorted(
                (kind, names[event], email or "", at if kind in ("registered", "joined") else None)
                for kind, event, email, at in facts
            ),
        }


KNOWN = {
    "Ladders": {},
    "Ropes": {"approval": "MANUAL", "starts_in": timedelta(days=1)},
    "Knots": {"starts_in": timedelta(days=3)},
}


@pytest.fixture
def story(world, hub, hooked, pull, run_jobs, settings) -> Story:
    settings.WEBHOOK_MAX_AGE = timedelta(days=1)
    story = Story(world, hub, pull, run_jobs)
    story.happen()
    return story


def in_order(story: Story) -> dict[str, Any]:
    return story.tell([(delivery, True) for delivery in story.deliveries])


def name_of(delivery: Delivery) -> str:
    return json.loads(delivery.content)["eventName"]


def test_story_told_in_order_is_the_truth(story):
    assert 23 == len(story.deliveries)
    assert set(EVENT_NAMES) == {name_of(delivery) for delivery in story.deliveries}
    known = in_order(story)["read"]
    at_goto = {
        (key, one["email"])
        for key, title, state, *_ in known["events"]
        if state != "cancelled"
        for one in story.world.registrants_at_goto(key)
    }
    assert at_goto == set(known["there"])
    assert {"Ladders and steps", "Ropes", "Hooks and eyes", "Knots"} == {title for _, title, *_ in known["events"]}
    kinds = [kind for kind, *_ in known["facts"]]
    expected = {"registered": 8, "approved": 1, "denied": 1, "cancelled": 1, "joined": 3, "survey_submitted": 1}
    assert expected == {kind: kinds.count(kind) for kind in expected}
    assert (4, 1) == (kinds.count("event_created"), kinds.count("event_cancelled"))


def told_somehow(story: Story, data: Any, *, with_losses: bool) -> list[tuple[Delivery, bool]]:
    """Draw an order in which deliveries come, some of them twice and perhaps some never, and when the hub works."""
    numbers = range(len(story.deliveries))
    order = data.draw(some.permutations(numbers), label="order")
    lost = data.draw(some.sets(some.sampled_from(numbers), max_size=8), label="lost") if with_losses else set()
    again = data.draw(some.lists(some.sampled_from(numbers), max_size=5), label="again")
    pauses = data.draw(some.sets(some.integers(0, len(numbers) + 5)), label="pauses")
    coming = [number for number in [*order, *again] if number not in lost]
    return [(story.deliveries[number], place in pauses) for place, number in enumerate(coming)]


RUN = run(
    max_examples=8,
)
LONG_RUN = run(RUN, max_examples=60)


def expect_the_same_in_any_order(story: Story, data: Any) -> None:
    assert story.truth == story.tell(told_somehow(story, data, with_losses=False))


def expect_the_same_people_whatever_is_lost(story: Story, data: Any) -> None:
    expect_the_same_people(story, told_somehow(story, data, with_losses=True))


def expect_the_same_people(story: Story, deliveries: list[tuple[Delivery, bool]]) -> None:
    """What webhooks alone tell, a join or a survey, is lost with them; and of Zoe, who left again, nobody may know."""
    known = story.tell(deliveries)["read"]
    truth = story.truth["read"]
    for what in ("events", "times", "there"):
        assert truth[what] == known[what]
    others = [one for one in truth["people"] if one[3] != "Zoe"]
    assert others == [one for one in known["people"] if one[3] != "Zoe"]
    assert lasting(truth["facts"]) == lasting(known["facts"])


def lasting(facts: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    return [
        fact[:3]
        for fact in facts
        if fact[0] not in ("joined", "survey_submitted", "event_changed") and fact[2] != "zoe@example.com"
    ]


@RUN
@given(data=some.data())
def test_order_and_repetition_do_not_matter(story, data):
    expect_the_same_in_any_order(with_truth(story), data)


def test_night_repairs_what_is_lost_whatever_it_told(story):
    with_truth(story)
    for name in EVENT_NAMES:
        expect_the_same_people(story, [(one, True) for one in story.deliveries if name_of(one) != name])
    expect_the_same_people(story, [])


def test_whatever_comes_again_long_afterwards_changes_nothing(story):
    again = [(one, True) for one in [*story.deliveries, *reversed(story.deliveries)]]
    assert with_truth(story).truth == story.tell(again)


@RUN
@given(data=some.data())
def test_losses_are_repaired_by_the_next_reading(story, data):
    expect_the_same_people_whatever_is_lost(with_truth(story), data)


@pytest.mark.slow
@LONG_RUN
@given(data=some.data())
def test_order_and_repetition_do_not_matter_in_many_cases(story, data):
    expect_the_same_in_any_order(with_truth(story), data)


@pytest.mark.slow
@LONG_RUN
@given(data=some.data())
def test_losses_are_repaired_in_many_cases(story, data):
    expect_the_same_people_whatever_is_lost(with_truth(story), data)


def with_truth(story: Story) -> Story:
    """Tell the story in order once, to know what it has to come to."""
    if not hasattr(story, "truth"):
        story.truth = in_order(story)
    return story
