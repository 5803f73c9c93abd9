"""Programs subscribe and unsubscribe as their platforms do."""

import json
import re
from ipaddress import ip_network

import pytest
from django.test import Client
from tests.hub.automation.receivers import receiving

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.hooks.courier import deliver_due
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.users.api_keys import create_key

TARGET = "https://hooks.example.com/flow"
WANTED = {"target_url": TARGET, "event_types": ["registrant.added"]}


@pytest.fixture
def receiver(settings):
    settings.HOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiving() as receiver:
        yield receiver


def told(answer, status=200):
    assert status == answer.status_code, answer.content
    return json.loads(answer.content)


def errors(answer):
    return {error["pointer"]: error["detail"] for error in told(answer, 422)["errors"]}


def test_subscribing_answers_with_a_secret_and_the_address_that_ends_it(call):
    answer = call("POST", "/hooks", WANTED)
    made = told(answer, 201)
    assert made["secret"].startswith("whsec_")
    assert ("active", TARGET, "envelope") == (made["status"], made["target_url"], made["form"])
    assert answer["Location"] == made["unsubscribe_url"]
    assert answer["Location"].startswith(f"http://testserver/api/v1/hooks/out/{made['id']}/u/")
    assert len(answer["Location"].rpartition("/")[2]) >= 43


def test_secret_is_told_once(call):
    made = told(call("POST", "/hooks", WANTED), 201)
    again = call("POST", "/hooks", WANTED)
    for answer in (again, call("GET", f"/hooks/{made['id']}")):
        assert "secret" not in told(answer)
    assert made["secret"].encode() not in call("GET", "/hooks").content


def test_saving_a_flow_twice_leaves_one_subscription(call):
    first = call("POST", "/hooks", WANTED)
    second = call("POST", "/hooks", {**WANTED, "event_types": ["registrant.added", "registrant.added"]})
    assert told(first, 201)["id"] == told(second, 200)["id"]
    assert first["Location"] == second["Location"]
    assert 1 == Hook.objects.count()
    assert told(call("POST", "/hooks", {**WANTED, "filter": {"product": "webinar"}}), 201)


def test_address_ends_it_without_a_key_as_often_as_one_likes(call):
    address = call("POST", "/hooks", WANTED)["Location"]
    for wrong in (f"{address}x", address[:-1], address.replace("hook_", "hook_0")):
        assert 404 == Client().delete(wrong).status_code
    assert "active" == Hook.objects.get().state
    assert [204, 204] == [Client().delete(address).status_code for _ in range(2)]
    assert "removed" == Hook.objects.get().state
    assert [] == told(call("GET", "/hooks"))
    assert [405, 405] == [Client().get(address).status_code, Client().post(address).status_code]


def test_connector_of_power_platform_knows_the_address_that_ends_a_flow(call):
    """The platform calls nothing that its definition does not have."""
    body = {"target_url": TARGET}
    address = call("POST", "/hooks/on/registrant.added", body)["Location"]
    definition = json.loads(Client().get("/api/v1/swagger.json").content)
    addresses = {
        re.sub(r"{\w+}", "[^/]+", definition["basePath"] + path)
        for path, item in definition["paths"].items()
        if item.get("delete", {}).get("operationId") == "EndFlowHook"
    }
    [known] = addresses
    assert re.fullmatch(f"https?://{definition['host']}{known}", address)
    assert 204 == Client().delete(address).status_code


def test_address_of_one_hook_ends_no_other(call):
    first = call("POST", "/hooks", WANTED)["Location"]
    second = call("POST", "/hooks", {**WANTED, "target_url": f"{TARGET}/2"})["Location"]
    crossed = first.rpartition("/")[0] + "/" + second.rpartition("/")[2]
    assert 404 == Client().delete(crossed).status_code


def test_who_unsubscribed_may_subscribe_anew(call):
    address = call("POST", "/hooks", WANTED)["Location"]
    Client().delete(address)
    made = call("POST", "/hooks", WANTED)
    told(made, 201)
    assert address != made["Location"]


def test_hooks_are_found_by_their_address(call):
    told(call("POST", "/hooks", WANTED), 201)
    told(call("POST", "/hooks", {**WANTED, "target_url": f"{TARGET}/test"}), 201)
    assert [TARGET] == [hook["target_url"] for hook in told(call("GET", f"/hooks?target_url={TARGET}"))]
    assert 2 == len(told(call("GET", "/hooks")))


def test_another_keys_hooks_do_not_exist(call, ada):
    made = told(call("POST", "/hooks", WANTED), 201)
    other = create_key(user=ada, name="Other", verbs=list(Verb), connection_ids=None)[1]
    path = f"/hooks/{made['id']}"
    asked = [
        ("GET", path, None), ("PATCH", path, {}), ("DELETE", path, None), ("POST", f"{path}/test", {}),
        ("POST", f"{path}/rotate-secret", {}), ("GET", f"{path}/deliveries", None),
        ("POST", f"{path}/replay", {"since": "2026-03-02T08:00:00Z"}),
    ]  # fmt: skip
    assert {404} == {call(method, where, body, key=other).status_code for method, where, body in asked}
    assert [] == told(call("GET", "/hooks", key=other))
    assert told(call("POST", "/hooks", WANTED, key=other), 201)["id"] != made["id"]


def test_key_must_be_made_for_hooks(call, ada):
    reader = create_key(user=ada, name="Reader", verbs=[Verb.READ], connection_ids=None)[1]
    assert 403 == call("POST", "/hooks", WANTED, key=reader).status_code


def test_pausing_changing_and_resuming(call):
    path = f"/hooks/{told(call('POST', '/hooks', WANTED), 201)['id']}"
    assert "paused" == told(call("PATCH", path, {"status": "paused"}))["status"]
    assert "paused" == told(call("PATCH", path, {"status": "paused"}))["status"]
    changed = told(call("PATCH", path, {"target_url": f"{TARGET}/new", "event_types": ["event.created"]}))
    assert (f"{TARGET}/new", ["event.created"]) == (changed["target_url"], changed["event_types"])
    assert "active" == told(call("PATCH", path, {"status": "active"}))["status"]


def test_two_hooks_never_become_alike(call):
    told(call("POST", "/hooks", WANTED), 201)
    other = told(call("POST", "/hooks", {**WANTED, "target_url": f"{TARGET}/2"}), 201)
    assert 409 == call("PATCH", f"/hooks/{other['id']}", {"target_url": TARGET}).status_code


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"target_url": "https://10.0.0.1/"}, "/target_url"),
        ({"target_url": "http://hooks.example.com/"}, "/target_url"),
        ({"target_url": "nonsense"}, "/target_url"),
        ({"target_url": 7}, "/target_url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["registrant.added", "no.such"]}, "/event_types/1"),
        ({"filter": {"minutes": 15}}, "/filter/minutes"),
        ({"filter": {"event": "1"}}, "/filter/event"),
        ({"filter": {"product": "circus"}}, "/filter/product"),
        ({"secret": "short"}, "/secret"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "/expires_at"),
        ({"platform": "fax"}, "/platform"),
        ({"platform": "zapier", "handshake": True}, "/handshake"),
    ],
)
def test_what_is_wrong_is_named(call, changes, pointer):
    assert pointer in errors(call("POST", "/hooks", WANTED | changes))
    assert not Hook.objects.exists()


def test_event_may_be_named_by_its_nine_digits(call, world, pull):
    event = pull(world.schedule_webinar())
    made = told(call("POST", "/hooks", {**WANTED, "filter": {"event": event.event_number}}), 201)
    assert {"event": event.event_key} == made["filter"]


def test_power_automate_subscribes_to_one_trigger_with_what_narrows_it_beside(call):
    body = {"target_url": TARGET, "minutes": 15, "product": "webinar"}
    answer = call("POST", "/hooks/on/event.starts_soon", body)
    made = told(answer, 201)
    assert ("power_automate", "flat", ["event.starts_soon"]) == (made["platform"], made["form"], made["event_types"])
    assert {"minutes": 15, "product": "webinar"} == made["filter"]
    assert 204 == Client().delete(answer["Location"]).status_code
    assert "/event" in errors(call("POST", "/hooks/on/event.started", {"target_url": TARGET, "event": "1"}))
    assert 422 == call("POST", "/hooks/on/no.such", {"target_url": TARGET}).status_code


def test_own_secret_is_taken_and_renewed(call):
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = told(call("POST", "/hooks", {**WANTED, "secret": secret}), 201)
    assert secret == made["secret"]
    renewed = told(call("POST", f"/hooks/{made['id']}/rotate-secret", {}))
    assert renewed["secret"] not in {secret, ""}
    assert renewed["old_secret_until"].startswith("2026-03-03T09:00")


def test_handshake_asks_the_address_first(call, receiver):
    wanted = {**WANTED, "target_url": receiver.url, "handshake": True}
    assert "/target_url" in errors(call("POST", "/hooks", wanted))
    receiver.headers = {"WebHook-Allowed-Origin": "testserver"}
    told(call("POST", "/hooks", wanted), 201)
    assert ["OPTIONS", "OPTIONS"] == [one.method for one in receiver.calls]
    assert "testserver" == receiver.calls[0].headers["webhook-request-origin"]


def test_sample_its_delivery_and_sending_it_again(call, receiver, world):
    path = f"/hooks/{told(call('POST', '/hooks', {**WANTED, 'target_url': receiver.url}), 201)['id']}"
    receiver.status = 410
    sent = told(call("POST", f"{path}/test", {}), 202)
    deliver_due()
    (row,) = told(call("GET", f"{path}/deliveries?state=dead"))
    assert (sent["id"], "dead", 1) == (row["id"], row["state"], row["attempts"])
    assert ("disabled", 1) == (told(call("GET", path))["status"], told(call("GET", path))["dead"])
    assert 409 == call("POST", f"{path}/replay", {"delivery_id": sent["id"]}).status_code
    told(call("PATCH", path, {"status": "active"}))
    receiver.status = 200
    assert {"count": 1} == told(call("POST", f"{path}/replay", {"delivery_id": sent["id"]}), 202)
    deliver_due()
    assert "delivered" == HookDelivery.objects.get().state
    assert {"count": 0} == told(call("POST", f"{path}/replay", {"since": world.now.isoformat()}), 202)
    assert {"count": None} == told(
        call("POST", f"{path}/replay", {"since": world.now.isoformat(), "event_type": "registrant.added"}), 202
    )
    assert "/since" in errors(call("POST", f"{path}/replay", {}))
    assert 404 == call("POST", f"{path}/replay", {"delivery_id": "9" * 30}).status_code


def test_pages_of_deliveries(call):
    path = f"/hooks/{told(call('POST', '/hooks', WANTED), 201)['id']}"
    for _ in range(3):
        call("POST", f"{path}/test", {})
    first = call("GET", f"{path}/deliveries?limit=2")
    assert 2 == len(told(first))
    assert 'rel="next"' in first["Link"]


def test_queries_of_the_list_stay_flat(call, django_assert_max_num_queries):
    counts = []
    for number in (1, 20):
        for extra in range(Hook.objects.count(), number):
            call("POST", "/hooks", {**WANTED, "target_url": f"{TARGET}/{extra}"})
        with django_assert_max_num_queries(100) as queries:
            assert number == len(told(call("GET", "/hooks")))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_disabled_hook_is_on_again_when_the_flow_is_saved(call):
    told(call("POST", "/hooks", WANTED), 201)
    Hook.objects.update(state="disabled", state_reason="failing")
    assert "active" == told(call("POST", "/hooks", WANTED))["status"]
