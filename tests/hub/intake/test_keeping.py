"""The hub has GoTo send webhooks, and sees to it that it goes on."""

from datetime import timedelta
from typing import Any

import pytest
from tests.hub.conftest import connect
from tests.hub.world import GOTO_URL, World

from greenroom.goto import BearerToken, GoTo, Operation, webinar
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import disconnect
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import webhooks
from greenroom.hub.events.products.webhooks import EVENT_NAMES
from greenroom.hub.intake.models import WebhookSecret, WebhookSubscription
from greenroom.hub.intake.services import ask_for_webhooks, keep_webhooks, remove_webhooks
from greenroom.hub.intake.tasks import keep_all_webhooks
from greenroom.hub.jobs.models import Job

URL = "http://testserver/hooks/goto/{}"


class Organizer:
    """What Olga can do at GoTo herself."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, operation: Operation) -> Any:
        token = self._world.control("POST", "tokens", organizer="olga@northwind.example")["access_token"]
        return GoTo(BearerToken(token), base_url=GOTO_URL, transport=self._world.transport).send(operation)


@pytest.fixture
def olga(world: World) -> Organizer:
    return Organizer(world)


@pytest.fixture
def look(world, run_jobs):
    """Let time pass, and the webhooks be looked at."""

    def pass_the_time(hours: float = 1):
        world.advance(hours=hours)
        keep_all_webhooks.call()
        run_jobs()
        for _ in range(3):
            world.advance(seconds=20)
            run_jobs()

    return pass_the_time


def delivering(olga: Organizer, connection: Connection) -> list[str]:
    url = URL.format(connection.pk)
    return sorted(one.event_name for one in webhooks.list_hooks(olga) if one.delivers and one.callback_url == url)


def states() -> set[str]:
    return set(WebhookSubscription.objects.values_list("state", flat=True))


def test_connected_account_is_told_of_by_webhooks_without_anybody_doing_anything(hooked, olga):
    assert sorted(EVENT_NAMES) == delivering(olga, hooked)
    assert {"active"} == states()
    assert 1 == WebhookSecret.objects.count()


def test_webhooks_are_relied_on_only_when_goto_says_that_they_deliver(world, connection, run_jobs):
    run_jobs()
    connection.refresh_from_db()
    assert ({"wanted"}, None) == (states(), connection.webhooks_trusted_until)
    world.advance(seconds=10)
    run_jobs()
    connection.refresh_from_db()
    assert connection.webhooks_trusted_until is None
    world.advance(seconds=20)
    run_jobs()
    connection.refresh_from_db()
    assert ({"active"}, world.now + timedelta(hours=2)) == (states(), connection.webhooks_trusted_until)


def test_setting_up_costs_few_calls_and_looking_two(world, connection, run_jobs, look):
    ask_for_webhooks(connection=connection)
    Job.objects.exclude(name="intake.keep_webhooks").delete()
    world.count_calls()
    for _ in range(3):
        run_jobs()
        world.advance(seconds=20)
    # A secret and five webhooks; two to bring them to life; and each of the three turns looks at both lists.
    assert 1 + 5 + 2 + 3 * 2 == world.count_calls()
    look(hours=0.5)
    assert 2 == world.count_calls()


def test_nothing_changes_at_goto_when_all_is_in_order(hooked, olga, look):
    before = webhooks.list_hooks(olga)
    look()
    look()
    assert before == webhooks.list_hooks(olga)
    assert 1 == WebhookSecret.objects.count()


def test_what_somebody_deactivated_is_activated_again(hooked, olga, look):
    keys = [one.webhook_key for one in webhooks.list_hooks(olga)]
    olga.send(webinar.update_webhooks([webinar.UpdateWebhooksRequest(webhook_key=keys[0], state="INACTIVE")]))
    look()
    assert sorted(EVENT_NAMES) == delivering(olga, hooked)


def test_subscription_that_somebody_ended_is_made_again(hooked, olga, look):
    hooks = webhooks.list_hooks(olga)
    olga.send(webinar.delete_user_subscriptions([hooks[0].subscription_key]))
    olga.send(
        webinar.update_user_subscriptions(
            [
                webinar.UpdateUserSubscriptionsRequest(
                    webhook_key=hooks[1].webhook_key,
                    user_subscription_key=hooks[1].subscription_key,
                    user_subscription_state="INACTIVE",
                )
            ]
        )
    )
    look()
    assert sorted(EVENT_NAMES) == delivering(olga, hooked)


def test_what_somebody_deleted_is_made_again(hooked, olga, look):
    webhooks.delete_hooks(olga, webhooks.list_hooks(olga))
    look()
    assert sorted(EVENT_NAMES) == delivering(olga, hooked)


def test_webhooks_that_do_not_deliver_are_not_relied_on(world, hooked, olga):
    webhooks.delete_hooks(olga, webhooks.list_hooks(olga))
    world.advance(hours=1)
    with pytest.raises(Exception, match="webhooks_on_their_way"):
        keep_webhooks.call(connection_id=hooked.pk)
    hooked.refresh_from_db()
    assert hooked.webhooks_trusted_until is None


def test_survey_is_an_extra_on_which_nothing_hangs(world, connection, olga, settle):
    settle()
    survey = next(one for one in webhooks.list_hooks(olga) if one.event_name == "survey.submitted")
    webhooks.delete_hooks(olga, [survey])
    world.advance(hours=1)
    with pytest.raises(Exception, match="webhooks_on_their_way"):
        keep_webhooks.call(connection_id=connection.pk)
    connection.refresh_from_db()
    assert world.now + timedelta(hours=2) == connection.webhooks_trusted_until


def test_webhook_that_was_made_twice_is_there_once(hooked, olga, look):
    """An answer of GoTo's may be lost after it has made the webhook."""
    webhooks.make_hook(olga, "registrant.added", URL.format(hooked.pk))
    look()
    ours = [one for one in webhooks.list_hooks(olga) if one.event_name == "registrant.added"]
    assert [True] == [one.delivers for one in ours]


def test_webhooks_of_another_hub_are_left_alone(hooked, olga, look):
    other = webhooks.make_hook(olga, "registrant.added", "http://testserver/healthz")
    look()
    remove_webhooks(connection=hooked)
    assert [other] == [one.webhook_key for one in webhooks.list_hooks(olga)]


def test_webhooks_follow_the_hub_to_another_address(hooked, olga, look, settings):
    settings.PUBLIC_URL = "http://localhost"
    look()
    assert {f"http://localhost/hooks/goto/{hooked.pk}"} == {one.callback_url for one in webhooks.list_hooks(olga)}
    assert 5 == len(webhooks.list_hooks(olga))
    assert {"active"} == states()


def test_webhook_that_is_not_listed_yet_is_not_made_again(world, connection, olga, run_jobs):
    run_jobs()
    world.answer("getWebhooks", {})
    world.advance(seconds=10)
    run_jobs()
    assert 5 == len(webhooks.list_hooks(olga))


def test_webhook_that_is_listed_and_cannot_be_activated_yet_is_activated_later(world, connection, olga, run_jobs):
    run_jobs()
    world.fail(kind="status", status=404, operation="updateWebhooks")
    for _ in range(4):
        world.advance(seconds=30)
        run_jobs()
    connection.refresh_from_db()
    assert sorted(EVENT_NAMES) == delivering(olga, connection)
    assert "" == connection.last_error


def test_hub_that_goto_does_not_reach_says_so_and_tries_again(world, connection, hub, settle, look):
    hub.is_down = True
    settle()
    assert ({"failed"}, {"bad_request"}) == (
        states(),
        set(WebhookSubscription.objects.values_list("last_error", flat=True)),
    )
    connection.refresh_from_db()
    assert connection.webhooks_trusted_until is None
    hub.is_down = False
    look()
    assert {"active"} == states()


def test_name_that_goto_does_not_know_keeps_none_of_the_others_away(world, connection, settle, monkeypatch):
    names = (*EVENT_NAMES, "webinar.applauded")
    monkeypatch.setattr("greenroom.hub.intake.services.keeping.EVENT_NAMES", names)
    settle()
    connection.refresh_from_db()
    assert connection.webhooks_trusted_until
    assert ["webinar.applauded"] == list(
        WebhookSubscription.objects.filter(state="failed").values_list("event_name", flat=True)
    )


@pytest.mark.parametrize("status", [500, 403])
def test_trouble_at_goto_leaves_what_was_reached_and_goes_on_later(world, connection, settle, look, status):
    world.fail(kind="status", status=status, operation="createUserSubscriptions", times=2)
    settle()
    look()
    assert {"active"} == states()
    assert not Job.objects.filter(state="failed").exists()


def test_no_webhooks_are_asked_for_when_they_are_switched_off(world, connection, olga, settings, settle):
    settings.WEBHOOKS = "off"
    settle()
    assert [] == webhooks.list_hooks(olga)
    assert not WebhookSubscription.objects.exists()


def test_switching_webhooks_off_removes_them(hooked, olga, settings, look):
    settings.WEBHOOKS = "off"
    look()
    assert [] == webhooks.list_hooks(olga)
    hooked.refresh_from_db()
    assert (0, None) == (WebhookSubscription.objects.count(), hooked.webhooks_trusted_until)


REACHED = [
    ("https://learn.example", "https://api.getgo.com", True),
    ("http://learn.example", "https://api.getgo.com", False),
    ("http://127.0.0.1:8000", "https://api.getgo.com", False),
    ("http://127.0.0.1:8000", "http://127.0.0.1:8001", True),
    ("http://learn.example", "https://127.0.0.1:8001", True),
    ("http://learn.example", "https://localhost:8001", True),
    ("http://learn.example", "https://[::1]:8001", True),
    ("http://learn.example", "http://sandbox.internal", True),
]


@pytest.mark.parametrize(("ours", "theirs", "expected"), REACHED)
def test_by_itself_the_hub_asks_for_webhooks_where_goto_can_reach_it(settings, ours, theirs, expected):
    from greenroom.hub.intake.addresses import may_ask_for_webhooks

    settings.WEBHOOKS, settings.PUBLIC_URL, settings.GOTO_API_URL = "auto", ours, theirs
    settings.IS_HTTPS = ours.startswith("https")
    assert expected is may_ask_for_webhooks()
    settings.WEBHOOKS = "off"
    assert not may_ask_for_webhooks()
    settings.WEBHOOKS = "on"
    assert may_ask_for_webhooks()


def test_disconnecting_ends_the_webhooks(hooked, olga, ada, run_jobs):
    remove_webhooks(connection=hooked)
    disconnect(connection=hooked, actor=ada)
    run_jobs()
    assert [] == webhooks.list_hooks(olga)


def test_disconnected_account_is_forgotten_also_when_goto_was_down(world, hooked, ada, run_jobs):
    world.fail(kind="status", status=503, times=10)
    remove_webhooks(connection=hooked)
    disconnect(connection=hooked, actor=ada)
    run_jobs()
    hooked.refresh_from_db()
    assert (0, None) == (WebhookSubscription.objects.count(), hooked.webhooks_trusted_until)


def test_account_that_is_connected_again_gets_its_webhooks_again(hooked, olga, ada, settle):
    remove_webhooks(connection=hooked)
    disconnect(connection=hooked, actor=ada)
    connect("olga@northwind.example", ada)
    settle()
    assert sorted(EVENT_NAMES) == delivering(olga, hooked)


def test_account_that_has_to_be_connected_again_is_left_alone(world, hooked, look):
    Connection.objects.update(state="reconnect_needed")
    world.count_calls()
    look()
    assert 0 == world.count_calls()


def test_regained_trust_has_everything_read_that_may_have_been_missed(world, hooked, pull, look):
    event = pull(world.schedule_webinar(starts_in=timedelta(days=3)))
    Event.objects.update(registrants_due_at=None)
    look()
    event.refresh_from_db()
    assert event.registrants_due_at is None, "nothing was missed"
    Connection.objects.update(webhooks_trusted_until=None)
    look()
    event.refresh_from_db()
    assert event.registrants_due_at is not None
