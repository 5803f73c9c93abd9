"""Webinars: lists and their pages, scheduling, changing, cancelling; who may."""

from typing import Any

import pytest
from tests.sandbox.doors import WEBINAR, WIDE, Door, ada

from greenroom.sandbox import Sandbox

TIMES = [{"startTime": "2026-09-10T14:00:00Z", "endTime": "2026-09-10T15:00:00Z"}]


def create(door: Door, **more: Any) -> Any:
    response = door.post(door.webinars, {"subject": "Safety", "times": TIMES, **more})
    assert response.status_code == 201, response.text
    return response.json()


def test_an_empty_list_has_no_embedded(olga: Door) -> None:
    body = olga.get(olga.webinars, **WIDE).json()
    assert "_embedded" not in body
    assert body["page"] == {"size": 20, "totalElements": 0, "totalPages": 0, "number": 0}


def test_pages_are_numbered_from_nought_and_end(olga: Door) -> None:
    for _ in range(5):
        create(olga)
    keys = []
    for number, count in ((0, 2), (1, 2), (2, 1)):
        body = olga.get(olga.webinars, **WIDE, page=number, size=2).json()
        assert body["page"] == {"size": 2, "totalElements": 5, "totalPages": 3, "number": number}
        assert set(body["_links"]) == {"first", "self", "last"}
        keys += [item["webinarKey"] for item in body["_embedded"]["webinars"]]
        assert len(body["_embedded"]["webinars"]) == count
    assert len(set(keys)) == 5
    assert "_embedded" not in olga.get(olga.webinars, **WIDE, page=3, size=2).json()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"fromTime": "2026-01-01T00:00:00Z"},
        {"fromTime": "yesterday", "toTime": "2026-01-01T00:00:00Z"},
        {"fromTime": "2026-02-01T00:00:00Z", "toTime": "2026-01-01T00:00:00Z"},
        {**WIDE, "size": "0"},
        {**WIDE, "size": "201"},
        {**WIDE, "page": "-1"},
        {**WIDE, "sort": "name"},
    ],
)
def test_a_wrong_list_request_is_refused(olga: Door, params: dict[str, str]) -> None:
    response = olga.get(olga.webinars, **params)
    assert response.status_code == 400
    assert response.json()["errorCode"] == "InvalidRequest"


def test_unknown_parameters_can_be_let_through(olga: Door) -> None:
    olga.control("switches", {"unknown_parameters": "ignore"}, "PUT")
    assert olga.get(olga.webinars, **WIDE, sort="name").status_code == 200


def test_unpadded_times_and_a_zero_offset_are_taken(olga: Door) -> None:
    params = {"fromTime": "2026-9-1T9:0:0Z", "toTime": "2026-10-01T00:00:00+00:00"}
    assert olga.get(olga.webinars, **params).status_code == 200


def test_a_list_knows_only_what_lies_in_its_range(olga: Door) -> None:
    create(olga)
    inside = {"fromTime": "2026-09-10T14:30:00Z", "toTime": "2026-09-11T00:00:00Z"}
    before = {"fromTime": "2026-09-01T00:00:00Z", "toTime": "2026-09-10T13:59:59Z"}
    assert olga.get(olga.webinars, **inside).json()["page"]["totalElements"] == 1
    assert olga.get(olga.webinars, **before).json()["page"]["totalElements"] == 0


def test_keys_are_text_in_lists_and_numbers_in_the_detail(olga: Door) -> None:
    key = create(olga, description="Two hours on ladders")["webinarKey"]
    item = olga.get(olga.webinars, **WIDE).json()["_embedded"]["webinars"][0]
    detail = olga.get(f"{olga.webinars}/{key}").json()
    assert item["webinarKey"] == key
    assert item["organizerKey"] == olga.organizer_key
    assert detail["webinarKey"] == int(key)
    assert detail["webinarKey"] > 2**53
    assert detail["organizerKey"] == int(olga.organizer_key)
    assert detail["registrationUrl"] == f"http://testserver/register/{key}"
    assert (detail["inSession"], detail["recurrencePeriod"]) == (False, "NEVER")


def test_a_series_has_a_key_for_each_date(olga: Door) -> None:
    times = [{"startTime": f"2026-09-{day}T14:00:00Z", "endTime": f"2026-09-{day}T15:00:00Z"} for day in (10, 17, 24)]
    created = create(olga, type="series", times=times)
    items = olga.get(olga.webinars, **WIDE).json()["_embedded"]["webinars"]
    assert len({item["webinarKey"] for item in items}) == 3
    assert {item["recurrenceKey"] for item in items} == {created["recurrenceKey"]}
    assert olga.delete(f"{olga.webinars}/{items[1]['webinarKey']}", deleteAll="false").status_code == 204
    assert olga.get(olga.webinars, **WIDE).json()["page"]["totalElements"] == 2
    assert olga.delete(f"{olga.webinars}/{items[0]['webinarKey']}").status_code == 204
    assert olga.get(olga.webinars, **WIDE).json()["page"]["totalElements"] == 0


def test_new_times_of_a_series_keep_the_keys_in_order(olga: Door) -> None:
    def times(*days: int) -> list[dict[str, str]]:
        return [{"startTime": f"2026-09-{d}T14:00:00Z", "endTime": f"2026-09-{d}T15:00:00Z"} for d in days]

    create(olga, type="series", times=times(10, 17))
    before = [w["webinarKey"] for w in olga.get(olga.webinars, **WIDE).json()["_embedded"]["webinars"]]
    assert olga.put(f"{olga.webinars}/{before[0]}", {"times": times(11, 18, 25)}).status_code == 202
    after = olga.get(olga.webinars, **WIDE).json()["_embedded"]["webinars"]
    assert [w["webinarKey"] for w in after][:2] == before
    assert [w["times"][0]["startTime"][8:10] for w in after] == ["11", "18", "25"]


def test_a_sequence_has_one_key_and_many_dates_at_the_same_wall_clock_time(olga: Door) -> None:
    key = create(
        olga,
        times=None,
        type="sequence",
        timeZone="America/New_York",
        recurrenceStart={"startTime": "2026-10-25T14:00:00Z", "endTime": "2026-10-25T15:00:00Z"},
        recurrencePattern="weekly",
        recurrenceEnd="2026-11-08",
    )["webinarKey"]
    times = olga.get(f"{olga.webinars}/{key}/meetingtimes").json()
    # New York's clocks go back on 1 November.
    assert [t["startTime"] for t in times] == ["2026-10-25T14:00:00Z", "2026-11-01T15:00:00Z", "2026-11-08T15:00:00Z"]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "x" * 129},
        {"times": []},
        {"times": [{"startTime": "2026-09-10T14:00:00Z", "endTime": "2026-09-10T13:00:00Z"}]},
        {"times": [{"startTime": "2026-09-10T14:00:00+02:00", "endTime": "2026-09-10T15:00:00+02:00"}]},
        {"timeZone": "Europe/Berlin"},
        {"type": "series"},
        {"locale": "pl_PL"},
        {"experienceType": "SIMULIVE"},
    ],
)
def test_a_wrong_webinar_is_refused(olga: Door, change: dict[str, Any]) -> None:
    response = olga.post(olga.webinars, {"subject": "Safety", "times": TIMES} | change)
    assert response.status_code == 400
    assert olga.get(olga.webinars, **WIDE).json()["page"]["totalElements"] == 0


def test_an_update_answers_202_without_a_body(olga: Door, webinar_key: str) -> None:
    response = olga.put(f"{olga.webinars}/{webinar_key}", {"subject": "Ladders"})
    assert (response.status_code, response.content) == (202, b"")
    assert olga.get(f"{olga.webinars}/{webinar_key}").json()["subject"] == "Ladders"
    assert olga.put(f"{olga.webinars}/{webinar_key}", {}).status_code == 400


def test_a_running_webinar_can_be_neither_changed_nor_cancelled(olga: Door, webinar_key: str) -> None:
    olga.control(f"webinars/{webinar_key}/launch")
    assert olga.put(f"{olga.webinars}/{webinar_key}", {"subject": "Ladders"}).status_code == 400
    assert olga.delete(f"{olga.webinars}/{webinar_key}").status_code == 409
    live = olga.get(f"{WEBINAR}/organizers/{olga.organizer_key}/insessionWebinars").json()
    assert [(w["webinarKey"], w["inSession"]) for w in live] == [(int(webinar_key), True)]


def test_a_cancelled_webinar_is_gone(olga: Door, webinar_key: str) -> None:
    assert olga.delete(f"{olga.webinars}/{webinar_key}").status_code == 204
    response = olga.get(f"{olga.webinars}/{webinar_key}")
    assert response.status_code == 404
    assert response.json()["description"] == "Webinar with specified key does not exist."


def test_organizers_are_kept_apart(olga: Door, omar: Door, otto: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}"
    assert olga.get(path).status_code == 200
    for stranger in (omar, otto):
        response = stranger.get(path)
        assert response.status_code == 403
        assert response.json()["errorCode"] == "AccessDenied"
        assert stranger.get(f"{stranger.webinars}/{webinar_key}").status_code == 404
        assert stranger.get(f"{WEBINAR}/webinars/{webinar_key}/startUrl").status_code == 403
    assert olga.get(omar.webinars, **WIDE).status_code == 200  # Olga administers the account of both


def test_only_an_administrator_lists_the_account(sandbox: Sandbox, olga: Door, omar: Door, otto: Door) -> None:
    create(omar)
    account_key = sandbox.core.state.users[olga.organizer_key].account_key
    path = f"{WEBINAR}/accounts/{account_key}/webinars"
    assert olga.get(path, **WIDE).json()["page"]["totalElements"] == 1
    assert omar.get(path, **WIDE).status_code == 403
    assert otto.get(path, **WIDE).status_code == 403


def test_a_copy_is_a_webinar_of_its_own(olga: Door, webinar_key: str) -> None:
    copied = olga.put(f"{WEBINAR}/webinars/{webinar_key}/copy", {"subject": "Ladders again", "times": TIMES})
    assert copied.status_code == 201
    detail = olga.get(f"{olga.webinars}/{copied.json()['webinarKey']}").json()
    assert (detail["subject"], detail["times"]) == ("Ladders again", TIMES)


def test_unknown_paths_get_the_gateways_answer(olga: Door) -> None:
    for response in (olga.get(f"{WEBINAR}/nothing"), olga.put(f"{WEBINAR}/webhooks/secretkey")):
        assert response.status_code == 404
        assert response.json()["errorCode"] == "NOT_FOUND"


def test_presenters_come_and_go(olga: Door, omar: Door, webinar_key: str) -> None:
    people = f"{olga.webinars}/{webinar_key}/coorganizers"
    body = [{"external": False, "organizerKey": omar.organizer_key}]
    assert olga.post(people, body).status_code == 201
    assert olga.post(people, body).status_code == 400
    guest = olga.post(people, [{"external": True, "givenName": "Gil Ast", "email": "gil@example.org"}]).json()[0]
    assert [p["external"] for p in olga.get(people).json()] == [False, True]
    assert olga.delete(f"{people}/{guest['memberKey']}").status_code == 404
    assert olga.delete(f"{people}/{guest['memberKey']}", external="true").status_code == 204
    panel = f"{olga.webinars}/{webinar_key}/panelists"
    made = olga.post(panel, [{"name": "Pia Noss", "email": "pia@example.org"}]).json()[0]
    listed = olga.get(panel).json()[0]
    assert listed["panelistId"] == int(made["panelistKey"])
    assert olga.post(f"{panel}/{made['panelistKey']}/resendInvitation").status_code == 204
    assert olga.delete(f"{panel}/{made['panelistKey']}").status_code == 204
    assert olga.get(panel).json() == []


def test_a_registrant_of_another_webinar_is_unknown_here(olga: Door, webinar_key: str) -> None:
    other = create(olga)["webinarKey"]
    key = olga.post(f"{olga.webinars}/{other}/registrants", ada()).json()["registrantKey"]
    assert olga.get(f"{olga.webinars}/{webinar_key}/registrants/{key}").status_code == 404


def test_audio_settings_are_replaced(olga: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}/audio"
    assert list(olga.get(path).json()["confCallNumbers"]) == ["US"]
    assert olga.post(path, {"type": "Private"}).status_code == 400
    assert olga.post(path, {"type": "Private", "privateInfo": {"attendee": "Dial 9"}}).status_code == 204
    assert olga.get(path).json() == {"type": "Private", "privateInfo": {"attendee": "Dial 9"}}
    pstn = {"tollCountries": ["FR"], "tollFreeCountries": ["DE"]}
    assert olga.post(path, {"type": "PSTN", "pstnInfo": pstn}).status_code == 204
    assert list(olga.get(path).json()["confCallNumbers"]) == ["FR", "DE"]
