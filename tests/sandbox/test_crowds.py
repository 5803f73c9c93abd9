"""One webinar with a million registrants: none is stored, all can be found, and more can sign up on top."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest
from tests.sandbox.doors import Door, ada, new_sandbox, sign_up

MILLION = 1_000_000
# Reading all million takes a while; by default a part of the size is streamed.
STREAMED = int(os.environ.get("GREENROOM_STREAMED_REGISTRANTS", "20000"))


def crowded(olga: Door, count: int, **more: object) -> str:
    """The registrants of a webinar with a crowd."""
    body = {"organizer_key": olga.organizer_key, "generated_registrants": count, **more}
    return f"{olga.webinars}/{olga.control('webinars', body)['key']}/registrants"


@pytest.fixture
def registrants(olga: Door) -> str:
    return crowded(olga, MILLION)


def test_any_page_of_a_million_is_quick_and_the_same(olga: Door, registrants: str) -> None:
    page = olga.get(registrants, page=4999, limit=200).json()
    assert (page["total"], len(page["data"])) == (MILLION, 200)
    last = page["data"][-1]
    assert last["email"] == "person999999@example.com"
    assert olga.get(registrants, page=4999, limit=200).json() == page
    assert olga.get(f"{registrants}/{last['registrantKey']}").json()["email"] == last["email"]
    assert olga.get(registrants.removesuffix("/registrants")).json()["numberOfRegistrants"] == MILLION
    assert olga.sandbox.core.state.registrants.get(str(last["registrantKey"])) is None


def test_keys_and_numbers_are_never_twice() -> None:
    olga = sign_up(new_sandbox(), "olga@northwind.example")
    rows = olga.get(crowded(olga, 20_000)).json()
    assert len({row["registrantKey"] for row in rows}) == len({row["joinUrl"] for row in rows}) == 20_000
    assert all(2**53 < row["registrantKey"] < 2**63 for row in rows)


def test_the_unpaged_list_streams_in_constant_memory(olga: Door) -> None:
    path = crowded(olga, STREAMED)
    tracemalloc.start()
    try:
        with olga.http.stream("GET", path) as response:
            received = count = 0
            for piece in response.iter_raw():
                received += len(piece)
                count += piece.count(b'"registrantKey"')
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == STREAMED
    assert received > STREAMED * 200
    assert peak < 4_000_000


def test_the_stream_is_one_json_array(olga: Door) -> None:
    for count in (1, 1000, 2001):
        path = crowded(olga, count)
        olga.post(path, ada())
        rows = json.loads(olga.get(path).content)
        assert len(rows) == count + 1
        assert rows[-1]["email"] == "ada@example.com"


def test_people_sign_up_on_top_and_known_addresses_are_known(olga: Door, registrants: str) -> None:
    made = olga.post(registrants, ada())
    assert made.status_code == 201
    again = olga.post(registrants, ada(email="Person123456@example.com"))
    assert again.status_code == 409
    found = olga.get(f"{registrants}/{again.json()['registrantKey']}").json()
    assert found["email"] == "person123456@example.com"
    assert olga.get(registrants, page=5000, limit=200).json()["data"][0]["email"] == "ada@example.com"


def test_one_of_the_crowd_can_be_deleted_and_decided_about(olga: Door) -> None:
    path = crowded(olga, 1000, approval="MANUAL")
    key = path.split("/")[-2]
    rows = olga.get(path).json()
    assert {row["status"] for row in rows} == {"WAITING"}
    for position in (0, 1, 500, 999):
        assert olga.delete(f"{path}/{rows[position]['registrantKey']}").status_code == 204
    assert olga.get(f"{path}/{rows[500]['registrantKey']}").status_code == 404
    left = olga.get(path).json()
    assert [row["email"] for row in left] == [r["email"] for n, r in enumerate(rows) if n not in (0, 1, 500, 999)]
    olga.control(f"webinars/{key}/decisions", {"email": "person7@example.com", "status": "APPROVED"})
    approved = [row["email"] for row in olga.get(path).json() if row["status"] == "APPROVED"]
    assert approved == ["person7@example.com"]
    again = ada(email="person500@example.com")
    assert olga.post(path, again).status_code == 201


def test_one_of_the_crowd_comes_by_the_join_link(olga: Door, registrants: str) -> None:
    key = registrants.split("/")[-2]
    row = olga.get(registrants, page=77, limit=1).json()["data"][0]
    olga.control(f"webinars/{key}/launch")
    room = Door(olga.sandbox).get(row["joinUrl"].removeprefix("http://testserver"))
    assert f"You are in, {row['firstName']}" in room.text
    ended = olga.control(f"webinars/{key}/end")
    assert [person["email"] for person in ended["people"]] == ["person77@example.com"]


def test_a_limit_counts_the_crowd(olga: Door) -> None:
    path = crowded(olga, 1000, limit=1001)
    assert olga.post(path, ada()).status_code == 201
    assert olga.post(path, ada(email="bo@example.com")).status_code == 403


def test_a_crowd_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "sandbox.sqlite3")
    olga = sign_up(new_sandbox(path), "olga@northwind.example", is_admin=True)
    registrants = crowded(olga, MILLION)
    rows = olga.get(registrants, page=0, limit=3).json()["data"]
    olga.delete(f"{registrants}/{rows[0]['registrantKey']}")
    decision = {"email": "person2@example.com", "status": "DENIED"}
    olga.control(f"webinars/{registrants.split('/')[-2]}/decisions", decision)
    olga.sandbox.close()
    assert Path(path).stat().st_size < 1_000_000
    again = Door(new_sandbox(path), olga.http.headers["Authorization"].removeprefix("Bearer "))
    page = again.get(registrants, page=0, limit=2).json()
    assert page["total"] == MILLION - 1
    assert [(row["email"], row["status"]) for row in page["data"]] == [
        ("person1@example.com", "APPROVED"),
        ("person2@example.com", "DENIED"),
    ]
