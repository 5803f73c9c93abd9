"""What GoTo delivers becomes what we know: once, whatever came before, and never against what is newer."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.hub.intake.conftest import facts, verdicts

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest, SetAsideRow
from greenroom.hub.events.products import get_product
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.events.services.registrants import store_registrants
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.services import apply_again, apply_deliveries, apply_what_waits
from greenroom.hub.intake.tasks import audit_trusted_connections
from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.models import Fact


@pytest.fixture
def sign_up_at_goto(world, event):
    """Let somebody sign up at GoTo; return their key."""

    def register_there(name: str = "Mia", key: str = event.event_key) -> str:
        person = {"firstName": name, "lastName": "Example", "email": f"{name.lower()}@example.com"}
        return str(world.ask_goto(f"webinars/{key}/registrants", "POST", **person)["registrantKey"])

    return register_there


@pytest.fixture
def told(world, event):
    """Store a delivery as if GoTo had just brought it."""

    def store(name: str, **members: Any) -> WebhookDelivery:
        key = str(WebhookDelivery.objects.count())
        body = {
            "eventName": name,
            "eventKey": key,
            "timestamp": world.now.isoformat(),
            "webinarKey": int(event.event_key),
        }
        delivery = WebhookDelivery.objects.create(
            connection=event.connection, event_name=name, event_key=key, received_at=world.now,
            body=json.dumps(body | members),
        )  # fmt: skip
        apply_deliveries.enqueue(connection_id=event.connection_id, dedupe_key=f"intake.apply:{event.connection_id}")
        return delivery

    return store


MIA = {
    "registrantKey": 77,
    "firstName": "Mia",
    "lastName": "Example",
    "email": "Mia@Example.com",
    "status": "APPROVED",
    "registrationDate": "2026-03-02T09:01:00.000Z",
    "joinUrl": "https://global.gotowebinar.com/join/1/77",
}


def there() -> list[str]:
    return list(Registrant.objects.filter(gone_at=None).order_by("email").values_list("email", flat=True))


# Sign-ups


def test_somebody_who_signs_up_at_goto_is_known_without_a_call(world, event, sign_up_at_goto, deliver):
    key = sign_up_at_goto()
    world.count_calls()
    deliver()
    assert 0 == world.count_calls()
    row = Registrant.objects.get()
    [theirs] = world.registrants_at_goto(event.event_key)
    assert (key, "mia@example.com", "APPROVED", theirs["joinUrl"]) == (
        row.registrant_key,
        row.email,
        row.status,
        row.join_url,
    )
    assert (["registered"], [("registrant.added", "applied", "")]) == (facts(), verdicts())
    assert row.registered_at == Fact.objects.get(kind="registered").happened_at


def test_sync_finds_nothing_to_change_of_what_webhooks_brought(world, event, sign_up_at_goto, deliver, pull):
    sign_up_at_goto()
    deliver()
    before = Registrant.objects.values().get()
    world.advance(minutes=15)
    pull()
    after = Registrant.objects.values().get()
    assert before == after
    assert ["registered"] == facts()


def test_what_sync_brought_webhooks_leave_as_it_is(world, event, sign_up_at_goto, deliver, pull):
    sign_up_at_goto()
    pull()
    before = Registrant.objects.values().get()
    world.count_calls()
    deliver()
    assert (before, 0) == (Registrant.objects.values().get(), world.count_calls())
    assert ["registered"] == facts()


def test_somebody_who_signed_up_here_is_one(world, event, lena, deliver, run_jobs):
    answers = Answers(fields={"firstName": "Lena", "lastName": "Example", "email": "lena@example.com"})
    register(event=event, answers=answers, user=lena)
    run_jobs()
    deliver()
    assert ("lena@example.com", lena) == ((row := Registrant.objects.get()).email, row.user)
    assert ["registered"] == facts()
    assert [("registrant.added", "applied", "")] == verdicts()


def test_person_who_can_sign_in_here_is_found_by_their_address(event, lena, sign_up_at_goto, deliver):
    sign_up_at_goto("Lena")
    deliver()
    assert lena == Registrant.objects.get().user
    assert [lena.pk] == list(Fact.objects.filter(kind="registered").values_list("user_id", flat=True))


def test_organizers_decision_is_one_fact_of_its_own(world, hooked, pull, sign_up_at_goto, deliver):
    key = world.schedule_webinar(approval="MANUAL")
    pull()
    world.advance(minutes=1)
    sign_up_at_goto("Mia", key)
    sign_up_at_goto("Ben", key)
    deliver()
    world.advance(minutes=1)
    world.control("POST", f"webinars/{key}/decisions", email="mia@example.com", status="APPROVED")
    world.control("POST", f"webinars/{key}/decisions", email="ben@example.com", status="DENIED")
    deliver()
    assert ["registered", "registered", "approved", "denied"] == sorted(
        facts(), key=["registered", "approved", "denied"].index
    )
    rows = dict(Registrant.objects.values_list("email", "status"))
    assert {"mia@example.com": "APPROVED", "ben@example.com": "DENIED"} == rows
    assert Registrant.objects.get(email="mia@example.com").join_url
    world.advance(minutes=15)
    pull()
    assert 4 == len(facts())


def test_news_that_comes_late_does_not_undo_a_decision(world, hooked, pull, sign_up_at_goto, deliver):
    key = world.schedule_webinar(approval="MANUAL")
    pull()
    world.advance(minutes=1)
    world.fail(kind="hold", operation="registrant.added", seconds=600)
    sign_up_at_goto("Mia", key)
    deliver()
    world.control("POST", f"webinars/{key}/decisions", email="mia@example.com", status="APPROVED")
    deliver()
    assert ["APPROVED"] == list(Registrant.objects.values_list("status", flat=True))
    world.advance(minutes=15)
    deliver()
    assert 2 == WebhookDelivery.objects.filter(event_name="registrant.added", state="applied").count()
    assert ["APPROVED"] == list(Registrant.objects.values_list("status", flat=True))


def test_nobody_comes_back_whom_goto_no_longer_has(world, event, sign_up_at_goto, deliver, pull):
    world.fail(kind="hold", operation="registrant.added", seconds=600)
    key = sign_up_at_goto()
    pull()
    world.remove_registrant(event.event_key, key)
    world.advance(minutes=1)
    pull()
    assert ([], ["registered", "cancelled"]) == (there(), facts())
    world.advance(minutes=15)
    deliver()
    assert ([], ["registered", "cancelled"]) == (there(), facts())
    assert [("registrant.added", "ignored", "gone_at_goto")] == verdicts()


def test_somebody_we_never_knew_does_not_come_when_they_are_gone(world, event, sign_up_at_goto, deliver, pull):
    world.fail(kind="hold", operation="registrant.added", seconds=600)
    key = sign_up_at_goto()
    world.remove_registrant(event.event_key, key)
    world.advance(minutes=1)
    pull()
    world.advance(minutes=15)
    deliver()
    assert ([], []) == (there(), facts())
    assert [("registrant.added", "ignored", "gone_at_goto")] == verdicts()


def test_somebody_who_signs_up_anew_is_back(world, event, sign_up_at_goto, deliver, pull):
    world.remove_registrant(event.event_key, sign_up_at_goto())
    deliver()
    world.advance(minutes=1)
    pull()
    assert ([], ["registered", "cancelled"]) == (there(), facts())
    world.advance(minutes=1)
    sign_up_at_goto()
    deliver()
    assert ["mia@example.com"] == there()
    assert ["registered", "cancelled", "registered"] == facts()


def test_list_that_is_on_its_way_takes_nobody_off_whom_a_webhook_brings(world, event, sign_up_at_goto, deliver):
    """The list was asked for before they signed up, and is stored after."""
    with open_goto(event.connection) as goto:
        before = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    world.advance(seconds=1)
    sign_up_at_goto()
    deliver()
    world.advance(seconds=1)
    store_registrants(event=Event.objects.get(), listing=before)
    assert (["mia@example.com"], ["registered"]) == (there(), facts())


def test_ghost_of_a_delivery_is_gone_with_the_next_list(world, event, sign_up_at_goto, deliver, pull):
    """GoTo tells of nobody who is taken off; then only the list knows, though it is the one from before."""
    sign_up_at_goto("Ben")
    deliver()
    world.advance(minutes=15)
    pull()
    world.advance(minutes=1)
    key = sign_up_at_goto("Mia")
    world.remove_registrant(event.event_key, key)
    deliver()
    assert ["ben@example.com", "mia@example.com"] == there()
    world.advance(minutes=15)
    pull()
    assert ["ben@example.com"] == there()


def test_somebody_whom_goto_tells_to_be_off_is_off_when_it_says_so_twice(
    world, event, sign_up_at_goto, deliver, told, run_jobs
):
    key = sign_up_at_goto()
    deliver()
    off = MIA | {"registrantKey": int(key), "status": "Cancelled"}
    told("registrant.added", **off)
    run_jobs()
    assert (["mia@example.com"], "applied") == (there(), verdicts()[-1][1])
    world.remove_registrant(event.event_key, key)
    told("registrant.added", **off)
    run_jobs()
    assert ([], ["registered", "cancelled"]) == (there(), facts())


def test_somebody_who_is_off_may_ask_here_again(world, event, lena, deliver, told, run_jobs):
    answers = Answers(fields={"firstName": "Lena", "lastName": "Example", "email": "lena@example.com"})
    register(event=event, answers=answers, user=lena)
    run_jobs()
    key = Registrant.objects.get().registrant_key
    world.remove_registrant(event.event_key, key)
    told("registrant.added", **MIA | {"registrantKey": int(key), "email": "lena@example.com", "status": "CANCELLED"})
    run_jobs()
    assert ["cancelled"] == list(RegistrationRequest.objects.values_list("state", flat=True))
    register(event=event, answers=answers, user=lena)
    run_jobs()
    assert ["lena@example.com"] == there()


def test_many_who_only_goto_can_explain_are_asked_for_by_one_list(world, event, told, run_jobs):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=30)
    people = world.registrants_at_goto(event.event_key)
    world.count_calls()
    for one in people:
        told("registrant.joined", registrantKey=one["registrantKey"], sessionKey=5, joinTime=1772442000000)
    run_jobs()
    assert 1 == world.count_calls()
    assert (30, 30) == (facts().count("registered"), facts().count("joined"))


def test_few_who_only_goto_can_explain_are_asked_for_one_by_one(world, event, told, run_jobs):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=30)
    people = world.registrants_at_goto(event.event_key)[:3]
    world.count_calls()
    for one in people:
        told("registrant.joined", registrantKey=one["registrantKey"], sessionKey=5, joinTime=1772442000000)
    run_jobs()
    assert (3, 3) == (world.count_calls(), len(there()))


def odd(one: dict[str, Any]) -> dict[str, Any]:
    """Return a registrant of GoTo's with a member that cannot be read."""
    return one | {"registrationDate": "soon"}


def test_row_that_cannot_be_read_is_set_aside_and_stops_nobody_who_is_asked_about(world, event, told, run_jobs):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=5)
    *others, last = world.registrants_at_goto(event.event_key)
    world.answer("getAllRegistrantsForWebinar", [*others, odd(last)])
    world.count_calls()
    for one in [*others, last]:
        told("registrant.joined", registrantKey=one["registrantKey"], sessionKey=5, joinTime=1772442000000)
    run_jobs()
    assert (1, 4) == (world.count_calls(), len(there()))
    assert 4 * [("applied", "")] + [("failed", "unreadable_at_goto")] == [verdict[1:] for verdict in verdicts()]
    [row] = SetAsideRow.objects.all()
    assert (event, "registrants", odd(last)) == (row.event, row.listing, json.loads(row.raw))

    apply_again(connection=event.connection)
    run_jobs()
    assert (5, 5) == (len(there()), facts().count("joined"))


def test_person_who_cannot_be_read_stops_nobody_who_is_asked_about_one_by_one(world, event, told, run_jobs):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=3)
    people = world.registrants_at_goto(event.event_key)
    world.answer("getRegistrant", odd(people[0]))
    for one in people:
        told("registrant.joined", registrantKey=one["registrantKey"], sessionKey=5, joinTime=1772442000000)
    run_jobs()
    assert (2, 2) == (len(there()), facts().count("joined"))
    assert {("failed", "unreadable_at_goto"): 1, ("applied", ""): 2} == Counter(verdict[1:] for verdict in verdicts())


def test_bodies_that_contradict_each_other_are_for_goto_to_settle(world, event, sign_up_at_goto, told, run_jobs):
    key = int(sign_up_at_goto())
    for status in ("WAITING", "DENIED"):
        told("registrant.added", **MIA | {"registrantKey": key, "status": status})
    run_jobs()
    assert ["APPROVED"] == list(Registrant.objects.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"registrantKey": None}, "missing: registrantKey"),
        ({"email": ""}, "missing: email"),
        ({"email": "x" * 300}, "missing: email"),
        ({"webinarKey": None}, "missing: webinarKey"),
        ({"registrantKey": 10**90}, "no_such_value: $.registrantKey"),
        ({"firstName": {"a": 1}}, "no_such_value: $.firstName"),
        ({"registrationDate": "the day before"}, "no_such_value: $.registrationDate"),
    ],
)
def test_body_that_lacks_what_matters_fails_by_itself(event, told, run_jobs, members, reason):
    told("registrant.added", **MIA | members)
    told("registrant.added", **MIA)
    run_jobs()
    assert [("registrant.added", "failed", reason), ("registrant.added", "applied", "")] == verdicts()
    assert ["mia@example.com"] == there()


def test_odd_names_are_kept_as_far_as_a_database_can(event, told, run_jobs):
    told("registrant.added", **MIA | {"firstName": "Mia\0" + "\u202e" * 3, "lastName": "Ö" * 10_000})
    run_jobs()
    row = Registrant.objects.get()
    assert ("Mia" + "\u202e" * 3, "Ö" * 10_000) == (row.first_name, row.last_name)


# Joins and surveys


@pytest.fixture
def live(world, event, sign_up_at_goto, deliver):
    """The webinar runs, and Mia has signed up."""
    sign_up_at_goto()
    deliver()
    world.advance(minutes=59)
    world.launch(event.event_key)
    return event


def test_join_is_a_fact_of_the_moment_it_happened(world, live, deliver):
    world.advance(minutes=2)
    world.move(live.event_key, "mia@example.com", "join")
    joined_at = world.now
    world.advance(minutes=1)
    deliver()
    fact = Fact.objects.get(kind="joined")
    assert (joined_at, live.pk, "mia@example.com") == (fact.happened_at, fact.event_id, fact.email)
    assert Registrant.objects.get().pk == fact.registrant_id
    assert fact.data["session_key"]


def test_somebody_who_comes_in_shows_that_it_runs(world, live, deliver):
    world.move(live.event_key, "mia@example.com", "join")
    deliver()
    live.refresh_from_db()
    assert live.watched_until is not None
    assert live.watched_until > world.now


def test_join_of_long_ago_says_nothing_of_now(world, live, deliver):
    world.fail(kind="hold", operation="registrant.joined", seconds=1800)
    world.move(live.event_key, "mia@example.com", "join")
    deliver()
    world.advance(minutes=40)
    deliver()
    live.refresh_from_db()
    assert (["registered", "joined"], None) == (facts(), live.watched_until)


def test_each_time_somebody_comes_in_is_one_fact(world, live, told, deliver):
    world.move(live.event_key, "mia@example.com", "join")
    world.advance(minutes=5)
    world.move(live.event_key, "mia@example.com", "leave")
    world.advance(minutes=5)
    world.move(live.event_key, "mia@example.com", "join")
    deliver()
    assert 2 == facts().count("joined")
    # Told again with another key, as to a webhook that was made twice.
    bodies = [json.loads(one.body) for one in WebhookDelivery.objects.filter(event_name="registrant.joined")]
    for body in bodies:
        told("registrant.joined", **{name: body[name] for name in ("registrantKey", "sessionKey", "joinTime")})
    deliver()
    assert 2 == facts().count("joined")


def test_join_that_overtakes_the_sign_up_brings_the_person_too(world, event, sign_up_at_goto, deliver):
    world.fail(kind="hold", operation="registrant.added", seconds=7200)
    sign_up_at_goto()
    world.advance(minutes=59)
    world.launch(event.event_key)
    world.move(event.event_key, "mia@example.com", "join")
    deliver()
    assert ["registered", "joined"] == facts()
    assert Registrant.objects.get().join_url
    world.advance(hours=2)
    deliver()
    assert ["registered", "joined"] == facts()
    assert {"applied"} == {state for _, state, _ in verdicts()}


def test_that_somebody_came_stays_true_when_they_are_off_since(world, live, told, deliver, run_jobs):
    Registrant.objects.update(gone_at=world.now)
    key = int(Registrant.objects.get().registrant_key)
    told("registrant.joined", registrantKey=key, sessionKey=5, joinTime="2026-03-02T10:01:00Z")
    run_jobs()
    assert (["registered", "joined"], []) == (facts(), there())


def test_survey_is_a_fact_with_its_answers(world, event, sign_up_at_goto, deliver):
    sign_up_at_goto()
    world.advance(hours=2)
    world.write_attendance(event.event_key, {"mia@example.com": [(0, 60)]})
    world.control(
        "POST",
        f"webinars/{event.event_key}/polls",
        kind="survey",
        question="Clear?",
        choices=["Yes", "No"],
        answers=[{"email": "mia@example.com", "answers": ["Yes"]}],
    )
    world.control("PUT", "switches", webhook_copies=2)
    deliver()
    fact = Fact.objects.get(kind="survey_submitted")
    assert ("Clear?", [["Clear?", ["Yes"]]]) == (fact.data["survey"], fact.data["answers"])
    assert ("mia@example.com", world.now) == (fact.email, fact.happened_at)


# Events


def test_webinar_that_is_made_at_goto_is_there_at_once(world, hooked, deliver):
    key = world.schedule_webinar("Ropes")
    world.count_calls()
    deliver()
    assert 1 == world.count_calls()
    assert ("Ropes", hooked.pk) == Event.objects.values_list("title", "connection_id").get(event_key=key)
    assert 1 == Fact.objects.filter(kind="event_created").count()


def test_webinar_that_is_changed_is_read_once(world, event, deliver):
    for title in ("Ropes", "Knots"):
        world.ask_goto(f"webinars/{event.event_key}", "PUT", subject=title)
    world.count_calls()
    deliver()
    assert 1 == world.count_calls()
    event.refresh_from_db()
    assert "Knots" == event.title
    assert ["applied", "applied"] == [state for _, state, _ in verdicts()]
    assert 1 == Fact.objects.filter(kind="event_changed").count()


def test_reading_one_webinar_forgets_nothing_of_what_the_list_told(world, hooked, pull, deliver):
    starts = [(world.now + timedelta(days=day)).isoformat() for day in (1, 2)]
    ends = [(world.now + timedelta(days=day, hours=1)).isoformat() for day in (1, 2)]
    world.schedule_webinar("Ropes", type="series", times=list(zip(starts, ends, strict=True)), approval="MANUAL")
    pull()
    before = list(Event.objects.order_by("pk").values("recurrence_key", "needs_approval", "dates"))
    assert all(one["recurrence_key"] and one["needs_approval"] for one in before)
    for key in Event.objects.values_list("event_key", flat=True):
        world.ask_goto(f"webinars/{key}", "PUT", subject="Knots")
    deliver()
    assert before == list(Event.objects.order_by("pk").values("recurrence_key", "needs_approval", "dates"))
    assert {"Knots"} == set(Event.objects.values_list("title", flat=True))


def test_webinar_that_is_deleted_is_cancelled_at_once(world, event, deliver):
    world.ask_goto(f"webinars/{event.event_key}", "DELETE")
    deliver()
    event.refresh_from_db()
    assert ("cancelled", 1) == (event.state, Fact.objects.filter(kind="event_cancelled").count())


def test_news_of_a_deletion_is_not_believed_against_goto(world, event, told, run_jobs):
    told("webinar.changed", status="DELETED")
    run_jobs()
    event.refresh_from_db()
    assert ("scheduled", "applied") == (event.state, verdicts()[0][1])


def test_webinar_that_goto_does_not_find_once_is_not_cancelled(world, event, told, run_jobs):
    world.fail(kind="status", status=404, operation="getWebinar")
    told("webinar.changed", status="UPDATED")
    run_jobs()
    event.refresh_from_db()
    assert ("missing", 0) == (event.state, Fact.objects.filter(kind="event_cancelled").count())


def test_what_took_place_stays_when_it_is_deleted(world, event, deliver):
    world.advance(hours=3)
    world.ask_goto(f"webinars/{event.event_key}", "DELETE")
    deliver()
    event.refresh_from_db()
    assert "cancelled" != event.state


def test_unknown_webinar_is_fetched_once_for_all_that_is_told_of_it(world, hooked, deliver, sign_up_at_goto_to):
    key = world.schedule_webinar("Ropes")
    WebhookDelivery.objects.all().delete()
    for name in ("Mia", "Ben", "Zoe", "Ann", "Kim"):
        sign_up_at_goto_to(key, name)
    world.fail(kind="hold", operation="webinar.created", seconds=3600)
    world.count_calls()
    deliver()
    assert (1, 5) == (world.count_calls(), facts().count("registered"))
    world.advance(hours=2)
    deliver()
    assert (0, 1) == (world.count_calls(), Fact.objects.filter(kind="event_created").count())


def test_webinar_that_goto_does_not_have_is_nothing_to_us(world, hooked, deliver, sign_up_at_goto_to):
    key = world.schedule_webinar("Ropes")
    sign_up_at_goto_to(key, "Mia")
    world.ask_goto(f"webinars/{key}", "DELETE")
    deliver()
    assert {"unknown_event"} == {reason for _, _, reason in verdicts()}
    assert not Event.objects.exists()


@pytest.fixture
def sign_up_at_goto_to(world):
    """Let somebody sign up at GoTo for any webinar."""

    def register_there(key: str, name: str) -> None:
        person = {"firstName": name, "lastName": "Example", "email": f"{name.lower()}@example.com"}
        world.ask_goto(f"webinars/{key}/registrants", "POST", **person)

    return register_there


# When something fails


def test_goto_being_down_holds_up_only_what_needs_it(world, event, told, sign_up_at_goto, deliver, run_jobs):
    world.fail(kind="status", status=503, times=50)
    told("webinar.changed", status="UPDATED")
    sign_up_at_goto_body = MIA
    told("registrant.added", **sign_up_at_goto_body)
    run_jobs()
    assert ["mia@example.com"] == there()
    assert ["asking", "applied"] == [state for _, state, _ in verdicts()]
    world.control("DELETE", "faults")
    world.advance(hours=2)
    run_jobs()
    assert ["applied", "applied"] == [state for _, state, _ in verdicts()]


def test_account_that_has_to_be_connected_again_catches_up_then(world, event, told, run_jobs, ada):
    event.connection.__class__.objects.update(state="reconnect_needed")
    told("webinar.changed", status="UPDATED")
    run_jobs()
    assert ["asking"] == [state for _, state, _ in verdicts()]
    assert not Job.objects.filter(state="failed").exists()
    event.connection.__class__.objects.update(state="active")
    apply_what_waits()
    run_jobs()
    assert ["applied"] == [state for _, state, _ in verdicts()]


def test_what_goto_refuses_to_explain_fails_by_itself(world, event, told, run_jobs):
    world.fail(kind="status", status=403, operation="getWebinar")
    told("webinar.changed", status="UPDATED")
    run_jobs()
    assert [("webinar.changed", "failed", "permission_denied")] == verdicts()


def test_delivery_that_breaks_something_holds_up_no_other(event, told, run_jobs, monkeypatch):
    from greenroom.hub.events.services import news

    store = news.store_sign_ups

    def break_for_mia(*, event, found):
        if any(one.email == "mia@example.com" for one in found):
            raise RuntimeError("a mistake of ours")
        store(event=event, found=found)

    monkeypatch.setattr(news, "store_sign_ups", break_for_mia)
    for number, name in enumerate(("Ben", "Mia", "Zoe")):
        told("registrant.added", **MIA | {"registrantKey": number + 1, "email": f"{name.lower()}@example.com"})
    run_jobs()
    assert ["ben@example.com", "zoe@example.com"] == there()
    assert [("applied", ""), ("failed", "RuntimeError"), ("applied", "")] == [row[1:] for row in verdicts()]
    monkeypatch.setattr(news, "store_sign_ups", store)
    assert 1 == apply_again(connection=event.connection)
    run_jobs()
    assert ["ben@example.com", "mia@example.com", "zoe@example.com"] == there()


def test_only_what_failed_and_is_kept_can_be_applied_again(event, told, run_jobs):
    waiting, emptied, failed = (told("registrant.added", **MIA | {"registrantKey": number}) for number in (1, 2, 3))
    WebhookDelivery.objects.filter(pk=emptied.pk).update(state="failed", body="")
    WebhookDelivery.objects.filter(pk=failed.pk).update(state="failed")
    for one, count in ((waiting, 0), (emptied, 0), (failed, 1), (failed, 0)):
        assert count == apply_again(connection=event.connection, delivery_id=one.pk)


def test_delivery_whose_key_is_lost_says_so(event, told, run_jobs, settings):
    told("registrant.added", **MIA)
    settings.ENCRYPTION_KEYS = ["k" * 43 + "="]
    run_jobs()
    assert [("registrant.added", "failed", "decryption_failed")] == verdicts()


def test_delivery_that_lost_its_job_gets_another(event, told, run_jobs):
    told("registrant.added", **MIA)
    Job.objects.all().delete()
    apply_what_waits()
    run_jobs()
    assert ["applied"] == [state for _, state, _ in verdicts()]


def test_nothing_is_asked_for_an_account_that_was_let_go(world, event, told, run_jobs, ada):
    from greenroom.hub.connections.services import disconnect

    told("webinar.changed", status="UPDATED")
    disconnect(connection=event.connection, actor=ada)
    run_jobs()
    assert [("webinar.changed", "ignored", "disconnected")] == verdicts()


def test_statements_do_not_depend_on_the_number_of_deliveries(event, told, run_jobs):
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (5, 60):
        for one in range(number):
            told("registrant.added", **MIA | {"registrantKey": number * 1000 + one, "email": f"{one}@{number}.example"})
        with CaptureQueriesContext(database) as queries:
            apply_deliveries.call(connection_id=event.connection_id)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert 65 == len(there())


# Every night


def test_what_was_lost_on_the_way_is_read_every_night(world, event, sign_up_at_goto, deliver, pull):
    world.control("PUT", "switches", webhook_copies=0)
    sign_up_at_goto()
    deliver()
    Event.objects.update(registrants_due_at=None)
    audit_trusted_connections.call()
    event.refresh_from_db()
    assert world.now == event.registrants_due_at
    pull()
    assert ["mia@example.com"] == there()


def test_accounts_whose_webhooks_are_not_relied_on_are_read_often_anyway(world, event):
    Event.objects.update(registrants_due_at=None)
    world.advance(hours=3)
    audit_trusted_connections.call()
    event.refresh_from_db()
    assert event.registrants_due_at is None
