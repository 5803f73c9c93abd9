"""Webhooks: the set-up, the signature, the retries."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.sandbox.doors import WEBINAR, Door, ada, new_sandbox, sign_up

from greenroom.sandbox import Sandbox
from greenroom.sandbox.webhook_delivery import sign

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

URL = "https://hub.example/hooks/goto"


class Receiver:
    """The other side: answers the check, keeps what it is sent, and can be made to fail."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.check_status = 200
        self.post_status = 200
        self.sandbox: Sandbox | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(self.check_status)
        self.requests.append(request)
        if self.post_status == 0:
            raise httpx2.ConnectError("nobody there")
        return httpx2.Response(self.post_status)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def sandbox(receiver: Receiver) -> Sandbox:
    return new_sandbox(webhook_transport=httpx2.MockTransport(receiver))


def wanted(event_name: str, url: str = URL) -> list[dict[str, str]]:
    return [{"callbackUrl": url, "eventName": event_name, "eventVersion": "1.0.0", "product": "g2w"}]


def subscribe(door: Door, *event_names: str) -> list[str]:
    keys = []
    for event_name in event_names:
        made = door.post(f"{WEBINAR}/webhooks", wanted(event_name)).json()
        key = made["_embedded"]["webhooks"][0]["webhookKey"]
        assert door.put(f"{WEBINAR}/webhooks", [{"webhookKey": key, "state": "ACTIVE"}]).status_code == 204
        assert door.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": key}]).status_code == 200
        keys.append(key)
    return keys


def test_a_message_is_signed_over_its_timestamp_and_body(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    secret = olga.post(f"{WEBINAR}/webhooks/secretkey", {}).json()["value"]
    subscribe(olga, "registrant.added")
    registrant_key = olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada(source="mail-7")).json()[
        "registrantKey"
    ]
    assert receiver.requests == []  # nothing leaves before a tick
    olga.sandbox.tick()
    request = receiver.requests[0]
    timestamp = request.headers["X-Webhook-Signature-Timestamp"]
    assert timestamp == "1788264000000"
    expected = hmac.new(secret.encode(), timestamp.encode() + b":" + request.content, hashlib.sha256).digest()
    assert request.headers["X-Webhook-Signature"] == base64.b64encode(expected).decode()
    event = receiver.events[0]
    assert event["eventName"] == "registrant.added"
    assert (event["registrantKey"], event["status"]) == (registrant_key, "APPROVED")
    assert (event["registrationSource"], event["webinarKey"]) == ("mail-7", int(webinar_key))


def test_a_webhook_starts_inactive_and_needs_a_subscription(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    made = olga.post(f"{WEBINAR}/webhooks", wanted("registrant.added")).json()["_embedded"]["webhooks"][0]
    assert made["state"] == "INACTIVE"
    body = olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": made["webhookKey"]}]).json()
    subscription = body["_embedded"]["userSubscriptions"][0]
    assert (subscription["userSubscriptionState"], subscription["activationState"]) == ("ACTIVE", "INACTIVE")
    olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada())
    olga.sandbox.tick()
    assert receiver.requests == []
    olga.put(f"{WEBINAR}/webhooks", [{"webhookKey": made["webhookKey"], "state": "ACTIVE"}])
    listed = olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json()["_embedded"]["userSubscriptions"][0]
    assert listed["activationState"] == "ACTIVE"


def test_a_callback_that_does_not_answer_200_is_refused(olga: Door, receiver: Receiver) -> None:
    receiver.check_status = 404
    assert olga.post(f"{WEBINAR}/webhooks", wanted("registrant.added")).status_code == 400
    receiver.check_status = 200
    plain = wanted("registrant.added", "http://hub.example/hooks")
    assert olga.post(f"{WEBINAR}/webhooks", plain).status_code == 400
    local = wanted("registrant.added", "http://testserver/hooks")
    assert olga.post(f"{WEBINAR}/webhooks", local).status_code == 200
    olga.control("switches", {"webhook_callback_hosts": "https_only"}, "PUT")
    assert olga.post(f"{WEBINAR}/webhooks", local).status_code == 400


def test_failed_messages_are_sent_again_after_1_5_and_30_minutes(
    olga: Door, receiver: Receiver, webinar_key: str
) -> None:
    subscribe(olga, "registrant.added")
    receiver.post_status = 0
    olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada())
    attempts = []
    for minute in range(40):
        olga.sandbox.tick()
        if len(receiver.requests) > len(attempts):
            attempts.append(minute)
        olga.sandbox.clock.advance(timedelta(minutes=1))
    assert attempts == [0, 1, 5, 30]
    assert len({event["eventKey"] for event in receiver.events}) == 1
    delivery = olga.control("webhooks/deliveries", method="GET")["deliveries"][0]
    assert (delivery["state"], delivery["last_result"]) == ("failed", "ConnectError")


def test_new_webhooks_and_subscriptions_can_take_a_while_to_be_found(olga: Door) -> None:
    olga.control("switches", {"webhook_settles_after_seconds": 2}, "PUT")
    key = olga.post(f"{WEBINAR}/webhooks", wanted("registrant.added")).json()["_embedded"]["webhooks"][0]["webhookKey"]
    activate = [{"webhookKey": key, "state": "ACTIVE"}]
    assert olga.put(f"{WEBINAR}/webhooks", activate).status_code == 404
    assert olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": key}]).status_code == 404
    assert olga.get(f"{WEBINAR}/webhooks", product="g2w").json() == {}
    olga.sandbox.clock.advance(timedelta(seconds=2))
    assert olga.put(f"{WEBINAR}/webhooks", activate).status_code == 204
    assert olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": key}]).status_code == 200
    assert olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json() == {}
    olga.sandbox.clock.advance(timedelta(seconds=2))
    (listed,) = olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json()["_embedded"]["userSubscriptions"]
    assert listed["activationState"] == "ACTIVE"


def test_a_subscription_is_changed_by_both_its_keys(olga: Door) -> None:
    key = subscribe(olga, "registrant.added")[0]
    (made,) = olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json()["_embedded"]["userSubscriptions"]
    change = {"userSubscriptionKey": made["userSubscriptionKey"], "userSubscriptionState": "INACTIVE"}
    assert olga.put(f"{WEBINAR}/userSubscriptions", [change]).status_code == 400
    assert olga.put(f"{WEBINAR}/userSubscriptions", [change | {"webhookKey": key}]).status_code == 204
    (changed,) = olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json()["_embedded"]["userSubscriptions"]
    assert (changed["userSubscriptionState"], changed["activationState"]) == ("INACTIVE", "INACTIVE")


@pytest.mark.parametrize(("value", "statuses"), [("send", ["WAITING", "APPROVED"]), ("none", ["WAITING"])])
def test_subscribers_may_hear_of_decisions(olga: Door, receiver: Receiver, value: str, statuses: list[str]) -> None:
    subscribe(olga, "registrant.added")
    olga.control("switches", {"webhook_on_decision": value}, "PUT")
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, "approval": "MANUAL"})["key"]
    olga.post(f"{olga.webinars}/{key}/registrants", ada())
    olga.control(f"webinars/{key}/decisions", {"email": "ada@example.com", "status": "APPROVED"})
    olga.sandbox.tick()
    assert [event["status"] for event in receiver.events] == statuses
    assert [("joinUrl" in event) for event in receiver.events] == [status == "APPROVED" for status in statuses]


def test_each_event_has_its_moment(olga: Door, receiver: Receiver) -> None:
    subscribe(olga, "webinar.created", "webinar.changed", "registrant.joined")
    times = [{"startTime": "2026-09-10T14:00:00Z", "endTime": "2026-09-10T15:00:00Z"}]
    key = olga.post(olga.webinars, {"subject": "Safety", "times": times}).json()["webinarKey"]
    olga.put(f"{olga.webinars}/{key}", {"subject": "Ladders"})
    olga.post(f"{olga.webinars}/{key}/registrants", ada())
    olga.control(f"webinars/{key}/launch")
    olga.control(f"webinars/{key}/people", {"email": "ada@example.com", "action": "join"})
    olga.control(f"webinars/{key}/end")
    olga.delete(f"{olga.webinars}/{key}")
    olga.sandbox.tick()
    seen = [(event["eventName"], event.get("status")) for event in receiver.events]
    assert seen == [
        ("webinar.created", "NEW"),
        ("webinar.changed", "UPDATED"),
        ("registrant.joined", None),
        ("webinar.changed", "DELETED"),
    ]
    assert receiver.events[2]["joinTime"] == 1788264000000


def test_a_survey_that_is_sent_in_is_an_event(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    subscribe(olga, "survey.submitted")
    olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada())
    times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
    olga.control(f"webinars/{webinar_key}/attendance", {**times, "people": [{"email": "ada@example.com"}]})
    answers = [{"email": "ada@example.com", "answers": ["Yes"]}]
    olga.control(f"webinars/{webinar_key}/polls", {"kind": "survey", "question": "Clear?", "answers": answers})
    olga.sandbox.tick()
    assert receiver.events[0]["responses"] == [
        {"questionText": "Clear?", "questionType": "SHORT_ANSWER", "answerText": ["Yes"]}
    ]


def test_only_the_subscribed_organizers_events_are_sent(olga: Door, omar: Door, receiver: Receiver) -> None:
    subscribe(olga, "webinar.created")
    omar.control("webinars", {"organizer_key": omar.organizer_key})
    olga.sandbox.tick()
    assert receiver.requests == []


def test_another_user_cannot_touch_a_webhook(olga: Door, sandbox: Sandbox) -> None:
    key = subscribe(olga, "webinar.created")[0]
    otto = sign_up(sandbox, "otto@elsewhere.example", is_admin=True)
    assert otto.get(f"{WEBINAR}/webhooks", product="g2w").json() == {}
    assert otto.get(f"{WEBINAR}/webhooks/{key}").status_code == 404
    assert otto.delete(f"{WEBINAR}/webhooks", [key]).status_code == 404
    assert olga.delete(f"{WEBINAR}/webhooks", [key]).status_code == 202
    assert olga.get(f"{WEBINAR}/userSubscriptions", product="g2w").json() == {}


def test_messages_reach_another_application_in_process() -> None:
    """A transport leads them into any WSGI application: no port, no thread."""
    heard: list[tuple[str, str, bytes]] = []

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            heard.append((environ["PATH_INFO"], environ["HTTP_X_WEBHOOK_SIGNATURE"], body))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    olga = sign_up(new_sandbox(webhook_transport=httpx2.WSGITransport(app=application)), "olga@northwind.example")
    secret = olga.post(f"{WEBINAR}/webhooks/secretkey", {}).json()["value"]
    subscribe(olga, "webinar.created")
    olga.control("webinars", {"organizer_key": olga.organizer_key, "title": "Knots"})
    olga.sandbox.tick()
    (path, signature, body), timestamp = heard[0], "1788264000000"
    assert (path, json.loads(body)["webinarTitle"]) == ("/hooks/goto", "Knots")
    assert signature == sign(secret, timestamp, body)


# Duplicates, disorder and loss


def added(receiver: Receiver) -> list[str]:
    return [event["email"] for event in receiver.events if event["eventName"] == "registrant.added"]


def register(olga: Door, webinar_key: str, *names: str) -> list[str]:
    emails = [f"{name}@example.com" for name in names]
    for email in emails:
        olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada(email=email))
    return emails


def test_every_message_can_come_twice_or_never(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    subscribe(olga, "registrant.added")
    olga.control("switches", {"webhook_copies": 2}, "PUT")
    register(olga, webinar_key, "ada")
    olga.sandbox.tick()
    assert added(receiver) == ["ada@example.com"] * 2
    assert receiver.events[0]["eventKey"] == receiver.events[1]["eventKey"]
    olga.control("switches", {"webhook_copies": 0}, "PUT")
    register(olga, webinar_key, "bo")
    olga.sandbox.tick()
    assert len(added(receiver)) == 2


def test_messages_can_come_in_another_order(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    subscribe(olga, "registrant.added")
    olga.control("switches", {"webhook_order": "reversed"}, "PUT")
    emails = register(olga, webinar_key, "ada", "bo", "cy", "di")
    olga.sandbox.tick()
    assert added(receiver) == emails[::-1]
    receiver.requests.clear()
    olga.control("switches", {"webhook_order": "shuffled"}, "PUT")
    more = register(olga, webinar_key, "ed", "flo", "gil", "hal")
    olga.sandbox.tick()
    assert sorted(added(receiver)) == more
    assert added(receiver) != more


def test_one_message_can_be_doubled_or_held_back(olga: Door, receiver: Receiver, webinar_key: str) -> None:
    subscribe(olga, "registrant.added")
    olga.control("faults", {"kind": "hold", "seconds": 90, "operation": "registrant.added"})
    olga.control("faults", {"kind": "duplicate", "product": "webhook"})
    register(olga, webinar_key, "ada", "bo", "cy")
    olga.sandbox.tick()
    assert added(receiver) == ["bo@example.com", "bo@example.com", "cy@example.com"]
    olga.sandbox.clock.advance(timedelta(seconds=89))
    olga.sandbox.tick()
    assert len(added(receiver)) == 3
    olga.sandbox.clock.advance(timedelta(seconds=1))
    olga.sandbox.tick()
    assert added(receiver)[-1] == "ada@example.com"
