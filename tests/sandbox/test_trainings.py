"""Trainings: the words of refusals, and what is over."""

from datetime import timedelta

import httpx2
from tests.sandbox.doors import Door

ADA = {"givenName": "Ada", "surname": "Ferro", "email": "ada@example.com"}


def schedule(olga: Door, start: str, end: str) -> httpx2.Response:
    times = [{"startDate": start, "endDate": end}]
    return olga.post(olga.trainings, {"name": "Safety", "timeZone": "America/New_York", "times": times})


def told(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["errorCode"]


def test_the_list_of_registrants_can_lag(olga: Door, training_key: str) -> None:
    olga.control("switches", {"training_registrants_delay_seconds": 1800}, "PUT")
    registrants = f"{olga.trainings}/{training_key}/registrants"
    key = olga.post(registrants, ADA).json()["registrantKey"]
    assert olga.get(registrants).json() == []
    assert olga.get(f"{registrants}/{key}").status_code == 200
    assert olga.post(registrants, ADA).status_code == 409
    olga.sandbox.clock.advance(timedelta(minutes=30))
    assert [one["email"] for one in olga.get(registrants).json()] == ["ada@example.com"]


def test_an_organizer_has_one_training_at_a_time_of_at_most_a_day(olga: Door) -> None:
    assert schedule(olga, "2026-09-10T08:00:00Z", "2026-09-10T10:00:00Z").status_code == 201

    assert told(schedule(olga, "2026-09-10T09:00:00Z", "2026-09-10T11:00:00Z")) == (409, "OrganizerOverlap")
    too_long = schedule(olga, "2026-09-12T00:00:00Z", "2026-09-13T00:00:01Z")
    assert told(too_long) == (400, "InvalidTrainingDatesMaxDuration")


def test_a_training_that_is_not_there_is_told_from_a_key_that_is_none(olga: Door) -> None:
    assert told(olga.get(f"{olga.trainings}/123")) == (404, "NoSuchTraining")
    assert told(olga.get(f"{olga.trainings}/x")) == (400, "InvalidRequest")


def test_a_known_address_is_told_with_its_key_and_without_links(olga: Door, training_key: str) -> None:
    registrants = f"{olga.trainings}/{training_key}/registrants"
    first = olga.post(registrants, ADA).json()

    again = olga.post(registrants, ADA | {"email": "ADA@example.com"})

    assert told(again) == (409, "DuplicateRegistrant")
    assert again.json()["registrantKey"] == first["registrantKey"]
    assert "joinUrl" not in again.json()
    assert again.json()["incident"] > 2**53


def test_a_running_training_is_not_changed(olga: Door, training_key: str) -> None:
    olga.control(f"trainings/{training_key}/launch")

    changed = olga.put(f"{olga.trainings}/{training_key}/nameDescription", {"name": "x"})

    assert told(changed) == (409, "TrainingInSession")


def test_a_finished_training_leaves_the_list_and_takes_nobody_more(olga: Door, training_key: str) -> None:
    olga.control("clock", {"advance_seconds": 3 * 3600})
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    later = Door(olga.sandbox, token, olga.organizer_key)

    assert later.get(later.trainings).json() == []
    assert told(later.post(f"{later.trainings}/{training_key}/registrants", ADA)) == (409, "TrainingOver")
