"""
Kill -9 around other programs: of the worker that calls them, of the web process that one of them calls, and of the
worker that renews the tokens all of it hangs on.

What they were to be told they are told, by the same id when it comes twice; what they asked for is done once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from tests.hub.automation.receivers import Receiver, receiving
from tests.processes.hub import Hub
from tests.processes.starting import GREENROOM, answers, free_port, started, wait_until

pytestmark = pytest.mark.processes

ENGINES = {"sqlite": [], "postgresql": [pytest.mark.postgresql]}
# The work of seconds that every change is tested with.
QUICK = {("sqlite", "hooks.sent"), ("sqlite", "api.carried_out")}


def crashes_at(*moments: str) -> pytest.MarkDecorator:
    """Run a test with each kind of hub and each of these moments."""
    cases = [
        pytest.param(engine, moment, marks=marks if marks or (engine, moment) in QUICK else [pytest.mark.slow])
        for engine, marks in ENGINES.items()
        for moment in moments
    ]
    return pytest.mark.parametrize(("hub", "moment"), cases, indirect=["hub"])


# How often a program is told when the worker that told it died then.
TIMES_TOLD = {"hooks.taken": 1, "hooks.sent": 2, "hooks.recorded": 1}


@pytest.fixture
def program() -> Iterator[Receiver]:
    """A program that is called."""
    with receiving() as receiver:
        yield receiver


@crashes_at("hooks.taken", "hooks.sent", "hooks.recorded")
def test_a_program_is_told_when_the_worker_that_tells_it_is_killed(hub: Hub, moment: str, program: Receiver):
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    hook = hub.do("wait_for_sign_ups", url=program.url)
    hub.do("register", event_key=key)
    hub.crash(moment)
    hub.do("let_taken_deliveries_be_due")
    hub.finish_work()
    hub.do("wait_no_more", hook=hook)
    assert [[program.ids[0], "delivered"]] == hub.do("told_programs", hook=hook)
    assert [program.ids[0]] * TIMES_TOLD[moment] == program.ids
    assert [] == hub.do("failed_jobs")


@contextmanager
def served(hub: Hub, **settings: str) -> Iterator[str]:
    """Run the web process of a hub, and yield the address of its API."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with started(*GREENROOM, "serve", "--port", str(port), environment={**hub.environment, **settings}):
        wait_until(lambda: answers(f"{url}/healthz"), "the web process answers")
        yield f"{url}/api/v1"


@crashes_at("api.carried_out")
def test_a_call_repeated_after_its_process_was_killed_registers_once(hub: Hub, moment: str):
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    path = f"/events/{key}/registrants"
    request = {
        "headers": {"Authorization": f"Bearer {hub.do('make_key')}", "Idempotency-Key": key},
        "json": {"email": "lena@example.com", "first_name": "Lena", "last_name": "Example"},
        "timeout": 60,
    }
    with served(hub, GREENROOM_KILL_AT=moment) as api, pytest.raises(httpx2.TransportError):
        httpx2.post(f"{api}{path}", **request)
    hub.do("let_first_call_be_taken_for_dead")
    with served(hub) as api:
        first, second = (httpx2.post(f"{api}{path}", **request) for _ in range(2))
    [at_goto] = hub.world.registrants_at_goto(key)
    assert (200, str(at_goto["registrantKey"])) == (first.status_code, first.json()["registrant_key"])
    assert (first.content, "true") == (second.content, second.headers["Idempotency-Replayed"])
    hub.finish_work()
    report = hub.do("report", event_key=key)
    assert (["delivered"], [["registered", "lena@example.com"]]) == (report["requests"], report["facts"])
    assert [] == hub.do("failed_jobs")


@crashes_at("connections.renewed")
def test_tokens_are_renewed_again_when_the_worker_that_got_them_is_killed(hub: Hub, moment: str):
    hub.do("let_access_token_run_out")
    run = hub.do("ask_to_read")
    hub.crash(moment, "--queue", "sync")
    hub.do("let_lease_run_out")
    hub.finish_work()
    assert ("done", "active") == (hub.do("state_of_run", run=run), hub.do("state_of_account"))
    assert [] == hub.do("failed_jobs")
