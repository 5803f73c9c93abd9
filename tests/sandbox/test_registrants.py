"""Signing up: fields, duplicates, approval, places."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.sandbox.doors import Door, ada


@pytest.fixture
def registrants(olga: Door, webinar_key: str) -> str:
    return f"{olga.webinars}/{webinar_key}/registrants"


def make(olga: Door, **more: Any) -> str:
    """Make a webinar with settings the API of GoTo cannot set; answer the path of its registrants."""
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, **more})["key"]
    return f"{olga.webinars}/{key}/registrants"


def test_a_registration_gives_a_number_and_a_join_url(olga: Door, registrants: str, webinar_key: str) -> None:
    response = olga.post(registrants, ada())
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/hal+json;charset=UTF-8"
    body = response.json()
    assert isinstance(body["registrantKey"], int)
    start, _, number = body["joinUrl"].rpartition("/")
    assert start == f"http://testserver/join/{webinar_key}"
    assert len(number) == 9
    assert (body["status"], body["asset"]) == ("APPROVED", True)


def test_the_same_address_again_is_409_with_the_first_key(olga: Door, registrants: str) -> None:
    first = olga.post(registrants, ada()).json()
    again = olga.http.post(registrants, json=ada(email="ADA@Example.com"), params={"resendConfirmation": "true"})
    assert again.status_code == 409
    assert again.json()["registrantKey"] == first["registrantKey"]
    assert again.json()["joinUrl"] == first["joinUrl"]
    assert len(olga.get(registrants).json()) == 1


def test_the_list_is_bare_without_paging_and_an_object_with_it(olga: Door, registrants: str) -> None:
    olga.control(registrants.replace(olga.webinars, "webinars"), {"registrants": 7})
    bare = olga.get(registrants).json()
    assert len(bare) == 7
    assert isinstance(bare[0]["registrantKey"], int)
    paged = olga.get(registrants, page=1, limit=5).json()
    assert {name: paged[name] for name in ("total", "page", "limit", "pageSize")} == {
        "total": 7,
        "page": 1,
        "limit": 5,
        "pageSize": 2,
    }
    assert paged["data"] == bare[5:]
    assert olga.get(registrants, page=9).json()["data"] == []
    assert len(olga.get(registrants, size=3).json()) == 7  # size belongs to other calls and is ignored here


def test_fields_show_what_is_asked(olga: Door) -> None:
    path = make(
        olga,
        fields=["organization", {"name": "industry", "is_required": True}],
        questions=[{"text": "How did you hear of us?", "choices": ["Mail", "Friend"], "is_required": True}],
    )
    body = olga.get(f"{path}/fields").json()
    required = {field["field"]: field["required"] for field in body["fields"]}
    assert required == {"firstName": True, "lastName": True, "email": True, "organization": False, "industry": True}
    industry = next(field for field in body["fields"] if field["field"] == "industry")
    assert len(industry["answers"]) == 29
    question = body["questions"][0]
    assert [choice["answerKey"] for choice in question["answers"]] == [0, 1]
    assert (question["type"], question["maxSize"]) == ("multipleChoice", 0)


def test_answers_are_checked_and_come_back_as_texts(olga: Door) -> None:
    path = make(
        olga,
        fields=[{"name": "industry", "is_required": True}],
        questions=[{"text": "Heard where?", "choices": ["Mail", "Friend"], "is_required": True}, {"text": "Hopes?"}],
    )
    keys = [question["questionKey"] for question in olga.get(f"{path}/fields").json()["questions"]]
    choice, hopes = {"questionKey": keys[0], "answerKey": 0}, {"questionKey": str(keys[1]), "responseText": "Tea"}
    for bad in (
        ada(responses=[choice]),
        ada(industry="Education"),
        ada(industry="Alchemy", responses=[choice]),
        ada(industry="Education", responses=[{"questionKey": keys[0], "answerKey": 5}]),
        ada(industry="Education", responses=[choice, {"questionKey": 5, "responseText": "?"}]),
        ada(industry="Education", responses=[choice], firstName=""),
        ada(industry="Education", responses=[choice], email="not an address"),
        ada(industry="Education", responses=[choice], lastName="x" * 129),
    ):
        assert olga.post(path, bad).status_code == 400
    good = ada(industry="Education", responses=[choice, hopes, {"questionKey": 0, "responseText": ""}], source="mail-7")
    key = olga.post(path, good).json()["registrantKey"]
    detail = olga.get(f"{path}/{key}").json()
    assert detail["responses"] == [
        {"question": "Heard where?", "answer": "Mail"},
        {"question": "Hopes?", "answer": "Tea"},
    ]
    assert (detail["industry"], detail["source"], detail["type"]) == ("Education", "mail-7", "REGULAR")


def test_the_old_media_type_keeps_only_names_and_address(olga: Door) -> None:
    path = make(olga, fields=["organization"])
    old = {"Accept": "application/vnd.citrix.g2wapi-v1.1+json"}
    key = olga.http.post(path, json=ada(organization="Example"), headers=old).json()["registrantKey"]
    assert "organization" not in olga.get(f"{path}/{key}").json()


def test_with_approval_a_registrant_waits_without_a_join_url(olga: Door) -> None:
    path = make(olga, approval="MANUAL")
    made = olga.post(path, ada()).json()
    assert made["status"] == "WAITING"
    assert "joinUrl" not in made
    assert "joinUrl" not in olga.get(path).json()[0]
    assert "joinUrl" not in olga.post(path, ada()).json()
    decision = {"email": "ada@example.com", "status": "APPROVED"}
    olga.control(path.replace(olga.webinars, "webinars").replace("registrants", "decisions"), decision)
    assert olga.get(path).json()[0]["joinUrl"].startswith("http://testserver/join/")


def test_a_full_webinar_is_403_with_its_word(olga: Door) -> None:
    path = make(olga, limit=1)
    assert olga.post(path, ada()).status_code == 201
    full = olga.post(path, ada(email="bo@example.com"))
    assert (full.status_code, full.json()["errorCode"]) == (403, "RegistrationLimitReached")
    assert olga.post(path, ada()).status_code == 409  # who is in is told so, even when it is full
    olga.control("switches", {"full_event_status": "409"}, "PUT")
    full = olga.post(path, ada(email="bo@example.com"))
    assert (full.status_code, full.json()["errorCode"]) == (409, "RegistrationLimitReached")


def test_twenty_at_once_for_five_places_fill_five(olga: Door) -> None:
    path = make(olga, limit=5)
    people = [ada(email=f"person{number}@example.com") for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda person: olga.post(path, person).status_code, people))
    assert sorted(statuses) == [201] * 5 + [403] * 15
    assert len(olga.get(path).json()) == 5


def test_a_registrant_can_be_deleted_before_and_register_again(olga: Door, registrants: str) -> None:
    key = olga.post(registrants, ada()).json()["registrantKey"]
    assert olga.delete(f"{registrants}/{key}").status_code == 204
    assert olga.delete(f"{registrants}/{key}").status_code == 404
    assert olga.delete(f"{registrants}/x1").status_code == 400
    assert olga.post(registrants, ada()).status_code == 201


def test_who_registers_after_the_end_is_late(olga: Door, registrants: str) -> None:
    olga.sandbox.clock.advance(timedelta(days=1))
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    late = Door(olga.sandbox, token, olga.organizer_key)
    key = late.post(registrants, ada()).json()["registrantKey"]
    assert late.get(f"{registrants}/{key}").json()["type"] == "LATE"
    assert late.delete(f"{registrants}/{key}").status_code == 400
    late.control("switches", {"late_registration": "refuse"}, "PUT")
    assert late.post(registrants, ada(email="bo@example.com")).status_code == 403


def test_fifty_thousand_registrants_are_listed_whole(olga: Door) -> None:
    path = make(olga, registrants=50_000)
    rows = olga.get(path).json()
    assert len({row["registrantKey"] for row in rows}) == 50_000
    assert len({row["email"] for row in rows}) == 50_000
