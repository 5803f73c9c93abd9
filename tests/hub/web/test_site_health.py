"""What site admins see of accounts and background work, on a page of its own and on every page."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_course
from tests.hub.conftest import connect
from tests.hub.web.conftest import answers_of

from greenroom.hub.connections.models import Connection, Pace
from greenroom.hub.connections.services import set_uses
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.services import register
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.services import record_heartbeat
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.readers import get_reader
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.web.words import explain_error

NEEDS_YOU, NO_WORKER = "A GoTo account needs you", "No worker is running"


def texts(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def worker(world, db) -> None:
    """A worker that has just been seen."""
    record_heartbeat("vm:1:abc")


# On every page


@pytest.mark.parametrize("path", ["/", "/events/", "/people/", "/sync/", "/courses/"])
def test_admins_are_told_of_an_account_that_needs_them_until_it_is_connected(worker, connection, as_ada, path):
    assert NEEDS_YOU not in texts(as_ada.get(path))
    Connection.objects.update(state="reconnect_needed")
    answer = texts(as_ada.get(path))
    assert NEEDS_YOU in answer
    assert NO_WORKER not in answer
    Connection.objects.update(state="active")
    assert NEEDS_YOU not in texts(as_ada.get(path))


def test_an_account_that_was_let_go_needs_nobody(worker, connection, as_ada):
    Connection.objects.update(state="disconnected")
    assert NEEDS_YOU not in texts(as_ada.get("/"))


def test_admins_are_told_that_no_worker_runs_until_one_does(world, as_ada):
    assert NO_WORKER in texts(as_ada.get("/people/"))
    record_heartbeat("vm:1:abc")
    assert NO_WORKER not in texts(as_ada.get("/people/"))
    world.clock.advance(seconds=61)
    assert NO_WORKER in texts(as_ada.get("/people/"))


def test_nobody_else_is_bothered(connection, course, as_ivan, as_lena, as_otto):
    Connection.objects.update(state="reconnect_needed")
    for client in (as_ivan, as_lena, as_otto):
        for sentence in (NEEDS_YOU, NO_WORKER):
            assert sentence not in texts(client.get("/"))


def test_it_costs_an_admin_one_query_and_others_none(connection, as_ada, as_lena):
    asked = {}
    for name, client in (("ada", as_ada), ("lena", as_lena)):
        with CaptureQueriesContext(database) as queries:
            client.get("/courses/")
        asked[name] = sum("jobs_workerheartbeat" in query["sql"] for query in queries)
    assert {"ada": 1, "lena": 0} == asked


def test_a_part_that_renews_itself_does_not_ask(connection, as_ada):
    with CaptureQueriesContext(database) as queries:
        as_ada.get("/sync/", headers={"HX-Request": "true"})
    assert not any("jobs_workerheartbeat" in query["sql"] for query in queries)


# The page of health


def health(client) -> str:
    return texts(client.get(reverse("site_health")))


def test_accounts_are_told_with_their_last_error_in_words(worker, connection, as_ada):
    assert "GoTo did not answer in time." not in health(as_ada)
    Connection.objects.update(last_error="timeout", last_error_at="2026-03-02T08:00Z", scope="collab:")
    page = health(as_ada)
    assert "GoTo did not answer in time." in page
    assert "Scopes missing" in page
    assert "Connect again" not in page
    Connection.objects.update(state="reconnect_needed")
    assert "Connect again" in health(as_ada)


def test_calls_are_counted_against_the_budget(worker, world, as_ada, settings):
    settings.GOTO_CALLS_PER_DAY = 1000
    Pace.objects.create(bucket="webinar", free_at=0, day=world.now.date(), calls_today=412)
    page = health(as_ada)
    assert "412 of 1,000" in page
    assert "Used up" not in page
    Pace.objects.update(calls_today=900)
    assert "Used up" in health(as_ada)


def test_workers_are_told_alive_and_silent(world, as_ada):
    record_heartbeat("vm:1:dead")
    world.clock.advance(seconds=61)
    assert NO_WORKER in health(as_ada)
    record_heartbeat("vm:2:alive")
    page = health(as_ada)
    assert page.index("vm:1:dead") < page.index("Silent") < page.index("vm:2:alive") < page.index("Running</span>")
    assert NO_WORKER not in page


def failed_job(number: int, world, error: str = "ServerError: server") -> Job:
    return Job.objects.create(
        queue="goto", name="events.deliver_registration", args={"request_id": number}, state="failed",
        run_at=world.now, attempts=1000, max_attempts=1000, last_error=error, created_at=world.now,
        finished_at=world.now,
    )  # fmt: skip


def test_failed_jobs_are_told_in_words_and_tried_again_one_by_one(worker, world, as_ada):
    first, second = failed_job(1, world), failed_job(2, world, "ZeroDivisionError")
    page = health(as_ada)
    assert "Carry one request to GoTo and write down the answer" in page
    assert "GoTo had a fault of its own." in page
    assert "Something went wrong that nobody foresaw." in page
    answer = as_ada.post(reverse("retry_job", args=[first.pk]), follow=True)
    assert "The job is in line again." in texts(answer)
    assert {"ready", "failed"} == set(Job.objects.values_list("state", flat=True))
    assert "Only a failed job can be tried again." in texts(
        as_ada.post(reverse("retry_job", args=[first.pk]), follow=True)
    )
    as_ada.post(reverse("retry_job", args=[second.pk]))
    assert "None. A job that fails for good waits here" in health(as_ada)


def test_all_failed_jobs_are_tried_again_at_once(worker, world, as_ada):
    for number in range(3):
        failed_job(number, world)
    assert "3 jobs are in line again." in texts(as_ada.post(reverse("retry_jobs"), follow=True))
    assert {"ready"} == set(Job.objects.values_list("state", flat=True))


def test_many_failed_jobs_are_told_page_by_page(worker, world, as_ada):
    Job.objects.bulk_create(
        Job(queue="goto", name="a.b", state="failed", run_at=world.now, max_attempts=1, created_at=world.now,
            finished_at=world.now) for _ in range(30)
    )  # fmt: skip
    assert "1–25 of 30 failed jobs" in health(as_ada)


def test_the_page_costs_the_same_whatever_there_is(worker, world, connection, as_ada):
    def count() -> int:
        with CaptureQueriesContext(database) as queries:
            health(as_ada)
        return len(queries)

    failed_job(0, world)
    before = count()
    world.add_stranger()
    for number in range(20):
        record_heartbeat(f"vm:{number}")
        failed_job(number, world)
        Connection.objects.create(
            organizer_key=str(number), organizer_name="Somebody", connected_at=world.now, state="reconnect_needed"
        )
    assert before == count()


# Readers


def reader_page(client, **query: str):
    return client.get(reverse("reader", args=["courses.completion"]), query)


@pytest.fixture
def delivered(worker, event, run_jobs) -> None:
    """All facts have been read."""
    run_jobs()


def test_a_stuck_reader_says_why(delivered, as_ada):
    assert "Stuck" not in health(as_ada)
    ReaderCursor.objects.filter(name="courses.completion").update(last_error="DecryptionError: decryption_failed")
    page = health(as_ada)
    assert "Stuck" in page
    assert "an encryption key is missing" in page


def test_a_reader_that_is_behind_says_how_far(delivered, as_ada):
    facts = Fact.objects.count()
    assert "to go" not in health(as_ada)
    ReaderCursor.objects.filter(name="courses.completion").update(tx=0, fact_id=0)
    assert f"{facts} facts to go" in health(as_ada)


def test_what_would_be_read_again_is_told_before_it_is(delivered, as_ada, world):
    facts = Fact.objects.count()
    before = ReaderCursor.objects.get(name="courses.completion").fact_id
    page = texts(reader_page(as_ada, since=""))
    assert "goes back to the first fact there ever was" in page
    assert f"{facts} facts come again" in page
    does = get_reader("courses.completion").what_it_does
    assert f"{does[0].lower()}{does[1:]}" in page
    assert before == ReaderCursor.objects.get(name="courses.completion").fact_id


def test_a_reader_reads_again_from_the_first_fact(delivered, as_ada):
    answer = as_ada.post(reverse("reader", args=["courses.completion"]), {"since": ""}, follow=True)
    assert "courses.completion begins again." in texts(answer)
    assert 0 == ReaderCursor.objects.get(name="courses.completion").fact_id
    assert Job.objects.filter(name="ledger.deliver", state="ready").exists()


def test_a_reader_reads_again_from_a_moment_in_the_zone_of_who_asks(delivered, as_ada, ada, world):
    """Nine o'clock UTC is ten in Berlin."""
    type(ada).objects.update(time_zone="Europe/Berlin")
    first = Fact.objects.order_by("pk").first()
    assert world.now == first.recorded_at
    page = texts(reader_page(as_ada, since="2026-03-02T11:00"))
    assert "an hour before" in page
    assert "11:00" in page
    answer = reader_page(as_ada, since="2026-03-02T11:01")
    assert (422, True) == (answer.status_code, "Nothing has happened since then." in texts(answer))


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01T00:00", "\0"])
def test_a_moment_that_is_none_is_told(delivered, as_ada, since):
    for answer in (
        reader_page(as_ada, since=since),
        as_ada.post(reverse("reader", args=["courses.completion"]), {"since": since}),
    ):
        assert 422 == answer.status_code
        assert "Write a date and a time" in texts(answer)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("ServerError: server", "GoTo had a fault of its own."),
        ("server", "GoTo had a fault of its own."),
        ("LeaseExpired", "Its worker died or hung while it was at it."),
        ("unknown_object", "GoTo has no such event."),
        ("ZeroDivisionError", "Something went wrong that nobody foresaw. The log has more."),
        ("", "Something went wrong that nobody foresaw. The log has more."),
    ],
)
def test_errors_are_explained(told, words):
    assert words == explain_error(told)


# An account


def account(client, connection):
    return client.get(reverse("account", args=[connection.pk]))


def test_an_account_tells_what_was_read_last_of_each_product(worker, connection, as_ada, pull):
    assert "Not read yet" in texts(account(as_ada, connection))
    pull()
    assert "Done" in texts(account(as_ada, connection))
    SyncRun.objects.update(state="failed", error="permission_denied")
    assert "GoTo does not let this organizer use webinars." in texts(account(as_ada, connection))


def test_missing_scopes_are_told_with_what_fails_without_them(worker, connection, as_ada):
    Connection.objects.update(scope="identity:scim.me")
    page = texts(account(as_ada, connection))
    assert "Webinars, trainings and meetings cannot be read, and nobody can be signed up for them." in page


def test_an_account_is_opened_to_chosen_courses(worker, connection, as_ada, course):
    other = make_course("First aid")
    url = reverse("change_uses", args=[connection.pk])
    answer = as_ada.post(url, {"open_to": "chosen", "courses": [course.pk]}, follow=True)
    assert "That is kept." in texts(answer)
    connection.refresh_from_db()
    assert (False, [course.pk]) == (
        connection.is_open_to_all,
        list(connection.uses.values_list("object_id", flat=True)),
    )
    as_ada.post(url, {"open_to": "all", "courses": [other.pk]})
    connection.refresh_from_db()
    assert connection.is_open_to_all


@pytest.mark.parametrize("chosen", [{"open_to": "chosen", "courses": ["999999"]}, {"open_to": "nobody"}, {}])
def test_what_cannot_be_chosen_is_refused(worker, connection, as_ada, course, chosen):
    set_uses(connection=connection, is_open_to_all=False, uses={"course": [course.pk]})
    answer = as_ada.post(reverse("change_uses", args=[connection.pk]), chosen)
    assert 422 == answer.status_code
    assert [course.pk] == list(connection.uses.values_list("object_id", flat=True))


def test_connecting_another_organizer_than_was_meant_is_told(worker, world, connection, ada, as_ada):
    world.add_stranger()
    Connection.objects.update(state="reconnect_needed")
    address = as_ada.post(reverse("connect"), {"connection": connection.pk})["Location"]
    answer = as_ada.get(
        "/connections/callback/", allow_access(address, email="hanna@harbor.example", password="sandbox"), follow=True
    )
    assert "Olga Ortiz, Northwind Academy still has to be connected" in texts(answer)
    address = as_ada.post(reverse("connect"), {"connection": connection.pk})["Location"]
    answer = as_ada.get(
        "/connections/callback/", allow_access(address, email="olga@northwind.example", password="sandbox"), follow=True
    )
    assert "still has to be connected" not in texts(answer)


# Nothing is lost


def test_what_was_asked_during_an_outage_is_delivered_after_connecting_again(
    worker, world, event, connection, lena, ada, run_jobs
):
    world.control("POST", "tokens/revoke", all=True)
    register(event=event, answers=answers_of(lena), user=lena)
    run_jobs()
    assert ("reconnect_needed", []) == (Connection.objects.get().state, world.registrants_at_goto(event.event_key))
    connect("olga@northwind.example", ada)
    world.advance(minutes=5)
    run_until_idle(with_schedules=True)
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(event.event_key)]
