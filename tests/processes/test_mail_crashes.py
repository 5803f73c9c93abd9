"""
Kill -9 of workers while they send: nobody gets a mail twice, none is lost, and what cannot be known is said.

A mail server has a mail or has not, but a process can die between its answer and our row. Of the one mail that was
being handed over just then nobody knows, and it is marked as perhaps sent.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.hub.mailing.post_office import PostOffice
from tests.processes.hub import settings_for
from tests.processes.places import own_database, run_sql
from tests.processes.starting import GREENROOM, PATIENCE, ROOT, started

pytestmark = pytest.mark.processes

# More than a batch of 100 for each death.
PEOPLE = 350
# Taken and nothing handed over; noted and perhaps handed over; handed over and not recorded; between two batches.
MOMENTS = ("mailing.taken", "mailing.noted", "mailing.handed_over", "mailing.recorded")
_NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql])])
def test_a_worker_that_dies_while_sending_mails_nobody_twice_and_loses_nothing(engine: str, tmp_path: Path):
    with own_database(engine, tmp_path) as database, PostOffice() as post:
        environment = settings_for(tmp_path, _NOWHERE) | {
            "GREENROOM_DATABASE_URL": database,
            "GREENROOM_EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
            "GREENROOM_JOB_LEASE_SECONDS": "1",
        }
        do("begin", str(PEOPLE), environment=environment)
        sent = []
        for moment in MOMENTS:
            command = (*GREENROOM, "worker", "--threads", "1", "--queue", "mail")
            with started(*command, environment=environment | {"GREENROOM_KILL_AT": moment}) as dying:
                assert -signal.SIGKILL == dying.wait(PATIENCE), moment
            sent.append(len(post.recipients))
            # Others believe that a sender is dead when it was silent for two minutes.
            run_sql(database, "UPDATE mailing_batch SET lease_until = '2000-01-01 00:00:00'")
        told = do("finish", environment=environment)
    assert [0, 0, 1, 101] == sent
    assert len(post.recipients) == len(set(post.recipients))
    assert ({"sent": PEOPLE - 2, "unsure": 2}, PEOPLE - 2) == (told["states"], told["facts"])
    # Of the two of whom nobody knows, one has the mail.
    assert (PEOPLE - 1, 1) == (len(post.recipients), len({*told["unsure"]} & {*post.recipients}))


def do(*act: str, environment: dict[str, str]) -> Any:
    """Have something done in a process of its own; see `mailing.py`."""
    command = [sys.executable, "-m", "tests.processes.mailing", *act]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])
