"""
Kill -9 of a worker at the moments at which it would hurt most.

Another worker then finishes the work; the hub and GoTo must agree, nothing may have happened twice, and nothing may
stand in the way of what comes next.
"""

from datetime import timedelta

import pytest
from tests.processes.hub import Hub

pytestmark = pytest.mark.processes

ENGINES = {
    "sqlite": [],
    "postgresql": [pytest.mark.postgresql],
    "celery": [pytest.mark.postgresql, pytest.mark.broker],
}
# The work of seconds that every change is tested with; the others run with what needs more servers.
QUICK = {("sqlite", "registration.accepted"), ("sqlite", "mirror.registrants_stored")}


# Celery differs in how a worker learns of a job, and takes long to start: these moments tell.
WITH_CELERY = {"registration.accepted", "registration.stored", "jobs.claimed", "sync.events_read"}


def crashes_at(*moments: str) -> pytest.MarkDecorator:
    """Run a test with each kind of hub and each of these moments."""
    cases = [
        pytest.param(engine, moment, marks=marks if marks or (engine, moment) in QUICK else [pytest.mark.slow])
        for engine, marks in ENGINES.items()
        for moment in moments
        if engine != "celery" or moment in WITH_CELERY
    ]
    return pytest.mark.parametrize(("hub", "moment"), cases, indirect=["hub"])


@crashes_at(
    "registration.accepted",  # GoTo has said yes, and we have not written it down
    "registration.stored",
    "jobs.claimed",
    "jobs.before_finish",
)
def test_a_registration_happens_once(hub: Hub, moment: str):
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    hub.do("register", event_key=key)
    hub.crash(moment, "--queue", "goto")
    hub.finish_work()
    expect_one_registration(hub, key)


@crashes_at("ledger.before_commit", "ledger.after_commit")
def test_a_fact_that_is_being_delivered_stays_one(hub: Hub, moment: str):
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    hub.do("register", event_key=key)
    hub.crash(moment)
    hub.finish_work()
    expect_one_registration(hub, key)


def expect_one_registration(hub: Hub, key: str) -> None:
    """Check that Lena is registered once, at GoTo and here."""
    [at_goto] = hub.world.registrants_at_goto(key)
    assert {
        "requests": ["delivered"],
        "registrants": [str(at_goto["registrantKey"])],
        "without_join_url": [],
        "attended": [],
        "facts": [["registered", "lena@example.com"]],
    } == hub.do("report", event_key=key)
    assert [] == hub.do("failed_jobs")


@crashes_at("cancellation.accepted", "cancellation.stored", "jobs.before_finish")
def test_a_cancellation_happens_once(hub: Hub, moment: str):
    key = hub.world.schedule_webinar()
    assert hub.do("read")
    hub.do("register", event_key=key)
    hub.do("work")
    hub.do("cancel", event_key=key)
    hub.crash(moment, "--queue", "goto")
    hub.finish_work()
    assert [] == hub.world.registrants_at_goto(key)
    report = hub.do("report", event_key=key)
    assert (["cancelled"], []) == (report["requests"], report["registrants"])
    assert ["cancelled", "registered"] == [kind for kind, _ in report["facts"]]
    assert [] == hub.do("failed_jobs")


@crashes_at(
    "acts.before_send",
    "acts.accepted",  # GoTo has made it, and we do not know its key
    "acts.noted",
    "acts.stored",
    "acts.found",  # after another one died with GoTo's answer
)
def test_an_event_is_made_once(hub: Hub, moment: str):
    title = f"Made in spite of {moment}"
    hub.do("make_event", title=title)
    if moment == "acts.found":
        hub.crash("acts.accepted", "--queue", "goto")
    hub.crash(moment, "--queue", "goto")
    hub.finish_work()
    assert hub.do("read")
    at_goto = [one["webinarKey"] for one in hub.world.list_webinars() if one["subject"] == title]
    assert 1 == len(at_goto)
    assert {"events": at_goto, "acts": ["done"], "facts": ["event_created"]} == hub.do("made", title=title)
    assert [] == hub.do("failed_jobs")


@crashes_at(
    "sync.run_begun",
    "sync.list_stored",
    "sync.events_read",
    "sync.registrants_read",
    "sync.attendance_read",
    "sync.all_read",
    "mirror.events_stored",
    "mirror.registrants_stored",
    "mirror.sessions_stored",
    "mirror.attendance_stored",
)
def test_reading_from_goto_is_finished_by_another_worker(hub: Hub, moment: str):
    key = schedule_past_webinar(hub)
    run = hub.do("ask_to_read")
    hub.crash(moment, "--queue", "sync")
    hub.finish_work()
    assert "done" == hub.do("state_of_run", run=run)
    assert hub.do("read"), "the next reading must not be kept from starting"

    at_goto = hub.world.registrants_at_goto(key)
    report = hub.do("report", event_key=key)
    assert sorted(str(one["registrantKey"]) for one in at_goto) == report["registrants"]
    assert [["ben@example.com", 1800], ["mia@example.com", 3000]] == report["attended"]
    came = ["ben@example.com", "mia@example.com"]
    everybody = [*came, "zoe@example.com"]
    expected = {"attended": came, "joined": came, "registered": everybody}
    assert [[kind, email] for kind, emails in expected.items() for email in emails] == report["facts"]
    assert [] == hub.do("failed_jobs")


def schedule_past_webinar(hub: Hub) -> str:
    """Make a webinar that three people signed up for and two came to; the hub does not know it yet."""
    people = [{"first_name": name, "last_name": "Example", "email": f"{name.lower()}@example.com"} for name in PEOPLE]
    key = hub.world.schedule_webinar(starts_in=timedelta(hours=-1))
    hub.world.control("POST", f"webinars/{key}/registrants", registrants=people)
    hub.world.write_attendance(key, {"mia@example.com": [(5, 55)], "ben@example.com": [(10, 40)]})
    return key


PEOPLE = ("Mia", "Ben", "Zoe")
