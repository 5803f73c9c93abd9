"""GoToAssist: Seeit's answers against its published schemas, remote support's against what is known of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml
from tests.sandbox.doors import ASSIST, SEEIT, new_sandbox, sign_up

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "goto-api" / "gotoassist-seeit-v0.9.yaml"


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("GoTo's published specification is not beside this checkout")
    loaded: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text())
    return loaded


class World:
    """Olga with a customer's machine, a chat, a session that is over and its recording, and a Seeit session."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        company = {"organizer_key": olga.organizer_key, "name": "Harbour Works", "machines": ["Desk"]}
        made = olga.control("companies", company)
        self.company_key, self.machine_uuid = made["key"], made["machines"][0]["uuid"]
        self.session_key = olga.post(f"{ASSIST}/sessions", sharing(machineUuid=self.machine_uuid)).json()["sessionId"]
        for act in ("launch", "end"):
            olga.control(f"assist/{self.session_key}/{act}")
        self.chat_key = olga.post(f"{ASSIST}/sessions", {"sessionType": "web_chat"}).json()["sessionId"]
        recordings = olga.get(f"{ASSIST}/archive/recordings", userKey=olga.organizer_key).json()
        self.recording_key = recordings["readyForTranscodeRecordingIds"][0]
        self.uuid = olga.post(f"{SEEIT}/sessions").json()["uuid"]


def sharing(**more: str) -> dict[str, str]:
    return {"sessionType": "screen_sharing", "customerName": "Ada Ferro", **more}


LINK = {
    "systemName": "Helpdesk",
    "systemDomain": "desk.example",
    "callbackUrl": "https://desk.example/goto",
    "supportedCallbacks": {"createObject": True},
}
TICKET = {"userToken": "t-1", "title": "Printer", "body": "It smokes."}
CALLS: dict[str, Callable[[World], httpx2.Response]] = {
    "SystemLinksGet": lambda w: w.olga.get(f"{ASSIST}/systemLinks", systemDomain="desk.example"),
    "SystemLinksPost": lambda w: w.olga.post(f"{ASSIST}/systemLinks", LINK),
    "UnnammedEndpointGet": lambda w: w.olga.get(f"{ASSIST}/", userToken="t-1"),
    "UnnammedEndpointPut": lambda w: w.olga.put(
        f"{ASSIST}/", {"sessionId": w.session_key, "userToken": "t-1", "partnerObject": "T1"}
    ),
    "UnnammedEndpointPost": lambda w: w.olga.post(f"{ASSIST}/", TICKET | {"sessionId": w.session_key}),
    "ArchiveRecordingsUrlsAPIGet": lambda w: w.olga.get(
        f"{ASSIST}/archive/recordings/urls", recordingId=w.recording_key
    ),
    "CompaniesGet": lambda w: w.olga.get(f"{ASSIST}/companies", q="harbour"),
    "SessionsGet": lambda w: w.olga.get(f"{ASSIST}/sessions", sessionType="screen_sharing"),
    "SessionsPost2": lambda w: w.olga.post(f"{ASSIST}/sessions", sharing()),
    "ArchiveRecordingsGet": lambda w: w.olga.get(f"{ASSIST}/archive/recordings", companyId=w.company_key),
    "SessionGet": lambda w: w.olga.get(f"{ASSIST}/session", sessionType="screen_sharing"),
    "SessionsBySessionIdGet2": lambda w: w.olga.get(f"{ASSIST}/sessions/{w.session_key}"),
    "ArchiveRecordingsTranscodeByReadyForTranscodeRecordingIdsPost": lambda w: w.olga.post(
        f"{ASSIST}/archive/recordings/transcode/{w.recording_key}"
    ),
    "SessionsEventsBySessionIdGet": lambda w: w.olga.get(f"{ASSIST}/sessions/{w.chat_key}/events"),
    "CompaniesMachinesByCompanyIdGet": lambda w: w.olga.get(f"{ASSIST}/companies/{w.company_key}/machines"),
    "ArchiveRecordingsArchivedByRecordingIDsPut": lambda w: w.olga.put(
        f"{ASSIST}/archive/recordings/archived/{w.recording_key}"
    ),
}
SEEIT_CALLS: dict[str, Callable[[World], httpx2.Response]] = {
    "sessions.get": lambda w: w.olga.get(f"{SEEIT}/sessions"),
    "sessions.post": lambda w: w.olga.post(f"{SEEIT}/sessions"),
    "sessions.uuid.get": lambda w: w.olga.get(f"{SEEIT}/sessions/{w.uuid}"),
}
STATUS = {
    "SystemLinksPost": 201,
    "UnnammedEndpointPut": 204,
    "UnnammedEndpointPost": 201,
    "SessionsPost2": 201,
    "SessionGet": 302,
    "ArchiveRecordingsTranscodeByReadyForTranscodeRecordingIdsPost": 204,
    "ArchiveRecordingsArchivedByRecordingIDsPut": 204,
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_of_remote_support_answers(name: str) -> None:
    response = CALLS[name](World())
    assert response.status_code == STATUS.get(name, 200), response.text


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"SessionGet"}))
def test_without_a_token_remote_support_is_403(name: str) -> None:
    world = World()
    world.olga.http.headers.pop("Authorization")
    assert CALLS[name](world).json()["int_err_code"] == "InvalidToken"


def test_the_browser_link_needs_no_token() -> None:
    world = World()
    world.olga.http.headers.pop("Authorization")
    response = CALLS["SessionGet"](world)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("http://testserver/launch.html?token=")


@pytest.mark.parametrize("name", [*CALLS, *SEEIT_CALLS])
def test_another_account_sees_nothing(name: str) -> None:
    world = World()
    otto = sign_up(world.olga.sandbox, "otto@elsewhere.example", is_admin=True)
    world.olga.http.headers["Authorization"] = otto.http.headers["Authorization"]
    response = (CALLS | SEEIT_CALLS)[name](world)
    assert "Harbour" not in response.text
    assert "Ada Ferro" not in response.text
    assert world.uuid not in response.text
    if any(part in name for part in ("BySessionId", "ByCompanyId", "uuid", "Put")) and "RecordingIDs" not in name:
        assert response.status_code == 404


@pytest.mark.parametrize("name", SEEIT_CALLS)
def test_seeits_answer_is_what_the_specification_says(specification: dict[str, Any], name: str) -> None:
    response = SEEIT_CALLS[name](World())
    for path in specification["paths"].values():
        for operation in path.values():
            if operation["operationId"] == name:
                schema = operation["responses"][str(response.status_code)]["schema"]
    whole = {**schema, "definitions": specification["definitions"]}
    jsonschema.Draft4Validator(whole, format_checker=jsonschema.FormatChecker()).validate(response.json())


@pytest.mark.parametrize("name", SEEIT_CALLS)
def test_without_a_token_seeit_is_401_or_as_switched(name: str) -> None:
    world = World()
    world.olga.http.headers.pop("Authorization")
    assert SEEIT_CALLS[name](world).status_code == 401
    world.olga.control("switches", {"seeit_invalid_token": "403"}, "PUT")
    assert SEEIT_CALLS[name](world).status_code == 403
