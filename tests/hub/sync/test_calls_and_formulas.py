"""
How many calls a sync makes, against the fewest that can know the answer.

Each connection is one organizer's, so events are listed organizer by organizer, also where an administrator could list
those of a whole account at once.
"""

from datetime import datetime, timedelta
from math import ceil

import pytest
from tests.hub.conftest import connect
from tests.hub.world import World

from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.sync.services import open_run, synchronize

PAGE = 200
ALLOWED = 1.10

# Organizers, events that were held, events to come
SMALL, MEDIUM = (1, 10, 10), (3, 150, 50)


class Account:
    """Organizers, connected, with events that were held and others to come."""

    def __init__(self, world: World, actor, shape: tuple[int, int, int], kind: str) -> None:
        self.world, self.kind = world, kind
        self.organizers, self.held, self.upcoming = shape
        account = world.control("GET", "state")["accounts"][0]["key"]
        self.emails = ["olga@northwind.example"]
        for number in range(1, self.organizers):
            email = f"organizer{number}@northwind.example"
            world.add_organizer(account, email, f"Number{number}", "Organizer")
            self.emails.append(email)
        self.connections = [connect(email, actor) for email in self.emails]
        for number in range(self.held):
            self.hold(number, timedelta(days=4 + number))
        # Within two days, so that each run reads them all, and none of them within the next.
        for number in range(self.upcoming):
            self.schedule(number, timedelta(hours=26 + number / 3))

    def schedule(self, number: int, starts_in: timedelta) -> str:
        """Plan an event of an hour."""
        starts_at = self.world.now + starts_in
        body = {"organizer": self.emails[number % self.organizers], "title": f"Event {number}", "duration_minutes": 60}
        people = {} if self.kind == "meetings" else {"registrants": [{"email": "lena@example.com"}]}
        return self.world.control("POST", self.kind, **body, **people, starts_at=starts_at.isoformat())["key"]

    def hold(self, number: int, ago: timedelta) -> None:
        """Plan an event so long ago, and write its session of an hour with one person in it."""
        self.attend(self.schedule(number, -ago), self.world.now - ago)

    def attend(self, key: str, start: datetime) -> None:
        """Write a session of an hour with one person in it."""
        end = (start + timedelta(hours=1)).isoformat()
        person = {"email": "lena@example.com", "intervals": [[start.isoformat(), end]]}
        if self.kind == "meetings":
            person["name"] = "Lena Example"
        self.world.control(
            "POST", f"{self.kind}/{key}/attendance", started_at=start.isoformat(), ended_at=end, people=[person]
        )

    def sync(self, *, is_full: bool = False) -> int:
        """Carry out a run for each organizer, and return the calls GoTo has counted, apart from signing in."""
        self.world.control("DELETE", "counters")
        for connection in self.connections:
            run = open_run(connection=connection, product=self.kind.removesuffix("s"), is_full=is_full)
            synchronize(run=run)
            assert not run.event_errors
        calls = self.world.control("GET", "counters")["calls"]
        return sum(one["count"] for one in calls if one["product"] != "oauth")


@pytest.fixture
def account(world, ada):
    return lambda shape, kind: Account(world, ada, shape, kind)


# GoToWebinar


@pytest.mark.parametrize("shape", [SMALL, MEDIUM], ids=["small", "medium"])
def test_webinars_for_the_first_time_and_all_of_them_again(account, shape):
    organizers, held, upcoming = shape
    made = account(shape, "webinars")
    least = ceil((held + upcoming) / PAGE) + organizers + (held + upcoming) + held
    assert made.sync() <= ALLOWED * least
    assert (held + upcoming, held, held) == (
        Registrant.objects.count(), EventSession.objects.count(), Attendee.objects.count(),
    )  # fmt: skip
    assert made.sync(is_full=True) <= ALLOWED * least


without_past = pytest.mark.parametrize("shape", [(1, 0, 10), (3, 0, 50)], ids=["small", "medium"])


@without_past
def test_webinars_polled_while_all_are_near_and_one_has_just_been_held(account, shape):
    organizers, _, upcoming = shape
    made = account(shape, "webinars")
    made.sync()
    made.hold(0, ago=timedelta(minutes=70))
    made.world.advance(minutes=15)
    least = ceil(upcoming / PAGE) + organizers + upcoming + 1
    assert made.sync() <= ALLOWED * (least + 1)  # and the registrants of the one that is new
    assert (upcoming + 1, 1) == (Event.objects.count(), Attendee.objects.count())


@without_past
def test_webinars_while_webhooks_tell(account, shape):
    """One audit of each list of registrants a day, and the list of events in between."""
    organizers, _, upcoming = shape
    made = account(shape, "webinars")
    made.sync()
    for connection in made.connections:
        connection.webhooks_trusted_until = made.world.now + timedelta(days=9)
    made.world.advance(minutes=15)
    made.sync()  # whoever signed up before the webhooks came
    least = ceil(upcoming / PAGE) + organizers
    for _ in range(3):
        made.world.advance(minutes=15)
        assert made.sync() <= ALLOWED * least
    made.world.advance(hours=23, minutes=15)
    assert upcoming <= made.sync() <= ALLOWED * (least + upcoming)
    made.world.advance(minutes=15)
    assert made.sync() <= ALLOWED * least


# GoToTraining


def test_trainings_for_the_first_time_and_all_of_them_again(account):
    """Finished trainings leave GoTo's list, so they were read while they were there."""
    organizers, held, upcoming = SMALL
    made = account((organizers, 0, upcoming + held), "trainings")
    trainings = upcoming + held
    least = organizers + organizers + trainings  # none held yet: no sessions, no attendance
    assert made.sync() <= ALLOWED * least
    assert trainings == Registrant.objects.count()
    made.world.advance(hours=26 + held / 3 + 1)
    for event in Event.objects.order_by("starts_at")[:held]:
        made.attend(event.event_key, event.starts_at)
    least = organizers + organizers + trainings + held + trainings
    assert made.sync(is_full=True) <= ALLOWED * least
    assert held == Attendee.objects.count()


@without_past
def test_trainings_polled_while_all_are_near(account, shape):
    organizers, _, upcoming = shape
    made = account(shape, "trainings")
    made.sync()
    made.world.advance(minutes=15)
    assert made.sync() <= ALLOWED * (2 * organizers + upcoming)


# GoToMeeting


def test_meetings_for_the_first_time_and_all_of_them_again(account):
    organizers, held, _ = SMALL
    made = account(SMALL, "meetings")
    least = organizers * (1 + 1) + held
    assert made.sync() <= ALLOWED * least
    assert held == Attendee.objects.count()
    assert made.sync(is_full=True) <= ALLOWED * least


@without_past
def test_meetings_polled(account, shape):
    organizers = shape[0]
    made = account(shape, "meetings")
    made.sync()
    made.world.advance(minutes=15)
    assert made.sync() <= ALLOWED * 3 * organizers


# GoToAssist


def test_support_sessions_for_the_first_time_again_and_polled(account):
    """One list tells all, whoever was helped and whatever runs."""
    made = account((1, 0, 0), "assists")
    for _ in range(20):
        key = made.world.start_support()
        made.world.move_support(key, "launch", "join")
        made.world.advance(minutes=5)
        made.world.move_support(key, "end")
    assert 1 == made.sync()
    assert (20, 20, 20) == (Event.objects.count(), EventSession.objects.count(), Attendee.objects.count())
    assert 1 == made.sync(is_full=True)
    made.world.move_support(made.world.start_support(), "launch", "join")
    made.world.advance(minutes=15)
    assert 1 == made.sync()
    assert 1 == Event.objects.filter(state="live").count()
