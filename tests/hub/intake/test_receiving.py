"""The door: what is GoTo's is stored once and answered; everything else leaves no trace."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as some
from tests.hub.intake.conftest import verdicts

from greenroom.hub.connections.models import Connection
from greenroom.hub.intake.models import WebhookDelivery, WebhookSecret
from greenroom.hub.jobs.models import Job

SECRET = "8a7c1f0e-2b3d-4c5e-9f60-718293a4b5c6"
DELIVERY = {
    "eventName": "registrant.added",
    "eventVersion": "1.0.0",
    "product": "g2w",
    "eventKey": "3f0c6a5e9b7d4e21",
    "timestamp": "2026-03-02T09:00:00.118Z",
    "firstName": "Ada",
    "lastName": "Ferro",
    "email": "ada@example.com",
    "status": "APPROVED",
    "webinarKey": 4104950342217711886,
    "registrantKey": 5573265432109876543,
}


@pytest.fixture
def secret(world, db) -> WebhookSecret:
    return WebhookSecret.objects.create(
        client_id="greenroom-demo", secret_id="1", value=SECRET, valid_from=world.now - timedelta(days=1)
    )


@pytest.fixture
def connected(world, db) -> Connection:
    return Connection.objects.create(organizer_key="1", organizer_name="Olga Ortiz", connected_at=world.now)


def sign(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    return base64.b64encode(
        hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).digest()
    ).decode()


@pytest.fixture
def post(world, secret, connected) -> Callable[..., int]:
    """Send a body to the hub, signed as GoTo signs unless told otherwise, and return the status."""

    def send(body: bytes | dict[str, Any] = DELIVERY, *, to: int = connected.pk, **how: Any) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = how.pop("timestamp", str(int(world.now.timestamp() * 1000)))
        headers = {
            "X-Webhook-Signature-Timestamp": timestamp,
            "X-Webhook-Signature": how.pop("signature", None) or sign(raw, timestamp, how.pop("secret", SECRET)),
        }
        headers = {name: value for name, value in (headers | how.pop("headers", {})).items() if value is not None}
        return (
            Client().post(f"/hooks/goto/{to}", raw, content_type="application/json", headers=headers, **how).status_code
        )

    return send


def nothing_is_kept() -> bool:
    return not WebhookDelivery.objects.exists() and not Job.objects.exists()


def test_address_answers_the_check_that_goto_makes_first(client, connected):
    assert (200, b"") == ((answer := client.get(f"/hooks/goto/{connected.pk}")).status_code, answer.content)
    assert 200 == client.head(f"/hooks/goto/{connected.pk}").status_code
    assert 405 == client.put(f"/hooks/goto/{connected.pk}").status_code


def test_delivery_is_stored_with_its_job(post, connected, world):
    assert 200 == post()
    delivery = WebhookDelivery.objects.get()
    assert ("registrant.added", "3f0c6a5e9b7d4e21", "stored") == (
        delivery.event_name,
        delivery.event_key,
        delivery.state,
    )
    assert (DELIVERY, world.now) == (json.loads(delivery.body), delivery.received_at)
    job = Job.objects.get()
    assert ("intake.apply_deliveries", {"connection_id": connected.pk}) == (job.name, job.args)


def test_body_cannot_be_read_in_the_database(post):
    post()
    with database.cursor() as cursor:
        cursor.execute("SELECT body FROM intake_webhookdelivery")
        [(stored,)] = cursor.fetchall()
    assert "ada@example.com" not in stored


def test_delivery_that_comes_again_is_one(post):
    for _ in range(100):
        assert 200 == post()
    assert 200 == post(DELIVERY | {"firstName": "Eve"})
    assert ("Ada", 1) == (json.loads(WebhookDelivery.objects.get().body)["firstName"], Job.objects.count())


def test_same_key_of_another_event_or_account_is_another_delivery(post, world):
    other = Connection.objects.create(organizer_key="2", organizer_name="Omar Haddad", connected_at=world.now)
    assert [200, 200, 200] == [post(), post(DELIVERY | {"eventName": "registrant.joined"}), post(to=other.pk)]
    assert 3 == WebhookDelivery.objects.count()


def test_any_secret_in_use_proves_a_delivery_and_no_other(post, secret, world):
    WebhookSecret.objects.create(
        client_id="greenroom-demo", secret_id="2", value="the new one", valid_from=world.now + timedelta(minutes=10)
    )
    secret.retired_at = world.now + timedelta(days=1)
    secret.save()
    assert [200, 200] == [post(), post(DELIVERY | {"eventKey": "2"}, secret="the new one")]
    world.advance(days=1)
    assert [401, 200] == [post(DELIVERY | {"eventKey": "3"}), post(DELIVERY | {"eventKey": "4"}, secret="the new one")]


FORGERIES: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another"},
    "an empty secret": {"secret": ""},
    "no signature": {"headers": {"X-Webhook-Signature": None}},
    "an empty signature": {"headers": {"X-Webhook-Signature": ""}},
    "no timestamp": {"headers": {"X-Webhook-Signature-Timestamp": None}},
    "another timestamp": {"headers": {"X-Webhook-Signature-Timestamp": "1772442000001"}},
    "a signature of nothing": {"signature": sign(b"", "1772442000000")},
    "no base64": {"signature": "%%%"},
    "no ASCII": {"signature": "ü".encode().decode("latin-1")},
    "two signatures": {"signature": f"{sign(b'', '1')},{sign(b'', '2')}"},
    "too old": {"timestamp": "1772441399"},
    "too far ahead": {"timestamp": "2026-03-02T09:10:01Z"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_not_provably_gotos_leaves_no_trace(post, forgery):
    assert 401 == post(**FORGERIES[forgery])
    assert nothing_is_kept()


def test_changed_body_is_not_gotos(post, world):
    timestamp = str(int(world.now.timestamp()))
    changed = json.dumps(DELIVERY | {"email": "eve@example.com"}).encode()
    assert 401 == post(changed, timestamp=timestamp, signature=sign(json.dumps(DELIVERY).encode(), timestamp))
    assert 401 == post(json.dumps(DELIVERY).encode()[:-1], signature=sign(json.dumps(DELIVERY).encode(), timestamp))
    assert nothing_is_kept()


@pytest.mark.parametrize("form", ["1772441401", "1772441401000", "2026-03-02T08:50:01.000Z", "yesterday"])
def test_delivery_may_be_ten_minutes_old_where_its_age_can_be_told(post, form):
    assert 200 == post(timestamp=form)


def test_age_that_is_taken_can_be_set(post, settings):
    settings.WEBHOOK_MAX_AGE = timedelta(seconds=30)
    assert [200, 401] == [post(timestamp="1772441970"), post(timestamp="1772441969")]


def test_nothing_is_taken_before_there_is_a_secret(post, secret):
    secret.delete()
    assert 401 == post(secret="")
    assert nothing_is_kept()


@pytest.mark.parametrize("unknown", [0, 999_999, 10**30])
def test_account_that_is_not_there_takes_nothing(post, client, unknown):
    assert [404, 404] == [post(to=unknown), client.get(f"/hooks/goto/{unknown}").status_code]
    assert nothing_is_kept()


def test_account_that_is_not_connected_takes_nothing(post, client, connected):
    Connection.objects.update(state="disconnected")
    assert [404, 404] == [post(), client.get(f"/hooks/goto/{connected.pk}").status_code]
    assert nothing_is_kept()


def test_account_that_has_to_be_connected_again_still_takes_what_comes(post):
    Connection.objects.update(state="reconnect_needed")
    assert 200 == post()
    assert 1 == WebhookDelivery.objects.count()


def test_body_may_have_256_kib_and_no_byte_more(post):
    longest = DELIVERY | {"comments": ""}
    longest["comments"] = "x" * (256 * 1024 - len(json.dumps(longest)))
    assert 256 * 1024 == len(json.dumps(longest))
    assert [200, 413] == [post(longest), post(longest | {"comments": longest["comments"] + "x"})]
    assert 1 == WebhookDelivery.objects.count()


def test_body_that_comes_in_chunks_is_read_to_its_end(post):
    """Without `Content-Length`; the server says that the input ends where the body does."""
    raw = json.dumps(DELIVERY).encode()
    assert 200 == post(raw, CONTENT_LENGTH="", **{"wsgi.input": BytesIO(raw), "wsgi.input_terminated": True})
    assert DELIVERY == json.loads(WebhookDelivery.objects.get().body)


UNREADABLE = {
    b"": "not_json",
    b"{": "not_json",
    b"[1]": "not_an_object",
    b"null": "not_an_object",
    b'"text"': "not_an_object",
    b"\xff\xfe{}": "not_json",
    json.dumps(DELIVERY).encode("utf-16"): "not_json",
    b'{"eventName": "a", "eventKey": NaN}': "not_json",
    b'{"eventName": "a", "eventKey": Infinity}': "not_json",
    b'{"eventName": "a", "eventName": "b", "eventKey": "c"}': "said_twice",
    b'{"eventName": "a", "eventKey": "c", "x": {"y": 1, "y": 2}}': "said_twice",
    b'{"eventKey": "c"}': "missing: eventName",
    b'{"eventName": "a"}': "missing: eventKey",
    b'{"eventName": "a", "eventKey": ""}': "missing: eventKey",
    b'{"eventName": "a", "eventKey": true}': "missing: eventKey",
    b'{"eventName": "a", "eventKey": 1.5}': "missing: eventKey",
    b'{"eventName": {}, "eventKey": "c"}': "missing: eventName",
    b'{"eventName": "a", "eventKey": "\\u0000"}': "missing: eventKey",
    b'{"eventName": "a", "eventKey": "\\ud800"}': "missing: eventKey",
    b'{"eventName": "a", "eventKey": "' + b"k" * 129 + b'"}': "missing: eventKey",
    b'{"eventName": "' + b"n" * 65 + b'", "eventKey": "c"}': "missing: eventName",
    b'{"eventName": "a", "eventKey": ' + b"9" * 5000 + b"}": "not_json",
    b'{"eventName": "a", "eventKey": "c", "x": ' + b"[" * 100_000 + b"}": "not_json",
}


@pytest.mark.parametrize(("body", "reason"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_what_is_gotos_and_cannot_be_read_is_kept_for_a_person(post, body, reason):
    """Repeating would not help, so GoTo is told that we have it."""
    assert [200, 200] == [post(body), post(body)]
    delivery = WebhookDelivery.objects.get()
    assert ("unreadable", "failed", reason) == (delivery.event_name, delivery.state, delivery.reason)
    assert body.decode(errors="backslashreplace") == delivery.body
    assert not Job.objects.exists()


def test_keys_may_be_numbers(post):
    assert 200 == post(DELIVERY | {"eventKey": 2**70})
    assert str(2**70) == WebhookDelivery.objects.get().event_key


def test_name_that_nobody_knows_is_kept_and_ignored(post, run_jobs):
    assert 200 == post(DELIVERY | {"eventName": "webinar.applauded"})
    run_jobs()
    assert [("webinar.applauded", "ignored", "unknown_event_name")] == verdicts()


@run(max_examples=300)
@given(
    body=some.binary(max_size=300),
    headers=some.dictionaries(
        some.sampled_from(["X-Webhook-Signature", "X-Webhook-Signature-Timestamp", "Content-Encoding"]),
        some.text(some.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=80),
    ),
)
def test_nothing_that_anybody_sends_gets_in_or_breaks_anything(connected, secret, body, headers):
    answer = Client(raise_request_exception=False).post(
        f"/hooks/goto/{connected.pk}", body, content_type="application/json", headers=headers
    )
    assert 401 == answer.status_code
    assert nothing_is_kept()


def test_taking_a_delivery_in_costs_few_statements(post):
    """The account, the secrets, the delivery, and whether its job is there; the first one brings the job."""
    costs = []
    for number in range(3):
        with CaptureQueriesContext(database) as queries:
            assert 200 == post(DELIVERY | {"eventKey": f"key-{number}"})
        said = [query["sql"] for query in queries]
        costs.append(sum(not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for sql in said))
    assert [5, 4, 4] == costs


def test_delivery_that_comes_while_the_job_runs_has_one_of_its_own(post):
    """The job may have looked for what waits just before."""
    post()
    Job.objects.update(state="running")
    post(DELIVERY | {"eventKey": "another"})
    post(DELIVERY | {"eventKey": "a third"})
    assert ["ready", "running"] == sorted(Job.objects.values_list("state", flat=True))


def test_nobody_is_called_while_goto_waits(post, world):
    world.count_calls()
    post()
    assert 0 == world.count_calls()
