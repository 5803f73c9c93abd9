"""What site admins see of webhooks, and what they can do."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from greenroom.goto import BearerToken, GoTo
from greenroom.hub.connections.models import Connection
from greenroom.hub.events.products.webhooks import list_hooks
from greenroom.hub.intake.models import WebhookDelivery, WebhookSecret, WebhookSubscription

AT_ONCE = "GoTo tells us of sign-ups, joins and changes of webinars."


@pytest.fixture
def as_ada(ada, browser) -> Client:
    return browser(ada)


@pytest.fixture
def as_otto(otto, browser) -> Client:
    return browser(otto)


def make_delivery(connection: Connection, number: int = 1, **more) -> WebhookDelivery:
    values = {"event_name": "registrant.added", "event_key": str(number), "state": "failed", "body": "{}"}
    return WebhookDelivery.objects.create(
        connection=connection, received_at=connection.connected_at + timedelta(minutes=number), **values | more
    )


def path(name: str, connection: Connection) -> str:
    return reverse(name, args=[connection.pk])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert 200 == answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("page", ["connections", "account", "webhooks"])
def test_pages_say_that_goto_tells_us_at_once(hooked, as_ada, page):
    address = reverse(page) if page == "connections" else path(page, hooked)
    assert AT_ONCE in text(as_ada, address)


def test_pages_say_how_far_the_set_up_is(connection, as_ada, settings):
    def says(sentence: str) -> bool:
        return all(sentence in text(as_ada, address) for address in ("/connections/", path("webhooks", connection)))

    assert says("GoTo needs some seconds for it.")
    WebhookSubscription.objects.create(
        connection=connection, event_name="registrant.added", state="failed", last_error="bad_request"
    )
    assert says("GoTo did not take the webhooks")
    assert "GoTo got no answer at this hub&#x27;s address" in text(as_ada, path("webhooks", connection)).replace(
        "'", "&#x27;"
    )
    settings.WEBHOOKS = "off"
    assert says("Webhooks are switched off, so we look every quarter of an hour.")
    settings.WEBHOOKS, settings.GOTO_API_URL = "auto", "https://api.getgo.com"
    assert says("GoTo cannot reach this hub, so we look every quarter of an hour.")
    Connection.objects.update(state="disconnected")
    assert says("Nothing, as the account is not connected")


REASONS = {
    "gone_at_goto": "GoTo no longer has this person.",
    "missing: webinarKey": "It lacks webinarKey.",
    "no_such_value: $.email": "What it says at $.email cannot be read.",
    "permission_denied": "GoTo does not let this account do that.",
    "RuntimeError": "Something went wrong that nobody foresaw.",
    "unreadable_at_goto": "What GoTo said of this person cannot be read.",
    "unknown_event_name": "This release knows nothing of such news.",
}


@pytest.mark.parametrize(("reason", "words"), REASONS.items())
def test_deliveries_stand_with_their_reason_in_words(connection, as_ada, reason, words):
    make_delivery(connection, reason=reason)
    assert words in text(as_ada, path("webhooks", connection))


def test_no_page_shows_what_a_delivery_said(connection, as_ada):
    make_delivery(
        connection, body='{"email": "mia@example.com", "joinUrl": "https://global.gotowebinar.com/join/1/77"}'
    )
    page = text(as_ada, path("webhooks", connection))
    assert "registrant.added" in page
    assert "mia@example.com" not in page
    assert "/join/1/77" not in page


def test_deliveries_are_found_by_state_and_page_by_page(connection, as_ada):
    for number in range(60):
        make_delivery(connection, number, state="applied" if number else "failed")
    assert "1–50 of 60 deliveries" in text(as_ada, path("webhooks", connection))
    assert 1 == text(as_ada, path("webhooks", connection) + "?state=failed").count("Apply again")


def test_one_delivery_or_all_are_applied_again(connection, as_ada):
    first, *others = (make_delivery(connection, number) for number in range(3))
    answer = as_ada.post(path("apply_failed", connection), {"delivery": first.pk}, follow=True)
    assert "It is applied again." in answer.content.decode()
    assert ["stored", "failed", "failed"] == list(
        WebhookDelivery.objects.order_by("pk").values_list("state", flat=True)
    )
    answer = as_ada.post(path("apply_failed", connection), follow=True)
    assert "2 deliveries are applied again." in answer.content.decode()
    answer = as_ada.post(path("apply_failed", connection), {"delivery": others[0].pk}, follow=True)
    assert "Nothing is left to be applied" in answer.content.decode()


def test_delivery_of_another_account_is_not_applied_again(connection, as_ada, world):
    other = Connection.objects.create(organizer_key="2", organizer_name="Omar Haddad", connected_at=world.now)
    delivery = make_delivery(other)
    as_ada.post(path("apply_failed", connection), {"delivery": delivery.pk})
    as_ada.post(path("apply_failed", connection))
    delivery.refresh_from_db()
    assert "failed" == delivery.state


def test_webhooks_are_looked_at_when_somebody_asks(world, hooked, as_ada, run_jobs):
    run_jobs()
    world.count_calls()
    answer = as_ada.post(path("check_webhooks", hooked), follow=True)
    assert "GoTo is asked." in answer.content.decode()
    run_jobs()
    assert 2 == world.count_calls()


def test_secret_is_renewed_when_somebody_asks(hooked, as_ada, run_jobs):
    answer = as_ada.post(path("renew_webhook_secret", hooked), follow=True)
    assert "GoTo signs with a new secret in ten minutes." in answer.content.decode()
    run_jobs()
    assert 2 == WebhookSecret.objects.count()


def test_secret_is_on_no_page(hooked, as_ada):
    [secret] = WebhookSecret.objects.all()
    for address in ("/connections/", path("account", hooked), path("webhooks", hooked)):
        assert secret.value not in text(as_ada, address)


def test_secret_cannot_be_renewed_without_an_account(connection, as_ada):
    Connection.objects.update(state="disconnected")
    answer = as_ada.post(path("renew_webhook_secret", connection), follow=True)
    assert "No GoTo account is connected" in answer.content.decode()


def test_letting_an_account_go_ends_its_webhooks(world, hooked, as_ada, run_jobs):
    token = world.control("POST", "tokens", organizer="olga@northwind.example")["access_token"]
    olga = GoTo(BearerToken(token), base_url="http://goto.test", transport=world.transport)
    assert 5 == len(list_hooks(olga))
    as_ada.post(path("disconnect", hooked))
    run_jobs()
    assert [] == list_hooks(olga)
    assert "Nothing, as the account is not connected" in text(as_ada, path("webhooks", hooked))


def test_otto_finds_nothing_and_changes_nothing(connection, as_otto):
    delivery = make_delivery(connection)
    assert 404 == as_otto.get(path("webhooks", connection)).status_code
    for name in ("check_webhooks", "renew_webhook_secret", "apply_failed"):
        assert 404 == as_otto.post(path(name, connection), {"delivery": delivery.pk}).status_code
    delivery.refresh_from_db()
    assert "failed" == delivery.state


def test_number_of_statements_is_flat(connection, as_ada, world):
    def count(address: str) -> int:
        with CaptureQueriesContext(database) as queries:
            text(as_ada, address)
        return len(queries)

    WebhookSubscription.objects.create(connection=connection, event_name="registrant.added")
    make_delivery(connection)
    addresses = ("/connections/", path("webhooks", connection))
    before = [count(address) for address in addresses]
    for number in range(2, 22):
        more = Connection.objects.create(organizer_key=str(number), organizer_name="O", connected_at=world.now)
        WebhookSubscription.objects.create(connection=more, event_name="registrant.added")
        for one in (more, connection):
            make_delivery(one, number)
    assert before == [count(address) for address in addresses]
