"""Support sessions: launched, joined, ended, told to the partner's system; and Seeit's."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.sandbox.doors import ASSIST, SEEIT, Door, new_sandbox

from greenroom.sandbox import Sandbox

CALLBACK = "https://desk.example/goto/status"


class Partner:
    """The partner's system, which keeps what it is told."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(200)

    @property
    def statuses(self) -> list[str]:
        return [json.loads(request.content)["status"] for request in self.requests]


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def sandbox(partner: Partner) -> Sandbox:
    return new_sandbox(webhook_transport=httpx2.MockTransport(partner))


def test_a_session_is_told_to_the_partner_at_every_step(olga: Door, partner: Partner) -> None:
    body = {"sessionType": "screen_sharing", "customerName": "Ada Ferro", "sessionStatusCallbackUrl": CALLBACK}
    made = olga.post(f"{ASSIST}/sessions", body).json()
    assert made["status"] == "notStarted"
    technician, customer = Door(olga.sandbox), Door(olga.sandbox)
    launch = urlsplit(made["startScreenSharing"]["launchUrl"]).path
    assert "Waiting for the customer" in technician.get(launch).text
    support_key = olga.control("state", method="GET")["assist_sessions"][0]["support_key"]
    assert "is with you" in customer.get(f"/support/{support_key}").text
    assert technician.http.post(f"{launch}/end").status_code == 303
    assert technician.http.post(f"{launch}/end").status_code == 409
    olga.sandbox.tick()
    assert partner.statuses == ["waiting", "active", "complete"]
    assert str(partner.requests[0].url) == CALLBACK
    assert "X-Webhook-Signature" not in partner.requests[0].headers
    told = olga.get(f"{ASSIST}/sessions/{made['sessionToken']}").json()
    assert (told["sessionId"], told["status"], told["customerName"]) == (made["sessionId"], "complete", "Ada Ferro")
    assert told["startedAt"] <= told["customerJoinedAt"] <= told["endedAt"]


def test_a_machine_is_helped_without_anybody_there(olga: Door) -> None:
    company = {"organizer_key": olga.organizer_key, "name": "Harbour", "machines": ["Desk", "Till"]}
    made = olga.control("companies", company)
    machines = olga.get(f"{ASSIST}/companies/{made['key']}/machines").json()
    assert machines["totalNumMachines"] == 2
    uuid = made["machines"][0]["uuid"]
    assert machines["machines"][uuid]["machineName"] == "Desk"
    body = {"sessionType": "screen_sharing", "machineUuid": uuid}
    key = olga.post(f"{ASSIST}/sessions", body).json()["sessionId"]
    launched = olga.control(f"assist/{key}/launch")
    assert (launched["status"], launched["unattendedMachineUuid"]) == ("active", uuid)
    assert olga.post(f"{ASSIST}/sessions", body | {"machineUuid": "unknown"}).status_code == 400


def test_a_session_nobody_launches_is_abandoned(olga: Door) -> None:
    key = olga.post(f"{ASSIST}/sessions", {"sessionType": "web_chat"}).json()["sessionId"]
    olga.sandbox.clock.advance(timedelta(days=2))
    olga.sandbox.tick()
    assert olga.sandbox.core.state.assist_sessions[key].status == "abandoned"


def test_sessions_are_listed_by_their_time_and_kept_for_thirty_days(olga: Door) -> None:
    key = olga.post(f"{ASSIST}/sessions", {"sessionType": "screen_sharing"}).json()["sessionId"]
    day = {"fromTime": "2026-09-01T00:00:00Z", "toTime": "2026-09-02T00:00:00Z"}
    assert [s["sessionId"] for s in olga.get(f"{ASSIST}/sessions", **day).json()["sessions"]] == [key]
    assert olga.get(f"{ASSIST}/sessions", fromTime="2026-09-02T00:00:00Z").json() == {"sessions": []}
    assert olga.get(f"{ASSIST}/sessions", fromTime="2026-09-01T02:00:00+02:00").status_code == 400
    olga.control(f"assist/{key}/end")
    olga.sandbox.clock.advance(timedelta(days=31))
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    assert Door(olga.sandbox, token).get(f"{ASSIST}/sessions/{key}").status_code == 404


def test_the_companies_limit_is_fifty(olga: Door) -> None:
    for number in range(3):
        olga.control("companies", {"organizer_key": olga.organizer_key, "name": f"Company {number}"})
    shown = olga.get(f"{ASSIST}/companies", limit=1, offset=1).json()
    assert (shown["totalNumCompanies"], shown["companies"][0]["companyName"]) == (3, "Company 1")
    assert olga.get(f"{ASSIST}/companies", limit=51).status_code == 400


@pytest.mark.parametrize(
    "form", ["urls?recordingIds={id}", "urls&recordingId={id}", "urls[&recordingId={id}]", "urls?recordingId={id}"]
)
def test_recordings_are_transcoded_before_they_can_be_downloaded(olga: Door, form: str) -> None:
    key = olga.post(f"{ASSIST}/sessions", {"sessionType": "screen_sharing"}).json()["sessionId"]
    for act in ("launch", "join", "end"):
        olga.control(f"assist/{key}/{act}")
    recordings = f"{ASSIST}/archive/recordings"
    assert olga.get(recordings).status_code == 400  # one of three keys is needed
    listed = olga.get(recordings, userKey=olga.organizer_key).json()
    recording_id = listed["readyForTranscodeRecordingIds"][0]
    path = f"{recordings}/{form.format(id=recording_id)}"
    assert olga.get(path).json() == {"recordings": []}
    assert olga.post(f"{recordings}/transcode/{recording_id},77").status_code == 204
    assert olga.put(f"{recordings}/archived/{recording_id}").status_code == 204
    found = olga.get(path).json()["recordings"][0]
    assert (found["sessionId"], found["archived"]) == (key, True)
    path = urlsplit(found["mp4Url"]).path
    assert olga.get(path).headers["Content-Type"] == "video/mp4"
    assert "keeps no video" in olga.http.get(path, headers={"Accept": "text/html"}).text
    too_many = ",".join(str(number) for number in range(501))
    assert olga.post(f"{recordings}/transcode/{too_many}").status_code == 400


def test_tickets_and_links_are_kept_per_account(olga: Door, otto: Door) -> None:
    link = {"systemName": "Desk", "systemDomain": "desk.example", "callbackUrl": "https://desk.example/"}
    assert olga.post(f"{ASSIST}/systemLinks", link).status_code == 201
    assert olga.post(f"{ASSIST}/systemLinks", link | {"callbackUrl": "http://desk.example/"}).status_code == 400
    assert len(olga.get(f"{ASSIST}/systemLinks").json()["systemLinks"]) == 1
    told = olga.post(f"{ASSIST}/systemLinks", link | {"supportedCallbacks": {"createObject": True}}).json()
    assert told["supportedCallbacks"] == {"createObject": True}
    for wrong in (["createObject"], {"dropObject": True}, {"createObject": "yes"}):
        assert olga.post(f"{ASSIST}/systemLinks", link | {"supportedCallbacks": wrong}).status_code == 400
    assert otto.get(f"{ASSIST}/systemLinks").json() == {"systemLinks": []}
    ticket = {"userToken": "t", "title": "Printer"}
    made = olga.post(f"{ASSIST}/", ticket).json()
    assert olga.get(f"{ASSIST}/", q="print").json()["tickets"] == [made]
    assert olga.post(f"{ASSIST}/", {"userToken": "t"}).status_code == 400
    assert otto.get(f"{ASSIST}/").json()["total"] == 0


def test_a_technician_can_start_from_the_browser(olga: Door) -> None:
    browser = Door(olga.sandbox)
    location = urlsplit(browser.get(f"{ASSIST}/session").headers["Location"])
    here = f"{location.path}?{location.query}"
    assert browser.get(here).headers["Location"].startswith("/sign-in")
    browser.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    launch = browser.get(here).headers["Location"]
    assert "Waiting for the customer" in browser.get(launch).text


# Seeit


def test_a_seeit_session_goes_from_created_to_finished(olga: Door) -> None:
    made = olga.post(f"{SEEIT}/sessions").json()
    path = f"{SEEIT}/sessions/{made['uuid']}"
    assert olga.get(path).json()["sessionStatus"] == "CREATED"
    assert olga.get(path).json()["sessionCreateTime"] == 1788264000000
    olga.sandbox.clock.advance(timedelta(seconds=5))
    browser = Door(olga.sandbox)
    assert "Your technician has not started yet" in browser.get(f"/seeit/join/{made['uuid']}").text
    assert "Waiting for the customer" in browser.get(urlsplit(made["startUrl"]).path).text
    assert olga.get(path).json()["sessionStartTime"] == 1788264005000
    assert "is with you" in browser.get(f"/seeit/join/{made['uuid']}").text
    olga.control(f"seeit/{made['uuid']}/finish", {"photos": 2, "notes": "Loose screw"})
    assert "This session is over" in browser.get(f"/seeit/join/{made['uuid']}").text
    told = olga.get(path).json()
    assert (told["sessionStatus"], told["sessionDataStatus"], told["sessionDataPhotoCount"]) == (
        "FINISHED",
        "AVAILABLE",
        2,
    )
    assert "startUrl" not in told
    assert olga.post(f"/_sandbox/seeit/{made['uuid']}/finish", {}).status_code == 409
    olga.sandbox.clock.advance(timedelta(hours=73))
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    assert Door(olga.sandbox, token).get(path).json()["sessionDataStatus"] == "NO_DATA"


def test_a_fresh_session_is_409_while_the_switch_says_so(olga: Door) -> None:
    olga.control("switches", {"seeit_settles_after_seconds": 2}, "PUT")
    uuid = olga.post(f"{SEEIT}/sessions").json()["uuid"]
    assert olga.get(f"{SEEIT}/sessions/{uuid}").status_code == 409
    assert olga.get(f"{SEEIT}/sessions").json()["content"] == []
    olga.sandbox.clock.advance(timedelta(seconds=2))
    assert olga.get(f"{SEEIT}/sessions/{uuid}").status_code == 200
    assert olga.get(f"{SEEIT}/sessions/not-a-uuid").status_code == 404


def test_seeit_pages_five_at_a_time_and_sorts(olga: Door) -> None:
    for _ in range(7):
        olga.post(f"{SEEIT}/sessions")
        olga.sandbox.clock.advance(timedelta(seconds=1))
    first = olga.get(f"{SEEIT}/sessions").json()
    assert first["page"] == {"number": 0, "size": 5, "totalElements": 7, "totalPages": 2}
    assert [link["rel"] for link in first["links"]] == ["self", "next"]
    second = olga.get(first["links"][1]["href"].removeprefix("http://testserver")).json()
    assert [link["rel"] for link in second["links"]] == ["self", "prev"]
    assert len(second["content"]) == 2
    newest = olga.get(f"{SEEIT}/sessions", sort="sessionCreateTime,desc", size=1).json()["content"][0]
    assert newest["uuid"] == second["content"][-1]["uuid"]
    assert len(olga.get(f"{SEEIT}/sessions", sort="sessionEndTime").json()["content"]) == 5
    assert olga.get(f"{SEEIT}/sessions", startTime=1788264005000).json()["page"]["totalElements"] == 2
    assert olga.get(f"{SEEIT}/sessions", sort="colour").status_code == 400
