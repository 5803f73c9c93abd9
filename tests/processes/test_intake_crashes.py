"""
Kill -9 around GoTo's webhooks: of the web process that takes a delivery, of the worker that applies it, and of the
worker that sets the webhooks up.

GoTo delivers again what it got no answer to; the work is finished by other processes. Nothing is lost, and nothing
happens twice.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import pytest
from tests.processes.hub import Hub, served_hub
from tests.processes.starting import GREENROOM, answers, free_port, started, wait_until

from greenroom.hub.events.products.webhooks import EVENT_NAMES

pytestmark = pytest.mark.processes

ENGINES = {"sqlite": [], "postgresql": [pytest.mark.postgresql]}
# The work of seconds that every change is tested with.
QUICK = {("sqlite", "intake.stored"), ("sqlite", "intake.webhook_created")}


def crashes_at(*moments: str) -> pytest.MarkDecorator:
    """Run a test with each kind of hub and each of these moments."""
    cases = [
        pytest.param(engine, moment, marks=marks if marks or (engine, moment) in QUICK else [pytest.mark.slow])
        for engine, marks in ENGINES.items()
        for moment in moments
    ]
    return pytest.mark.parametrize(("reached", "moment"), cases, indirect=["reached"])


@dataclass(frozen=True)
class ReachedHub:
    """A hub that GoTo reaches, with a webinar that both know."""

    hub: Hub
    port: int
    key: str

    @contextmanager
    def served(self, **settings: str) -> Iterator[None]:
        """Run the web process."""
        environment = {**self.hub.environment, **settings}
        with started(*GREENROOM, "serve", "--port", str(self.port), environment=environment):
            wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), "the web process answers")
            yield

    def sign_up_at_goto(self, name: str, *, until: tuple[str, int]) -> None:
        """Let somebody sign up at GoTo, and wait until its delivery is in this state after so many tries."""
        before = len(self.results_at_goto())
        person = {"firstName": name, "lastName": "Example", "email": f"{name.lower()}@example.com"}
        self.hub.world.ask_goto(f"webinars/{self.key}/registrants", "POST", **person)
        wait_until(lambda: self.results_at_goto()[before:] == [until], f"the delivery is {until}")

    def let_a_minute_pass_at_goto(self) -> None:
        self.hub.world.control("POST", "clock", advance_seconds=61)

    def results_at_goto(self) -> list[tuple[str, int]]:
        """Return how each delivery stands at GoTo, and how often it was tried."""
        deliveries = self.hub.world.control("GET", "webhooks/deliveries")["deliveries"]
        return [(one["state"], one["attempts"]) for one in deliveries if one["event_name"] == "registrant.added"]

    def finish_work(self) -> None:
        """Let another worker do all there is to do."""
        with self.hub.worker():
            wait_until(lambda: self.hub.do("is_settled") and self.is_applied(), "all that was delivered is applied")

    def is_applied(self) -> bool:
        return all(state == "applied" for _, state in self.hub.do("deliveries"))


@pytest.fixture(scope="session")
def open_reached_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ReachedHub]]:
    """Open the hub of a kind, or return it when it is open."""
    with ExitStack() as stack:

        @cache
        def open_once(engine: str) -> ReachedHub:
            port = free_port()
            settings = {
                "GREENROOM_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "GREENROOM_WEBHOOKS": "on",
                "GREENROOM_WEBHOOK_MAX_AGE_SECONDS": "86400",
            }
            hub = stack.enter_context(served_hub(engine, tmp_path_factory.mktemp(engine), **settings))
            # What is new at GoTo can be found at once: waiting for it is tested where time can be set.
            hub.world.control("PUT", "switches", webhook_settles_after_seconds=0)
            reached = ReachedHub(hub, port, hub.world.schedule_webinar())
            assert hub.do("read")
            return reached

        yield open_once


@pytest.fixture
def reached(request: pytest.FixtureRequest, open_reached_hub: Callable[[str], ReachedHub]) -> ReachedHub:
    """A hub of the kind that the test asks for, with webhooks that deliver."""
    reached = open_reached_hub(request.param)
    with reached.served():
        set_up(reached)
    reached.hub.do("forget_deliveries")
    return reached


def set_up(reached: ReachedHub) -> None:
    """Let a worker set the webhooks up, unless they are."""

    def deliver() -> bool:
        return sorted(EVENT_NAMES) == reached.hub.do("webhooks")["ours"]

    if not deliver():
        with reached.hub.worker():
            wait_until(deliver, "the webhooks deliver")


def expect_one_sign_up(reached: ReachedHub, email: str) -> None:
    """Check that a person is registered once here, as at GoTo."""
    report = reached.hub.do("report", event_key=reached.key)
    assert [["registered", email]] == [fact for fact in report["facts"] if fact[1] == email]
    at_goto = {str(one["registrantKey"]) for one in reached.hub.world.registrants_at_goto(reached.key)}
    assert at_goto == set(report["registrants"])
    assert [] == reached.hub.do("failed_jobs")


@crashes_at("intake.before_store", "intake.stored")
def test_delivery_is_not_lost_with_the_process_that_took_it(reached: ReachedHub, moment: str):
    name = f"Web{moment.rpartition('.')[2]}"
    with reached.served(GREENROOM_KILL_AT=moment):
        reached.sign_up_at_goto(name, until=("queued", 1))
    with reached.served():
        reached.let_a_minute_pass_at_goto()
        wait_until(lambda: reached.results_at_goto()[-1] == ("delivered", 2), "it was delivered again")
    reached.finish_work()
    assert [["registrant.added", "applied"]] == reached.hub.do("deliveries")
    expect_one_sign_up(reached, f"{name.lower()}@example.com")


@crashes_at("intake.applying", "intake.applied", "mirror.sign_ups_stored")
def test_delivery_is_applied_once_when_its_worker_is_killed(reached: ReachedHub, moment: str):
    name = f"Work{moment.rpartition('.')[2]}"
    with reached.served():
        reached.sign_up_at_goto(name, until=("delivered", 1))
    reached.hub.crash(moment, "--queue", "intake")
    reached.finish_work()
    assert [["registrant.added", "applied"]] == reached.hub.do("deliveries")
    expect_one_sign_up(reached, f"{name.lower()}@example.com")


@crashes_at("intake.secret_created", "intake.webhook_created", "intake.activated", "intake.subscribed")
def test_webhooks_are_set_up_once_when_the_worker_is_killed(reached: ReachedHub, moment: str):
    name = f"Keep{moment.rpartition('.')[2]}"
    with reached.served():
        reached.hub.do("begin_webhooks")
        reached.hub.crash(moment, "--queue", "goto")
        set_up(reached)
        assert sorted(EVENT_NAMES) == reached.hub.do("webhooks")["theirs"]
        reached.sign_up_at_goto(name, until=("delivered", 1))
    reached.finish_work()
    assert [["registrant.added", "applied"]] == reached.hub.do("deliveries")
    expect_one_sign_up(reached, f"{name.lower()}@example.com")
