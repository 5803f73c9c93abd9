"""
Whatever happens at GoTo, on the way and here: when it is quiet again, the mirror and GoTo are the same.

Each scenario is drawn from a seed: GREENROOM_SCENARIOS says how many, GREENROOM_SCENARIO=seed repeats one that failed.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from json import JSONDecodeError
from random import Random

import pytest
from tests.factories.users import make_user
from tests.hub.conftest import NINE, connect
from tests.hub.intake.conftest import HubTransport
from tests.hub.world import World

from greenroom.hub.connections import goto
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import cancel_registration, register
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import open_run, synchronize
from greenroom.hub.sync.services.comparing import compare
from greenroom.hub.users.models import User

COUNT = int(os.environ.get("GREENROOM_SCENARIOS", "2"))
SEEDS = [int(os.environ["GREENROOM_SCENARIO"])] if "GREENROOM_SCENARIO" in os.environ else range(COUNT)
STEPS = 30

FAULTS = [
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 429, "retry_after": 1, "times": 4},
    {"kind": "status", "status": 500, "times": 2},
    {"kind": "status", "status": 503, "times": 6},
    {"kind": "timeout_before"},
    {"kind": "timeout_after"},
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "cut_after", "operation": "createRegistrant"},
    {"kind": "timeout_after", "operation": "registerForTraining"},
    {"kind": "nonsense", "times": 2},
    {"kind": "revoked_token"},
    {"kind": "torn_page", "change": "skip"},
    {"kind": "torn_page", "change": "repeat"},
    {"kind": "lying_total", "times": 2},
    {"kind": "shrunken_list", "keep": 0},
    {"kind": "shrunken_list", "keep": 1, "times": 2},
    {"kind": "late_attendance", "times": 2},
    {"kind": "changing_attendance"},
    {"kind": "schema_drift", "change": "unknown", "times": 3},
    {"kind": "duplicate", "product": "webhook", "times": 3},
    {"kind": "hold", "product": "webhook", "seconds": 900, "times": 2},
]


class Scenario:
    """One course of events, drawn from a seed."""

    def __init__(self, seed: int, world: World, people: list[User], hub: HubTransport) -> None:
        self.random = Random(seed)
        self.world, self.people, self.hub = world, people, hub
        self.webinars: list[str] = []
        self.trainings: list[str] = []
        self.addresses = [f"guest{number}@example.com" for number in range(8)]

    def run(self) -> None:
        acts: list[Callable[[], None]] = [
            self.plan,
            self.sign_up_at_goto,
            self.sign_up_at_goto,
            self.sign_off_at_goto,
            self.change_at_goto,
            self.cancel_at_goto,
            self.hold_an_event,
            self.register_here,
            self.register_here,
            self.cancel_here,
            self.go_wrong,
            self.go_wrong,
            self.lose_the_way,
            self.wait,
            self.wait,
            self.wait,
        ]
        self.plan()
        self.plan()
        for _ in range(STEPS):
            self.random.choice(acts)()

    def some_event(self) -> tuple[str, str]:
        kind = self.random.choice(["webinars", "trainings"])
        keys = self.webinars if kind == "webinars" else self.trainings
        return (kind, self.random.choice(keys)) if keys else ("webinars", self.webinars[0])

    def at_goto(self, path: str, method: str = "GET", **body: object) -> object:
        """Do what the organizer or a guest does at GoTo's own pages; a fault may hit them just as well as us."""
        with suppress(AssertionError, ConnectionError, JSONDecodeError):
            return self.world.ask_goto(path, method, **body)
        return None

    def plan(self) -> None:
        starts_in = timedelta(minutes=self.random.choice([10, 90, 60 * 26, 60 * 24 * 9]))
        title = f"Title {self.random.randrange(100)}"
        if not self.webinars or self.random.random() < 0.6:
            self.webinars.append(self.world.schedule_webinar(title, starts_in=starts_in))
        else:
            self.trainings.append(self.world.schedule_training(title, starts_in=starts_in))

    def sign_up_at_goto(self) -> None:
        kind, key = self.some_event()
        names = {"firstName": "Ann", "lastName": "Guest"} if kind == "webinars" else {"givenName": "A", "surname": "G"}
        self.at_goto(f"{kind}/{key}/registrants", "POST", email=self.random.choice(self.addresses), **names)

    def sign_off_at_goto(self) -> None:
        kind, key = self.some_event()
        if found := self.at_goto(f"{kind}/{key}/registrants"):
            registrant_key = self.random.choice(found)["registrantKey"]
            self.at_goto(f"{kind}/{key}/registrants/{registrant_key}", "DELETE")

    def change_at_goto(self) -> None:
        key = self.random.choice(self.webinars)
        start = self.world.now + timedelta(minutes=self.random.randrange(5, 3000))
        times = [
            {"startTime": f"{start:%Y-%m-%dT%H:%M:00Z}", "endTime": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:00Z}"}
        ]
        self.at_goto(
            f"webinars/{key}",
            "PUT",
            subject=f"Renamed {self.random.randrange(99)}",
            times=times,
            timeZone="America/New_York",
        )

    def cancel_at_goto(self) -> None:
        kind, key = self.some_event()
        if self.random.random() < 0.3:
            self.at_goto(f"{kind}/{key}", "DELETE")

    def hold_an_event(self) -> None:
        kind, key = self.some_event()
        with suppress(AssertionError, ConnectionError):
            self.world.launch(key, kind)
        for email in self.random.sample([*self.addresses, *(one.email for one in self.people)], 6):
            with suppress(AssertionError, ConnectionError):
                self.world.move(key, email, "join", kind)
        self.wait(self.random.randrange(3, 50))
        for email in self.random.sample(self.addresses, 4):
            with suppress(AssertionError, ConnectionError):
                self.world.move(key, email, "leave", kind)
        self.wait(self.random.randrange(1, 20))
        if self.random.random() < 0.8:
            with suppress(AssertionError, ConnectionError):
                self.world.end(key, kind)

    def register_here(self) -> None:
        person = self.random.choice(self.people)
        fields = {"firstName": person.first_name, "lastName": person.last_name, "email": person.email}
        if event := self._event_here():
            with suppress(HubError):
                register(event=event, answers=Answers(fields=fields), user=person)

    def cancel_here(self) -> None:
        if event := self._event_here():
            with suppress(HubError):
                cancel_registration(event=event, user=self.random.choice(self.people))

    def _event_here(self) -> Event | None:
        return Event.objects.select_related("connection").filter(event_key=self.some_event()[1]).first()

    def go_wrong(self) -> None:
        self.world.fail(**self.random.choice(FAULTS))

    def lose_the_way(self) -> None:
        self.hub.is_down = not self.hub.is_down

    def wait(self, minutes: int = 0) -> None:
        self.world.advance(minutes=minutes or self.random.choice([1, 5, 20, 60, 300]))
        run_until_idle(with_schedules=True)

    def come_to_rest(self) -> None:
        """Let all that is wrong come to an end, and a week pass."""
        self.hub.is_down = False
        self.world.control("DELETE", "faults")
        for kind, keys in (("webinars", self.webinars), ("trainings", self.trainings)):
            for key in keys:
                with suppress(AssertionError, ConnectionError):
                    self.world.end(key, kind)
        for hours in (0.2, 1, 1, 6, 24, 24, 24, 24, 48):
            self.world.advance(hours=hours)
            run_until_idle(with_schedules=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mirror_is_true_after_whatever_happened(seed, settings, monkeypatch, db, ada):
    hub = HubTransport()
    world = World(NINE, webhook_transport=hub)
    monkeypatch.setattr(goto, "RETRY", replace(goto.RETRY, first_wait=0, cap=0, retry_after_cap=0))
    settings.CLOCK, settings.GOTO_TRANSPORT = world.clock, world.transport
    settings.WEBHOOKS = "on" if seed % 2 else "off"
    connection = connect("olga@northwind.example", ada)
    scenario = Scenario(seed, world, [make_user(name) for name in ("Lena", "Otto", "Ivan")], hub)

    scenario.run()
    scenario.come_to_rest()

    differences = [str(one) for product in PRODUCTS for one in compare(connection=connection, product=product)]
    assert [] == differences
    _nothing_changes_any_more(connection)
    _every_sign_up_is_one_fact()


def _nothing_changes_any_more(connection) -> None:
    facts = Fact.objects.count()
    for product in PRODUCTS:
        run = open_run(connection=connection, product=product, is_full=True)
        synchronize(run=run)
        assert (0, []) == (run.rows_changed, run.event_errors)
    assert facts == Fact.objects.count()


def _every_sign_up_is_one_fact() -> None:
    facts = Counter(Fact.objects.filter(kind="registered").values_list("registrant_id", flat=True))
    assert facts == {one.pk: one.generation + 1 for one in Registrant.objects.all()}
