"""Whatever happens is kept for each hook that waits for it, and sent until it is taken."""

import json
from datetime import timedelta

import pytest
import standardwebhooks
from django.core import mail
from tests.hub.automation.conftest import caller_for
from tests.hub.automation.receivers import receiving, speaking

from greenroom.hub.automation.hooks import calling
from greenroom.hub.automation.hooks.courier import deliver_due, take_due
from greenroom.hub.automation.hooks.fan_out import fan_out
from greenroom.hub.automation.hooks.outcomes import record
from greenroom.hub.automation.hooks.replaying import replay_delivery, replay_failed, replay_type
from greenroom.hub.automation.hooks.subscriptions import end, pause, resume, rotate_secret, send_sample
from greenroom.hub.automation.hooks.tidying import delete_old_deliveries, empty_old_payloads
from greenroom.hub.automation.models import Hook, HookAttempt, HookDelivery
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import begin, poll
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.core.encryption import Ciphertext
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.delivery import replay
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.api_keys import revoke_key


def bodies(receiver):
    return [json.loads(call.body) for call in receiver.calls]


@pytest.fixture
def is_proven(world, monkeypatch):
    """Tell whether a receiver with a secret believes a call, whatever the time is here."""
    monkeypatch.setattr(standardwebhooks.Webhook, "_Webhook__verify_timestamp", lambda *args: world.now)

    def verify(call, secret):
        try:
            standardwebhooks.Webhook(secret).verify(call.body, call.headers)
        except standardwebhooks.WebhookVerificationError:
            return False
        return True

    return verify


def only_delivery():
    return HookDelivery.objects.get()


def test_what_happens_is_sent_signed(subscribed, sign_up, receiver, event, is_proven):
    hook = subscribed()
    sign_up("Lena")
    assert 1 == deliver_due()
    (sent,) = bodies(receiver)
    (call,) = receiver.calls
    assert ("registrant.added", "lena@example.com") == (sent["type"], sent["data"]["email"])
    assert event.event_key == sent["data"]["event_key"]
    assert (str(event.connection_id), "webinar") == (sent["account"], sent["product"])
    assert sent["id"] == call.headers["webhook-id"] == only_delivery().message_id
    assert sent["id"].startswith("evt_")
    assert "application/json" == call.headers["content-type"]
    assert is_proven(call, hook.secret)
    assert 0 == deliver_due()


def test_join_link_is_the_hubs_own(subscribed, sign_up, receiver):
    subscribed()
    sign_up("Lena")
    deliver_due()
    assert b"goto" not in receiver.calls[0].body.lower().replace(b"goto.test", b"")


@pytest.mark.parametrize(
    ("platform", "is_flat"),
    [("power_automate", True), ("zapier", True), ("n8n", True), ("make", True), ("generic", False)],
)
def test_platforms_get_the_members_on_top(subscribed, sign_up, receiver, platform, is_flat):
    subscribed(platform=platform)
    sign_up("Lena")
    deliver_due()
    (sent,) = bodies(receiver)
    if is_flat:
        assert ("lena@example.com", "registrant.added") == (sent["email"], sent["event_type"])
        assert receiver.ids == [sent["id"]]
    else:
        assert "email" not in sent


def test_cloudevents_form(subscribed, sign_up, receiver, event):
    subscribed(form="cloudevents")
    sign_up("Lena")
    deliver_due()
    (sent,) = bodies(receiver)
    assert "application/cloudevents+json" == receiver.calls[0].headers["content-type"]
    assert ("1.0", "registrant.added") == (sent["specversion"], sent["type"])
    assert f"http://testserver/accounts/{event.connection_id}" == sent["source"]
    assert {"specversion", "id", "source", "type", "time", "datacontenttype", "sequence", "data"} == sent.keys()


def test_only_what_happens_after_subscribing_is_sent(subscribed, sign_up, receiver, world):
    sign_up("Early")
    world.advance(seconds=1)
    subscribed()
    sign_up("Late")
    deliver_due()
    assert ["late@example.com"] == [sent["data"]["email"] for sent in bodies(receiver)]


def test_filters(subscribed, sign_up, receiver, world, pull, event):
    other = pull(world.schedule_webinar("Ropes and knots"))
    subscribed(narrowing={"event": other.event_key})
    subscribed(narrowing={"title_contains": "ROPES"})
    subscribed(narrowing={"product": "training"})
    subscribed(narrowing={"event": event.event_number})
    sign_up("Lena", event=other)
    deliver_due()
    got = [delivery.hook.filter for delivery in HookDelivery.objects.order_by("hook_id")]
    assert [{"event": other.event_key}, {"title_contains": "ROPES"}] == got


def test_how_long_before_the_start_narrows_reminders_alone(subscribed, sign_up, receiver):
    subscribed("registrant.added", "event.starts_soon")
    sign_up("Lena")
    deliver_due()
    assert ["registrant.added"] == [one["type"] for one in bodies(receiver)]


def test_hook_sees_no_more_than_who_made_it(subscribed, sign_up, event, ivan, ada, receiver):
    subscribed(by=caller_for(ivan), url=receiver.url + "/ivan")
    subscribed(by=caller_for(ada, frozenset({event.connection_id + 1})), url=receiver.url + "/other")
    subscribed(by=caller_for(ada, frozenset({event.connection_id})), url=receiver.url + "/same")
    sign_up("Lena")
    deliver_due()
    assert ["/hook/same"] == [call.path for call in receiver.calls]


def test_person_who_may_no_longer_gets_no_more(subscribed, sign_up, ada, receiver):
    subscribed()
    ada.is_site_admin = False
    ada.save()
    sign_up("Lena")
    assert 0 == deliver_due()


def test_hook_ends_with_its_key(subscribed, sign_up, ada, receiver):
    hook = subscribed()
    revoke_key(key_id=int(hook.owner.removeprefix("key:")), actor=ada)
    sign_up("Lena")
    assert 0 == deliver_due()
    hook.refresh_from_db()
    assert ("removed", "key_ended") == (hook.state, hook.state_reason)


def test_hook_ends_when_it_expires(subscribed, sign_up, world):
    subscribed(expires_at=world.now + timedelta(hours=1))
    world.advance(hours=1)
    sign_up("Lena")
    assert not HookDelivery.objects.exists()


def test_items_are_built_once_however_many_hooks(subscribed, sign_up, receiver, django_assert_max_num_queries, caller):
    sign_up("Lena", "Ivan")
    facts = list(Fact.objects.filter(kind="registered"))
    counts = []
    for number in (1, 20):
        for extra in range(Hook.objects.count(), number):
            subscribed(url=f"{receiver.url}/{extra}")
        Hook.objects.update(created_at=facts[0].recorded_at)
        HookDelivery.objects.all().delete()
        with django_assert_max_num_queries(100) as queries:
            assert 2 * number == fan_out(facts)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_fact_that_is_read_again_is_not_sent_again(subscribed, sign_up, receiver):
    subscribed()
    sign_up("Lena")
    deliver_due()
    replay("automation.hooks")
    sign_up("Ivan")
    deliver_due()
    assert 2 == len(receiver.ids) == len(set(receiver.ids))


def test_what_is_refused_is_tried_again_with_the_same_id(subscribed, sign_up, receiver, world):
    subscribed()
    receiver.statuses = [500, 302, 404]
    sign_up("Lena")
    deliver_due()
    first = only_delivery()
    assert ("waiting", 1) == (first.state, first.attempts)
    world.advance(seconds=3)
    assert 0 == deliver_due()
    for wait in (timedelta(seconds=4), timedelta(minutes=7), timedelta(minutes=40)):
        world.advance(seconds=wait.total_seconds())
        assert 1 == deliver_due()
    assert 4 == len(receiver.calls)
    assert {first.message_id} == set(receiver.ids)
    assert 4 == len({call.headers["webhook-timestamp"] for call in receiver.calls})
    assert 1 == len({call.body for call in receiver.calls})
    assert "delivered" == only_delivery().state
    assert [500, 302, 404, 200] == [attempt.status for attempt in HookAttempt.objects.all()]


@pytest.mark.parametrize("status", [429, 503])
def test_busy_receiver_is_given_the_time_it_asks_for(subscribed, sign_up, receiver, world, status):
    subscribed()
    receiver.status, receiver.headers = status, {"Retry-After": "9"}
    sign_up("Lena")
    deliver_due()
    assert timedelta(seconds=9) == only_delivery().due_at - world.now


def test_three_days_of_outage_lose_nothing(subscribed, sign_up, receiver, world):
    hook = subscribed()
    began = world.now
    receiver.status = 503
    for hours in range(72):
        if hours in {0, 20, 60}:
            sign_up(f"Person{hours}")
        deliver_due()
        world.clock.advance(hours=1)
    refused = len(receiver.calls)
    assert {"waiting"} == set(HookDelivery.objects.values_list("state", flat=True))
    receiver.status = 200
    while HookDelivery.objects.filter(state="waiting").exists():
        deliver_due()
        world.clock.advance(hours=1)
        assert world.now - began < timedelta(hours=60 + 90)
    assert 3 == len(receiver.ids[refused:]) == len(set(receiver.ids))
    hook.refresh_from_db()
    assert ("active", None) == (hook.state, hook.failing_since)


def let_fail(world, hours):
    for _ in range(hours):
        deliver_due()
        world.clock.advance(hours=1)


def test_after_ten_attempts_it_is_given_up_and_told(subscribed, sign_up, receiver, world):
    hook = subscribed()
    receiver.status = 500
    sign_up("Lena")
    let_fail(world, 85)
    delivery = only_delivery()
    assert ("dead", 10, 10) == (delivery.state, delivery.attempts, len(receiver.calls))
    fact = Fact.objects.get(kind="hook_exhausted")
    assert (hook.public_id, delivery.message_id) == (fact.data["hook"], fact.data["message_id"])
    hook.refresh_from_db()
    assert "active" == hook.state


def test_hook_that_fails_for_five_days_is_switched_off_and_people_are_told(
    subscribed, sign_up, receiver, world, run_jobs, ivan, ada
):
    hook = subscribed()
    Hook.objects.update(created_by=ada)
    receiver.status = 500
    for day in range(6):
        sign_up(f"Person{day}")
        let_fail(world, 24)
    hook.refresh_from_db()
    assert ("disabled", "failing") == (hook.state, hook.state_reason)
    assert hook.public_id == Fact.objects.get(kind="hook_disabled").data["hook"]
    run_jobs()
    (letter,) = mail.outbox
    assert [ada.email] == letter.to
    assert f"/automate/hooks/{hook.pk}/" in letter.body
    assert receiver.url not in letter.body
    before = len(receiver.calls)
    sign_up("Late")
    let_fail(world, 48)
    assert before == len(receiver.calls)


def test_one_success_in_five_days_keeps_a_hook(subscribed, sign_up, receiver, world):
    hook = subscribed()
    receiver.status = 500
    for day in range(8):
        sign_up(f"Person{day}")
        receiver.status = 200 if day == 4 else 500
        let_fail(world, 24)
    hook.refresh_from_db()
    assert "active" == hook.state


def test_failure_after_a_long_silence_is_the_first_of_its_kind(subscribed, sign_up, receiver, world):
    hook = subscribed()
    receiver.status = 500
    sign_up("Lena")
    let_fail(world, 90)
    world.clock.advance(days=30)
    sign_up("Ivan")
    let_fail(world, 1)
    hook.refresh_from_db()
    assert "active" == hook.state
    assert world.now - hook.failing_since < timedelta(hours=2)


def test_receiver_that_says_it_is_gone_is_believed_at_once(subscribed, sign_up, receiver, run_jobs):
    hook = subscribed()
    receiver.status = 410
    sign_up("Lena")
    deliver_due()
    hook.refresh_from_db()
    assert ("disabled", "gone", "dead") == (hook.state, hook.state_reason, only_delivery().state)
    run_jobs()
    assert 1 == len(mail.outbox)


def test_another_hook_of_the_key_is_told_of_one_that_does_not_get_through(subscribed, sign_up, receiver, caller, ada):
    watched = subscribed("registrant.added", "hook.disabled", "hook.exhausted")
    with receiving() as watcher, receiving() as stranger:
        subscribed("hook.disabled", "hook.exhausted", url=watcher.url)
        subscribed("hook.disabled", "hook.exhausted", url=stranger.url, by=caller_for(ada))
        cursors = {by: begin() for by in (caller, caller_for(ada))}
        receiver.status = 410
        sign_up("Lena")
        deliver_due()
        run_until_idle()
        deliver_due()
        assert ["hook.disabled", "hook.exhausted"] == sorted(one["type"] for one in bodies(watcher))
        assert {watched.public_id} == {one["data"]["hook_id"] for one in bodies(watcher)}
        assert ([], 1) == (stranger.calls, len(receiver.calls))
    polled = [
        poll(by, get_trigger("hook.disabled"), Narrowing(), cursor, limit=9).items for by, cursor in cursors.items()
    ]
    assert [["gone"], []] == [[item["reason"] for item in items] for items in polled]


def test_nobody_is_warned_of_a_hook_that_is_on_again(subscribed, sign_up, receiver, run_jobs):
    hook = subscribed()
    receiver.status = 410
    sign_up("Lena")
    deliver_due()
    resume(hook=hook)
    run_jobs()
    assert [] == mail.outbox


def test_paused_hook_is_not_called_and_loses_nothing(subscribed, sign_up, receiver):
    hook = subscribed()
    pause(hook=hook)
    sign_up("Lena")
    assert 0 == deliver_due()
    resume(hook=hook)
    assert 1 == deliver_due()
    with pytest.raises(StateConflictError):
        resume(hook=hook)


def test_hook_that_ended_is_called_no_more(subscribed, sign_up, receiver):
    hook = subscribed()
    sign_up("Lena")
    end(hook=hook)
    sign_up("Ivan")
    assert 0 == deliver_due()
    assert 1 == HookDelivery.objects.count()


def test_rotation_has_no_moment_without_a_valid_signature(subscribed, sign_up, receiver, world, is_proven):
    hook = subscribed()
    old = hook.secret

    def is_valid(secret):
        sign_up(f"Person{len(receiver.calls)}")
        deliver_due()
        return is_proven(receiver.calls[-1], secret)

    assert is_valid(old)
    new = rotate_secret(hook=hook)
    assert is_valid(old)
    assert is_valid(new)
    world.clock.advance(hours=23, minutes=59)
    assert is_valid(old)
    world.clock.advance(minutes=2)
    assert is_valid(new)
    assert not is_valid(old)


def test_sample_is_sent_on_request(subscribed, receiver):
    hook = subscribed("registrant.added", "event.created")
    send_sample(hook=hook)
    send_sample(hook=hook, event_type="registrant.added")
    deliver_due()
    assert {"event.created", "registrant.added"} == {sent["type"] for sent in bodies(receiver)}
    assert 2 == len(set(receiver.ids))
    with pytest.raises(InvalidInputError):
        send_sample(hook=hook, event_type="survey.submitted")


def test_one_delivery_is_sent_again_with_the_same_id_and_content(subscribed, sign_up, receiver, world):
    subscribed()
    sign_up("Lena")
    deliver_due()
    world.clock.advance(hours=1)
    replay_delivery(delivery=only_delivery())
    deliver_due()
    first, second = receiver.calls
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_all_that_failed_is_sent_again(subscribed, sign_up, receiver, world):
    hook = subscribed()
    receiver.status = 500
    sign_up("Early")
    world.clock.advance(days=1)
    since = world.now
    sign_up("Anna", "Bert")
    let_fail(world, 90)
    receiver.status = 200
    assert 2 == replay_failed(hook=hook, since=since)
    deliver_due()
    assert 2 == HookDelivery.objects.filter(state="delivered").count()
    assert 0 == replay_failed(hook=hook, since=since)


def test_everything_of_a_kind_is_sent_again_even_from_before_the_hook(subscribed, sign_up, receiver, world, run_jobs):
    sign_up("Before")
    world.clock.advance(hours=1)
    hook = subscribed("registrant.added", "event.created")
    sign_up("After")
    deliver_due()
    HookDelivery.objects.update(payload="")
    replay_type(hook=hook, trigger_type="registrant.added", since=world.now - timedelta(days=1))
    run_jobs()
    deliver_due()
    emails = [sent["data"]["email"] for sent in bodies(receiver)]
    assert ["after@example.com"] == emails[:1]
    assert ["after@example.com", "before@example.com"] == sorted(emails[1:])
    assert 2 == len(set(receiver.ids))


def test_replay_has_bounds(subscribed, sign_up, receiver, world):
    hook = subscribed()
    for moment in (world.now - timedelta(days=15), world.now + timedelta(hours=1)):
        with pytest.raises(InvalidInputError):
            replay_failed(hook=hook, since=moment)
    with pytest.raises(InvalidInputError):
        replay_type(hook=hook, trigger_type="event.created", since=world.now)
    sign_up("Lena")
    HookDelivery.objects.update(payload="")
    with pytest.raises(StateConflictError):
        replay_delivery(delivery=only_delivery())
    pause(hook=hook)
    with pytest.raises(StateConflictError):
        replay_failed(hook=hook, since=world.now)


def test_payloads_are_emptied_after_thirty_days_and_rows_deleted_after_ninety(subscribed, sign_up, receiver, world):
    hook = subscribed()
    receiver.body = b"thanks"
    sign_up("Lena")
    deliver_due()
    pause(hook=hook)
    sign_up("Ivan")
    world.clock.advance(days=29)
    empty_old_payloads()
    assert all(delivery.payload for delivery in HookDelivery.objects.all())
    world.clock.advance(days=2)
    empty_old_payloads()
    assert {("", "delivered"), ("", "dead")} == {(one.payload, one.state) for one in HookDelivery.objects.all()}
    assert [""] == [attempt.answer for attempt in HookAttempt.objects.all()]
    delete_old_deliveries()
    assert 2 == HookDelivery.objects.count()
    world.clock.advance(days=60)
    delete_old_deliveries()
    assert not HookDelivery.objects.exists()


def test_what_is_taken_is_nobody_elses_until_it_was_held_too_long(subscribed, sign_up, receiver, world):
    subscribed()
    sign_up("Lena")
    (mine,) = take_due({}, limit=10)
    assert [] == take_due({}, limit=10)
    world.clock.advance(seconds=31)
    (theirs,) = take_due({}, limit=10)
    record([(mine, calling.Answer(status=500, headers={}, duration_ms=1))])
    assert 0 == only_delivery().attempts
    record([(mine, calling.Answer(status=200, headers={}, duration_ms=1))])
    record([(theirs, calling.Answer(status=500, headers={}, duration_ms=1))])
    assert "delivered" == only_delivery().state


def test_hook_has_few_calls_at_a_time(subscribed, sign_up, receiver):
    hook = subscribed()
    sign_up(*(f"Person{number}" for number in range(23)))
    assert 20 == len(take_due({}, limit=100))
    assert [] == take_due({hook.pk: 20}, limit=100)
    assert 1 == len(take_due({hook.pk: 19}, limit=100))


def test_target_that_never_answers_holds_up_nobody(subscribed, sign_up, receiver, monkeypatch):
    monkeypatch.setattr(calling, "TOTAL_SECONDS", 3.0)
    with speaking() as dead:
        subscribed(url=dead)
        subscribed()
        sign_up(*(f"Person{number}" for number in range(8)))
        deliver_due()
    slow = HookAttempt.objects.exclude(status=200)
    assert {"timeout"} == set(slow.values_list("error", flat=True))
    quick = HookAttempt.objects.filter(status=200)
    assert (8, 8) == (slow.count(), quick.count())
    # Written down in the order in which they ended.
    assert max(quick.values_list("pk", flat=True)) < min(slow.values_list("pk", flat=True))


def test_log_says_what_came_back(subscribed, sign_up, receiver):
    subscribed()
    receiver.status, receiver.body = 500, b"no\0" + b"x" * 30_000
    sign_up("Lena")
    deliver_due()
    attempt = HookAttempt.objects.get()
    assert 500 == attempt.status
    assert 20_000 == len(attempt.answer)
    assert "\0" not in attempt.answer


def test_payload_that_cannot_be_read_stops_nobody(subscribed, sign_up, receiver, settings):
    subscribed()
    sign_up("Lena", "Ivan")
    HookDelivery.objects.filter(pk=HookDelivery.objects.first().pk).update(payload="")
    assert 2 == deliver_due()


def test_unreadable_secret_is_a_failure_of_its_delivery(subscribed, sign_up, receiver):
    hook = subscribed()
    sign_up("Lena")
    Hook.objects.filter(pk=hook.pk).update(secret=Ciphertext("broken"))
    deliver_due()
    assert "decryption_failed" == HookAttempt.objects.get().error
