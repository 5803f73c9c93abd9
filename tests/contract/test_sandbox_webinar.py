"""The sandbox's GoToWebinar answers, one operation after another, against GoTo's published schemas."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml
from tests.sandbox.doors import WEBINAR, WIDE, ada, new_sandbox, sign_up

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "goto-api" / "gotowebinar-v2.yaml"
TIMES = [{"startTime": "2026-09-10T14:00:00Z", "endTime": "2026-09-10T15:00:00Z"}]


class World:
    """Olga's account with a webinar, a registrant, a session that is over, presenters and a webhook."""

    def __init__(self) -> None:
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200))
        self.olga = sign_up(new_sandbox(webhook_transport=transport), "olga@northwind.example", is_admin=True)
        olga = self.olga
        self.organizer = f"{WEBINAR}/organizers/{olga.organizer_key}"
        self.account_key = olga.sandbox.core.state.users[olga.organizer_key].account_key
        questions = [{"text": "Heard where?", "choices": ["Mail", "Friend"]}, {"text": "Hopes?"}]
        body = {"organizer_key": olga.organizer_key, "fields": ["industry"], "questions": questions, "registrants": 2}
        self.key = olga.control("webinars", body)["key"]
        self.webinar = f"{olga.webinars}/{self.key}"
        self.registrant_key = olga.post(f"{self.webinar}/registrants", ada(industry="Education")).json()[
            "registrantKey"
        ]
        session = {
            "started_at": "2026-08-20T10:00:00Z",
            "ended_at": "2026-08-20T11:00:00Z",
            "people": [{"email": "ada@example.com"}],
        }
        self.session_key = olga.control(f"webinars/{self.key}/attendance", session)["session_key"]
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        olga.control(f"webinars/{self.key}/recordings", times)
        answers = [{"email": "ada@example.com", "answers": ["Yes"]}]
        for kind in ("poll", "survey"):
            poll = {"kind": kind, "question": "Clear?", "choices": ["Yes", "No"], "answers": answers}
            olga.control(f"webinars/{self.key}/polls", poll)
        question = {"email": "ada@example.com", "question": "Which rung?", "answer": "The third from the top."}
        olga.control(f"webinars/{self.key}/questions", question)
        self.session = f"{self.webinar}/sessions/{self.session_key}"
        self.guest = [{"external": True, "givenName": "Gil Ast", "email": "gil@example.org"}]
        self.panelist = [{"name": "Pia Noss", "email": "pia@example.org"}]
        olga.post(f"{self.webinar}/coorganizers", self.guest)
        olga.post(f"{self.webinar}/panelists", self.panelist)
        self.hook = [{"callbackUrl": "https://hub.example/", "eventName": "registrant.added", "eventVersion": "1.0.0"}]
        self.hook[0]["product"] = "g2w"
        made = olga.post(f"{WEBINAR}/webhooks", self.hook).json()
        self.webhook_key = made["_embedded"]["webhooks"][0]["webhookKey"]
        made = olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": self.webhook_key}]).json()
        self.subscription_key = made["_embedded"]["userSubscriptions"][0]["userSubscriptionKey"]

    def in_session(self) -> httpx2.Response:
        self.olga.control(f"webinars/{self.key}/launch")
        return self.olga.get(f"{self.organizer}/insessionWebinars", toTime=WIDE["toTime"])


CALLS: dict[str, Callable[[World], httpx2.Response]] = {
    "getAllAccountWebinars": lambda w: w.olga.get(f"{WEBINAR}/accounts/{w.account_key}/webinars", **WIDE),
    "getOrganizerSessions": lambda w: w.olga.get(f"{w.organizer}/sessions", **WIDE),
    "getWebinars": lambda w: w.olga.get(w.olga.webinars, **WIDE),
    "createWebinar": lambda w: w.olga.post(w.olga.webinars, {"subject": "Safety", "times": TIMES}),
    "getInSessionWebinars": lambda w: w.in_session(),
    "getWebinar": lambda w: w.olga.get(w.webinar),
    "getAttendeesForAllWebinarSessions": lambda w: w.olga.get(f"{w.webinar}/attendees"),
    "getCoorganizers": lambda w: w.olga.get(f"{w.webinar}/coorganizers"),
    "createCoorganizers": lambda w: w.olga.post(f"{w.webinar}/coorganizers", w.guest),
    "getWebinarMeetingTimes": lambda w: w.olga.get(f"{w.webinar}/meetingtimes"),
    "getPanelists": lambda w: w.olga.get(f"{w.webinar}/panelists"),
    "createPanelists": lambda w: w.olga.post(f"{w.webinar}/panelists", w.panelist),
    "getPerformanceForAllWebinarSessions": lambda w: w.olga.get(f"{w.webinar}/performance"),
    "getStartUrl": lambda w: w.olga.get(f"{WEBINAR}/webinars/{w.key}/startUrl"),
    "copyWebinar": lambda w: w.olga.put(f"{WEBINAR}/webinars/{w.key}/copy", {"times": TIMES}),
    "getAllRegistrantsForWebinar": lambda w: w.olga.get(f"{w.webinar}/registrants"),
    "createRegistrant": lambda w: w.olga.post(f"{w.webinar}/registrants", ada(email="bo@example.com")),
    "getRegistrant": lambda w: w.olga.get(f"{w.webinar}/registrants/{w.registrant_key}"),
    "getRegistrationFields": lambda w: w.olga.get(f"{w.webinar}/registrants/fields"),
    "getAllSessions": lambda w: w.olga.get(f"{w.webinar}/sessions"),
    "getWebinarSession": lambda w: w.olga.get(w.session),
    "getAttendees": lambda w: w.olga.get(f"{w.session}/attendees"),
    "getAttendee": lambda w: w.olga.get(f"{w.session}/attendees/{w.registrant_key}"),
    "getPerformance": lambda w: w.olga.get(f"{w.session}/performance"),
    "getAudioInformation": lambda w: w.olga.get(f"{w.webinar}/audio"),
    "getPolls": lambda w: w.olga.get(f"{w.session}/polls"),
    "getSurveys": lambda w: w.olga.get(f"{w.session}/surveys"),
    "getQuestions": lambda w: w.olga.get(f"{w.session}/questions"),
    "getAttendeePollAnswers": lambda w: w.olga.get(f"{w.session}/attendees/{w.registrant_key}/polls"),
    "getAttendeeSurveyAnswers": lambda w: w.olga.get(f"{w.session}/attendees/{w.registrant_key}/surveys"),
    "getAttendeeQuestions": lambda w: w.olga.get(f"{w.session}/attendees/{w.registrant_key}/questions"),
    "searchAssets": lambda w: w.olga.post(f"{WEBINAR}/recordingassets/search", {"accountKey": w.account_key}),
    "searchAssetsForAdmin": lambda w: w.olga.post(
        f"{WEBINAR}/accounts/{w.account_key}/recordingassets/search?includes=recordingShareUrl,webinarKey",
        {"organizerKey": w.olga.organizer_key},
    ),
    "getRecordingAssets": lambda w: w.olga.get(f"{WEBINAR}/webinars/{w.key}/recordingAssets"),
    "createSecretKey": lambda w: w.olga.post(f"{WEBINAR}/webhooks/secretkey", {}),
    "createWebhooks": lambda w: w.olga.post(f"{WEBINAR}/webhooks", w.hook),
    "getWebhooks": lambda w: w.olga.get(f"{WEBINAR}/webhooks", product="g2w"),
    "getWebhook": lambda w: w.olga.get(f"{WEBINAR}/webhooks/{w.webhook_key}"),
    "createUserSubscriptions": lambda w: w.olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": w.webhook_key}]),
    "getUserSubscriptions": lambda w: w.olga.get(f"{WEBINAR}/userSubscriptions", product="g2w"),
    "getUserSubscription": lambda w: w.olga.get(f"{WEBINAR}/userSubscriptions/{w.subscription_key}"),
}

# Where GoTo itself differs from its schemas; the message jsonschema gives for it, and why it is so.
KNOWN_DIFFERENCES = {
    "'status' is a required property": "Webinar requires a status that it never defines",
    "KEY is not of type 'integer'": "observed: the attendees of all sessions have keys as text",
}


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("GoTo's published specification is not beside this checkout")
    loaded: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text())
    return loaded


def schema_of(specification: dict[str, Any], name: str, status: int) -> dict[str, Any] | None:
    for path in specification["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and operation.get("operationId") == name:
                assert str(status) in operation["responses"]
                content = operation["responses"][str(status)].get("content", {})
                schema: dict[str, Any] | None = next((kind["schema"] for kind in content.values()), None)
                return schema
    raise AssertionError(f"the specification has no operation {name}")


def describe(error: jsonschema.ValidationError) -> str:
    return "KEY is not of type 'integer'" if str(error.instance).isdigit() else error.message


@pytest.mark.parametrize("name", CALLS)
def test_the_answer_fits_its_schema(specification: dict[str, Any], name: str) -> None:
    response = CALLS[name](World())
    assert response.status_code < 300, response.text
    schema = schema_of(specification, name, response.status_code)
    if schema is None:
        pytest.skip("the specification declares no body")
    body = response.json()
    if "oneOf" in schema and isinstance(body, list):
        # The paged object's schema has no type, so it takes a bare list too and "one of" never holds.
        schema = {"$ref": "#/components/schemas/RegistrantArray"}
    whole = {**schema, "components": specification["components"]}
    validator = jsonschema.Draft4Validator(whole, format_checker=jsonschema.FormatChecker())
    left = [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(body) if describe(e) not in KNOWN_DIFFERENCES]
    assert left == []
    assert body not in ([], {})


# A stranger's token has webhooks of its own: none of Olga's are there.
STRANGERS_STATUS = {
    "searchAssets": 400,
    "createSecretKey": 200,
    "createWebhooks": 200,
    "getWebhooks": 200,
    "getWebhook": 404,
    "createUserSubscriptions": 200,
    "getUserSubscriptions": 200,
    "getUserSubscription": 404,
}


@pytest.mark.parametrize("name", CALLS)
def test_another_accounts_organizer_sees_nothing(name: str) -> None:
    world = World()
    otto = sign_up(world.olga.sandbox, "otto@elsewhere.example", is_admin=True)
    world.olga.http.headers["Authorization"] = otto.http.headers["Authorization"]
    response = CALLS[name](world)
    assert response.status_code == STRANGERS_STATUS.get(name, 403), response.text
    if name in ("getWebhooks", "getUserSubscriptions"):
        assert response.json() == {}


@pytest.mark.parametrize("name", CALLS)
def test_without_a_token_every_operation_is_403(name: str) -> None:
    world = World()
    world.olga.http.headers.pop("Authorization")
    response = CALLS[name](world)
    assert response.status_code == 403
    assert response.json()["int_err_code"] == "InvalidToken"
