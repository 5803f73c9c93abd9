"""Programs that poll get each item once, are told when to come back, and lose nothing when they come too early."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.registry import list_triggers
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.api_keys import create_key

ADDED = "/triggers/registrant.added"


@pytest.fixture
def webinar(world, pull):
    """Make a webinar, and read it from GoTo."""
    return lambda title="Ladder safety", **more: pull(world.schedule_webinar(title, **more))


@pytest.fixture
def sign_up(world, pull):
    """Let people sign up for an event at GoTo, and read that."""

    def register(event, *names):
        for name in names:
            body = {"firstName": name, "lastName": "Lind", "email": f"{name.lower()}@example.com"}
            world.ask_goto(f"webinars/{event.event_key}/registrants", "POST", **body)
        world.advance(seconds=121)
        pull(event.event_key)

    return register


@pytest.fixture
def poll(call):
    """Poll, and return the answer's body."""

    def ask(path=ADDED, cursor="", **narrowed):
        query = "&".join(f"{name}={value}" for name, value in {**narrowed, "cursor": cursor}.items())
        answer = call("GET", f"{path}?{query}")
        assert 200 == answer.status_code, answer.content
        return json.loads(answer.content)

    return ask


def names(body) -> list[str]:
    return [item["first_name"] for item in body["items"]]


def problem(answer) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["code"]


def test_what_is_there_already_is_not_new(webinar, sign_up, poll):
    event = webinar()
    sign_up(event, "Anna")
    first = poll()
    assert ([], False) == (first["items"], first["has_more"])
    sign_up(event, "Ben", "Carla")
    second = poll(cursor=first["cursor"])
    assert ["Ben", "Carla"] == names(second)
    sign_up(event)
    assert [] == poll(cursor=second["cursor"])["items"]


def test_whoever_asks_again_with_the_same_cursor_gets_the_same_again(webinar, sign_up, poll, world):
    event, cursor = webinar(), poll()["cursor"]
    sign_up(event, "Anna")
    before = poll(cursor=cursor)
    world.advance(seconds=121)
    assert before["items"] == poll(cursor=cursor)["items"]


def test_more_than_fits_is_fetched_at_once(webinar, sign_up, poll):
    event, cursor = webinar(), poll()["cursor"]
    sign_up(event, "Anna", "Ben", "Carla")
    got = []
    for expected in (True, True, True, False):
        page = poll(cursor=cursor, limit=1)
        assert expected == page["has_more"]
        cursor, got = page["cursor"], got + names(page)
    assert ["Anna", "Ben", "Carla"] == got


@pytest.mark.parametrize(
    ("expected", "narrowed"),
    [
        (["Anna", "Ben"], {}),
        (["Ben"], {"title_contains": "FIRST"}),
        (["Anna", "Ben"], {"product": "webinar"}),
        ([], {"product": "training"}),
        ([], {"product": "training", "title_contains": "first"}),
    ],
)
def test_it_can_be_narrowed(webinar, sign_up, poll, expected, narrowed):
    ladder, first_aid = webinar(), webinar("First aid")
    cursor = poll(**narrowed)["cursor"]
    sign_up(ladder, "Anna")
    sign_up(first_aid, "Ben")
    assert expected == names(poll(cursor=cursor, **narrowed))


@pytest.mark.parametrize("named", ["event_key", "event_number"])
def test_one_event_is_named_by_key_or_number(webinar, sign_up, poll, named):
    ladder, first_aid = webinar(), webinar("First aid")
    cursor = poll()["cursor"]
    sign_up(ladder, "Anna")
    sign_up(first_aid, "Ben")
    assert ["Ben"] == names(poll(cursor=cursor, event=getattr(first_aid, named)))


def test_an_event_that_is_not_there_is_a_problem(webinar, call):
    cursor = json.loads(call("GET", ADDED).content)["cursor"]
    webinar()
    assert (404, "unknown_object") == problem(call("GET", f"/triggers/event.changed?event=1&cursor={cursor}"))
    assert 404 == call("GET", "/triggers/nothing").status_code


def test_what_a_trigger_does_not_take_is_named(call, connection):
    answer = call("GET", f"{ADDED}?minutes=15")
    assert (422, "/minutes") == (answer.status_code, json.loads(answer.content)["errors"][0]["pointer"])


def test_a_poll_too_early_is_told_when_to_come_and_loses_nothing(webinar, sign_up, call, poll, world):
    event = webinar()
    cursor = poll()["cursor"]
    early = call("GET", f"{ADDED}?cursor={cursor}")
    assert (429, "quota_exceeded") == problem(early)
    assert ["poll"] == json.loads(early.content)["violated-policies"]
    assert '"connection";q=100;w=60, "poll";q=1;w=120' == early["RateLimit-Policy"]
    assert '"poll";r=0;t=120' in early["RateLimit"]
    world.advance(seconds=int(early["Retry-After"]))
    sign_up(event, "Anna")
    assert ["Anna"] == names(poll(cursor=cursor))


def test_two_flows_with_one_key_do_not_take_each_others_turns(call, poll, world, connection):
    first = poll()["cursor"]
    second = poll(title_contains="x")["cursor"]
    for _ in range(3):
        world.advance(seconds=120)
        first, second = poll(cursor=first)["cursor"], poll(cursor=second)["cursor"]


def test_a_cursor_is_good_for_its_owner_and_trigger_alone(call, poll, ada, connection):
    cursor = poll()["cursor"]
    other = create_key(user=ada, name="Other", verbs=[Verb.READ], connection_ids=None)[1]
    assert (404, "unknown_object") == problem(call("GET", f"{ADDED}?cursor={cursor}", key=other))
    assert (404, "unknown_object") == problem(call("GET", f"/triggers/event.created?cursor={cursor}"))
    for forged in (cursor[:-1] + "!", cursor[1:], "x", "a:b"):
        assert (404, "unknown_object") == problem(call("GET", f"{ADDED}?cursor={forged}")), forged


def test_a_cursor_that_is_too_old_gives_way_to_the_oldest_that_is_not(webinar, sign_up, call, poll, world):
    event, cursor = webinar(starts_in=timedelta(days=40)), poll()["cursor"]
    sign_up(event, "Anna")
    world.advance(days=20)
    sign_up(event, "Ben")
    world.advance(days=11)
    answer = call("GET", f"{ADDED}?cursor={cursor}")
    assert (410, "stale_cursor") == problem(answer)
    assert ["Ben"] == names(poll(cursor=json.loads(answer.content)["oldest_cursor"]))


def test_a_cursor_from_beyond_a_restored_backup_is_refused(webinar, sign_up, call, poll, world):
    event = webinar()
    sign_up(event, "Anna")
    cursor = poll()["cursor"]
    Fact.objects.order_by("-pk")[:1].get().delete()
    answer = call("GET", f"{ADDED}?cursor={cursor}")
    assert (410, "stale_cursor") == problem(answer)
    world.advance(seconds=120)
    assert 200 == call("GET", f"{ADDED}?cursor={json.loads(answer.content)['oldest_cursor']}").status_code


def test_a_key_gets_only_what_it_may_touch(webinar, sign_up, call, poll, ada, connection):
    event = webinar()
    key = create_key(user=ada, name="Other", verbs=[Verb.READ], connection_ids=[connection.pk + 1])[1]
    cursor, mine = json.loads(call("GET", ADDED, key=key).content)["cursor"], poll()["cursor"]
    sign_up(event, "Anna")
    assert [] == json.loads(call("GET", f"{ADDED}?cursor={cursor}", key=key).content)["items"]
    assert [] == json.loads(call("GET", "/zapier/registrant.added", key=key).content)
    assert ["Anna"] == names(poll(cursor=mine))


def test_somebody_who_teaches_elsewhere_gets_nothing(webinar, sign_up, call, ivan, course):
    event = webinar()
    key = create_key(user=ivan, name="Ivan", verbs=[Verb.READ], connection_ids=None)[1]
    cursor = json.loads(call("GET", ADDED, key=key).content)["cursor"]
    sign_up(event, "Anna")
    assert [] == json.loads(call("GET", f"{ADDED}?cursor={cursor}", key=key).content)["items"]


def test_a_key_without_reading_polls_nothing(call, ada, connection):
    key = create_key(user=ada, name="Hooks", verbs=[Verb.HOOKS], connection_ids=None)[1]
    for path in (ADDED, "/trigger/registrant.added", "/zapier/registrant.added"):
        assert 403 == call("GET", path, key=key).status_code


def test_an_outsider_has_no_key_that_works(call, otto, connection):
    key = create_key(user=otto, name="Otto", verbs=list(Verb), connection_ids=None)[1]
    assert 401 == call("GET", ADDED, key=key).status_code


# As Power Automate polls


def come_back(call, answer):
    where = urlsplit(answer["Location"])
    assert (where.scheme, where.path) in {("http", "/api/v1/trigger/registrant.added"), ("https", where.path)}
    return call("GET", f"{where.path.removeprefix('/api/v1')}?{where.query}")


def test_a_flow_is_led_from_poll_to_poll(webinar, sign_up, call, world):
    event = webinar()
    sign_up(event, "Anna")
    answer = call("GET", "/trigger/registrant.added?title_contains=ladder")
    assert (202, "120") == (answer.status_code, answer["Retry-After"])
    early = come_back(call, answer)
    assert (202, answer["Location"]) == (early.status_code, early["Location"])
    world.advance(seconds=int(early["Retry-After"]))
    nothing = come_back(call, answer)
    assert (202, "120") == (nothing.status_code, nothing["Retry-After"])
    sign_up(event, "Ben", "Carla")
    news = come_back(call, nothing)
    assert (200, "120") == (news.status_code, news["Retry-After"])
    assert ["Ben", "Carla"] == [item["first_name"] for item in json.loads(news.content)]
    world.advance(seconds=120)
    assert 202 == come_back(call, news).status_code


def test_a_flow_comes_back_at_once_when_more_is_there(webinar, sign_up, call, monkeypatch):
    monkeypatch.setattr("greenroom.hub.api.triggers._BATCH", 1)
    event = webinar()
    answer = call("GET", "/trigger/registrant.added")
    sign_up(event, "Anna", "Ben")
    got, waits = [], []
    for _ in range(3):
        answer = come_back(call, answer)
        got += [item["first_name"] for item in json.loads(answer.content)]
        waits.append(answer["Retry-After"])
    assert (["Anna", "Ben"], ["0", "0", "120"]) == (got, waits)


# As Zapier polls


def test_the_latest_come_first_with_names_that_stay(webinar, sign_up, call, world):
    event = webinar()
    sign_up(event, "Anna")
    sign_up(event, "Ben")
    before = json.loads(call("GET", "/zapier/registrant.added").content)
    assert ["Ben", "Anna"] == [item["first_name"] for item in before]
    assert 429 == call("GET", "/zapier/registrant.added").status_code
    world.advance(seconds=120)
    sign_up(event, "Carla")
    after = json.loads(call("GET", "/zapier/registrant.added").content)
    assert [item["id"] for item in before] == [item["id"] for item in after[1:]]
    assert 3 == len({item["id"] for item in after})


def test_samples_show_the_members_of_every_trigger(call, connection, world):
    listed = [one["type"] for one in json.loads(call("GET", "/triggers").content)]
    assert [trigger.name for trigger in list_triggers()] == listed
    world.advance(seconds=60)
    for name in listed:
        samples = json.loads(call("GET", f"/triggers/{name}/samples").content)
        assert {(name, 3)} == {(one["event_type"], len(samples)) for one in samples}


def test_gotos_own_links_and_numbers_beyond_exactness_are_not_given(webinar, sign_up, poll):
    event, cursor = webinar(), poll()["cursor"]
    sign_up(event, "Anna")
    (item,) = poll(cursor=cursor)["items"]
    assert "/go/join/r/" in item["join_url"]
    assert event.registrants.get().join_url not in json.dumps(item)
    assert {"registrant.added"} == {item["event_type"]}
    assert isinstance(item["registrant_key"], str)
    assert isinstance(item["event_key"], str)


def test_the_number_of_queries_does_not_depend_on_the_number_of_items(webinar, sign_up, call, poll, world):
    event = webinar()
    counts = []
    for people in (["Anna"], [f"Person{number}" for number in range(9)]):
        cursor = poll()["cursor"]
        sign_up(event, *people)
        with CaptureQueriesContext(database) as queries:
            assert len(people) == len(poll(cursor=cursor)["items"])
        counts.append(len(queries))
        world.advance(seconds=timedelta(minutes=3).total_seconds())
    assert counts[0] == counts[1]
