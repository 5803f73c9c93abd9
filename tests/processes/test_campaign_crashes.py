"""
Kill -9 of workers while contacts move through a campaign: nobody is lost, stuck, or passes a step twice.

GREENROOM_CRASH_CONTACTS says how many contacts there are; 100000 takes some minutes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.processes.hub import Hub, settings_for
from tests.processes.places import own_database, run_sql
from tests.processes.starting import GREENROOM, PATIENCE, ROOT, started, wait_until

pytestmark = pytest.mark.processes

CONTACTS = int(os.environ.get("GREENROOM_CRASH_CONTACTS", "300"))
ENGINES = [
    pytest.param("sqlite", marks=[]),
    pytest.param("postgresql", marks=[pytest.mark.postgresql]),
]
# Everybody passes four steps; half of them a fifth.
PASSAGES = 4 * CONTACTS + CONTACTS // 2
_COUNT = "SELECT count(*) FROM campaigns_campaignpassage"
_MOMENTS = ("campaigns.performed", "campaigns.before_commit", "campaigns.after_commit")
# So many are signed up at the sandbox, each with a call of its own.
SIGNED_UP = CONTACTS // 10
_WRITES = ("createRegistrant", "deleteRegistrant")
# The hub is other tests' too: a campaign here is called by the key of its event.
_COUNT_FINISHED = """
    SELECT count(*) FROM campaigns_campaigncontact WHERE state = 'finished'
    AND campaign_id = (SELECT id FROM campaigns_campaign WHERE name = '{key}')
"""
_COUNT_ASKING = """
    SELECT count(*) FROM events_registrationrequest WHERE state IN ('pending', 'cancelling')
    AND event_id = (SELECT id FROM events_event WHERE event_key = '{key}')
"""
# No worker needs GoTo here.
NOWHERE = "http://127.0.0.1:9"


class Campaigning:
    """A database with a campaign, and workers that come and go."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Make the tables."""
        self.environment = environment
        self.do("prepare")

    def do(self, *act: str) -> Any:
        """Have something done in a process of its own; see `campaigning.py`."""
        command = [sys.executable, "-m", "tests.processes.campaigning", *act]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.environment}, stdout=subprocess.PIPE, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    def worker(self, **settings: str) -> Any:
        """Start a worker that moves contacts on."""
        environment = {**self.environment, "GREENROOM_JOB_LEASE_SECONDS": "1", **settings}
        return started(*GREENROOM, "worker", "--threads", "1", "--queue", "campaigns", environment=environment)

    def count_passages(self) -> int:
        """Return how many steps were passed, without the time it takes a process to start."""
        return run_sql(self.environment["GREENROOM_DATABASE_URL"], _COUNT)

    def finish(self) -> None:
        """Let a worker do the rest."""
        with self.worker() as worker:
            deadline = time.monotonic() + PATIENCE + CONTACTS / 100
            while self.count_passages() < PASSAGES:
                assert time.monotonic() < deadline, "contacts are stuck"
                time.sleep(0.2)
            worker.terminate()


@pytest.fixture
def campaigning(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Campaigning]:
    with own_database(request.param, tmp_path) as database:
        yield Campaigning({**settings_for(tmp_path, NOWHERE), "GREENROOM_DATABASE_URL": database})


def expect_everything_once(campaigning: Campaigning) -> None:
    half = CONTACTS // 2
    assert {
        "state": "running",
        "people": {"finished": CONTACTS},
        "passages": PASSAGES,
        "doubled": 0,
        "mails": half,
        "mailed": half,
        "facts": CONTACTS + half,
        "sorted": CONTACTS,
    } == campaigning.do("report")


@pytest.mark.parametrize("campaigning", ENGINES, indirect=True)
def test_a_worker_that_dies_at_the_worst_moments_doubles_and_loses_nothing(campaigning: Campaigning):
    campaigning.do("begin", str(CONTACTS))
    for moment in _MOMENTS:
        with campaigning.worker(GREENROOM_KILL_AT=moment) as worker:
            assert -signal.SIGKILL == worker.wait(PATIENCE)
    campaigning.finish()
    expect_everything_once(campaigning)


@pytest.mark.slow
@pytest.mark.parametrize("campaigning", ENGINES, indirect=True)
def test_workers_that_die_at_random_double_and_lose_nothing(campaigning: Campaigning):
    campaigning.do("begin", str(CONTACTS))
    moments = random.Random(CONTACTS)
    for _ in range(10):
        before = campaigning.count_passages()
        with campaigning.worker() as worker:
            wait_until(lambda seen=before: campaigning.count_passages() > min(seen, PASSAGES - 1), "it is at work")
            time.sleep(moments.random())
            worker.kill()
            worker.wait(PATIENCE)
    campaigning.finish()
    expect_everything_once(campaigning)


def has_ended(hub: Hub, key: str) -> bool:
    """Tell whether everybody has passed, and GoTo has answered for everybody."""
    database = hub.environment["GREENROOM_DATABASE_URL"]
    finished, asking = (run_sql(database, count.format(key=key)) for count in (_COUNT_FINISHED, _COUNT_ASKING))
    return finished == SIGNED_UP and not asking


def count_writes(hub: Hub) -> dict[str, int]:
    """Return how often GoTo was asked to change something since the calls were counted last."""
    calls = hub.world.control("GET", "counters")["calls"]
    return {one["operation"]: one["count"] for one in calls if one["operation"] in _WRITES}


@pytest.fixture
def signing_up(hub: Hub) -> Iterator[str]:
    """A campaign that signs people up and takes half of them off; what its steps ask for is carried to GoTo."""
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    Campaigning(hub.environment).do("begin_signing_up", str(SIGNED_UP), key)
    hub.world.control("DELETE", "counters")
    with hub.worker("--queue", "goto", "--queue", "ledger"):
        yield key


def expect_everybody_signed_up_once(hub: Hub, key: str) -> None:
    with hub.worker("--queue", "campaigns"):
        wait_until(lambda: has_ended(hub, key), "everybody has passed")
    stay, go = SIGNED_UP // 2, (SIGNED_UP + 1) // 2
    assert {
        "people": {"finished": SIGNED_UP},
        "passages": 2 * SIGNED_UP + go,
        "requests": {"delivered": stay, "cancelled": go},
    } == Campaigning(hub.environment).do("report_signing_up", key)
    assert stay == len(hub.world.registrants_at_goto(key))
    assert {"createRegistrant": SIGNED_UP, "deleteRegistrant": go} == count_writes(hub)


@pytest.mark.parametrize("hub", ENGINES, indirect=True)
def test_who_is_signed_up_and_taken_off_is_so_once_whenever_a_worker_dies(hub: Hub, signing_up: str):
    for moment in _MOMENTS:
        hub.crash(moment, "--queue", "campaigns")
    expect_everybody_signed_up_once(hub, signing_up)


@pytest.mark.slow
@pytest.mark.parametrize("hub", ENGINES, indirect=True)
def test_who_is_signed_up_and_taken_off_is_so_once_however_often_workers_die(hub: Hub, signing_up: str):
    moments = random.Random(CONTACTS)
    for _ in range(10):
        with hub.worker("--queue", "campaigns", GREENROOM_JOB_LEASE_SECONDS="1") as worker:
            time.sleep(moments.random() * 4)
            worker.kill()
            worker.wait(PATIENCE)
    expect_everybody_signed_up_once(hub, signing_up)
