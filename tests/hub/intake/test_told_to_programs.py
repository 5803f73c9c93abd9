"""Programs are told, all the way from GoTo, what time and its webhooks alone bring about."""

from datetime import timedelta

import pytest
from tests.hub.automation.conftest import caller_for

from greenroom.hub.automation.items import Item
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import list_latest
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.events.services.coming import tell_of_coming_dates
from greenroom.hub.users.models import User


def told(user: User, trigger: str, **narrowing) -> list[Item]:
    return list_latest(caller_for(user), get_trigger(trigger), Narrowing(**narrowing), limit=10)


def test_a_survey_that_is_sent_in(world, ada, event, deliver):
    mia = {"firstName": "Mia", "lastName": "Example", "email": "mia@example.com"}
    world.ask_goto(f"webinars/{event.event_key}/registrants", "POST", **mia)
    world.advance(hours=2)
    world.write_attendance(event.event_key, {"mia@example.com": [(0, 60)]})
    survey = {"question": "Clear?", "choices": ["Yes", "No"], "answers": [{"email": mia["email"], "answers": ["Yes"]}]}
    world.control("POST", f"webinars/{event.event_key}/polls", kind="survey", **survey)
    deliver()
    (item,) = told(ada, "survey.submitted", event=event.event_key)
    assert ("mia@example.com", "Clear?") == (item["email"], item["survey"])
    assert [("Clear?", ["Yes"])] == [(one["question"], one["answers"]) for one in item["replies"]]


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_an_event_that_starts_soon(world, ada, event, minutes):
    world.advance(seconds=(event.starts_at - world.now - timedelta(minutes=minutes)).total_seconds())
    for _ in range(2):
        tell_of_coming_dates()
    (item,) = told(ada, "event.starts_soon", minutes=minutes, event=event.event_key)
    assert (minutes, event.event_key) == (item["minutes"], item["event_key"])
    assert [] == told(ada, "event.starts_soon", minutes=60)
