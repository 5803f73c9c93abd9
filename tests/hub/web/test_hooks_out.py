"""People see how their subscriptions do, and send again what was not taken."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.factories.hooks import make_delivery, make_hook

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.models import Hook, HookAttempt, HookDelivery
from greenroom.hub.users.api_keys import create_key


@pytest.fixture
def hook_of(world):
    def make(user, **changes):
        key, _ = create_key(user=user, name="Flow", verbs=[Verb.HOOKS], connection_ids=None)
        return make_hook(user, key, **changes)

    return make


@pytest.fixture
def hook(hook_of, ada):
    return hook_of(ada)


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert 200 == answer.status_code
    return answer.content.decode()


def post(client, name, pk, **fields):
    return client.post(reverse(name, args=[pk]), fields, follow=True).content.decode()


def test_list_shows_how_each_does(as_ada, hook, hook_of, ada, world):
    make_delivery(hook)
    hook_of(ada, failing_since=world.now - timedelta(hours=2), target_url="https://other.example.com/secret-path")
    shown = page(as_ada, "hooks_out")
    for word in ("hooks.example.com", "other.example.com", "Failing", "Active", "registrant.added"):
        assert word in shown
    assert "secret-path" not in shown


def test_people_see_their_own_and_admins_everybodys(as_eda, as_ada, course, eda, ada, hook_of):
    mine, theirs = hook_of(eda), hook_of(ada, target_url="https://adas.example.com/")
    shown = page(as_eda, "hooks_out")
    assert "hooks.example.com" in shown
    assert "adas.example.com" not in shown
    assert 404 == as_eda.get(reverse("hook_out", args=[theirs.pk])).status_code
    assert "Eda" in page(as_ada, "hooks_out")
    assert page(as_ada, "hook_out", mine.pk)


def test_ended_hook_is_gone(as_ada, hook):
    post(as_ada, "end_hook", hook.pk)
    assert "hooks.example.com" not in page(as_ada, "hooks_out")
    assert 404 == as_ada.get(reverse("hook_out", args=[hook.pk])).status_code


def test_pausing_and_switching_on(as_ada, hook):
    assert "It is paused" in post(as_ada, "switch_hook", hook.pk)
    assert "paused" == Hook.objects.get().state
    assert "It is called again" in post(as_ada, "switch_hook", hook.pk)


def test_switched_off_hook_says_why_and_how_to_go_on(as_ada, hook):
    Hook.objects.update(state="disabled", state_reason="gone")
    shown = page(as_ada, "hook_out", hook.pk)
    assert "answered that it is gone" in shown
    assert "Switch on" in shown


def test_new_secret_is_shown_once(as_ada, hook):
    shown = post(as_ada, "renew_hook_secret", hook.pk)
    hook.refresh_from_db()
    assert hook.secret in shown
    assert hook.secret not in page(as_ada, "hook_out", hook.pk)


def test_delivery_shows_what_was_sent_and_what_came_back(as_ada, hook, world):
    assert "A sample is on its way" in post(as_ada, "send_hook_sample", hook.pk)
    delivery = HookDelivery.objects.get()
    HookAttempt.objects.create(
        delivery=delivery, attempted_at=world.now, duration_ms=31, status=500, answer="<b>no</b>"
    )
    HookAttempt.objects.create(delivery=delivery, attempted_at=world.now, duration_ms=15_000, error="timeout")
    shown = page(as_ada, "hook_delivery", delivery.pk)
    for word in ("500", "&lt;b&gt;no", "31 ms", "did not answer within 15 seconds", delivery.message_id, "event_key"):
        assert word in shown
    HookDelivery.objects.update(state="dead", attempts=10)
    assert "sent again" in post(as_ada, "send_hook_delivery_again", delivery.pk)
    delivery.refresh_from_db()
    assert ("waiting", 0) == (delivery.state, delivery.attempts)


def test_what_is_no_longer_kept_cannot_be_sent(as_ada, hook):
    delivery = make_delivery(hook)
    HookDelivery.objects.update(payload="")
    assert "no longer kept" in page(as_ada, "hook_delivery", delivery.pk)
    assert "no longer kept" in post(as_ada, "send_hook_delivery_again", delivery.pk)


def test_log_can_be_narrowed(as_ada, hook):
    dead, waiting = make_delivery(hook), make_delivery(hook)
    HookDelivery.objects.filter(pk=dead.pk).update(state="dead")
    shown = page(as_ada, "hook_out", hook.pk, state="dead")
    assert reverse("hook_delivery", args=[dead.pk]) in shown
    assert reverse("hook_delivery", args=[waiting.pk]) not in shown


def test_what_was_given_up_is_sent_again(as_ada, hook):
    make_delivery(hook)
    HookDelivery.objects.update(state="dead")
    since = "2026-03-02T08:00"
    assert "One delivery is sent again" in post(as_ada, "replay_hook", hook.pk, since=since)
    assert "Nothing was given up" in post(as_ada, "replay_hook", hook.pk, since=since)
    assert "Everything of registrant.added" in post(
        as_ada, "replay_hook", hook.pk, since=since, event_type="registrant.added"
    )
    assert "last 14 days" in post(as_ada, "replay_hook", hook.pk, since="2026-01-02T08:00")


def test_hook_whose_address_cannot_be_read_is_shown(as_ada, hook, settings):
    settings.ENCRYPTION_KEYS = ["Nm4OmSb6QlSAE8_fRVK2TFDT1ZZHPuxUVuyxzGxJHYE="]
    assert "An address that cannot be read" in page(as_ada, "hooks_out")
    assert page(as_ada, "hook_out", hook.pk)


def test_queries_stay_flat(as_ada, hook_of, ada, django_assert_max_num_queries):
    counts = []
    for number in (1, 20):
        while Hook.objects.count() < number:
            make_delivery(hook_of(ada))
        with django_assert_max_num_queries(100) as queries:
            page(as_ada, "hooks_out")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_admins_are_told_on_every_page_of_one_that_was_switched_off(as_ada, as_otto, hook):
    assert "A subscription was switched off" not in page(as_ada, "home")
    Hook.objects.update(state="disabled", state_reason="failing")
    assert "A subscription was switched off" in page(as_ada, "home")
    assert "A subscription was switched off" not in page(as_otto, "home")
