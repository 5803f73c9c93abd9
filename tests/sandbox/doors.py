"""A client of the sandbox for its tests: plain HTTP over WSGI, with a token for whoever acts."""

from datetime import UTC, datetime
from typing import Any

import httpx2

from greenroom.sandbox import Clock, Sandbox

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
WEBINAR = "/G2W/rest/v2"
TRAINING = "/G2T/rest"
MEETING = "/G2M/rest"
ASSIST = "/G2A/rest/v1"
SEEIT = "/seeit/v1"
SCIM = "/identity/v1"
ADMIN = "/admin/rest/v1"
WIDE = {"fromTime": "2020-01-01T00:00:00Z", "toTime": "2030-01-01T00:00:00Z"}


class Door:
    """The sandbox as somebody sees it who holds one organizer's token, or none."""

    def __init__(self, sandbox: Sandbox, token: str | None = None, organizer_key: str = "") -> None:
        self.sandbox = sandbox
        self.organizer_key = organizer_key
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.Client(
            transport=httpx2.WSGITransport(app=sandbox.wsgi), base_url="http://testserver", headers=headers
        )

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.http.get(path, params=params or None)  # an empty dict would drop the query of the path

    def post(self, path: str, body: Any = None) -> httpx2.Response:
        return self.http.post(path, json=body)

    def put(self, path: str, body: Any = None) -> httpx2.Response:
        return self.http.put(path, json=body)

    def delete(self, path: str, body: Any = None, **params: Any) -> httpx2.Response:
        return self.http.request("DELETE", path, json=body, params=params)

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Call the control API and insist that it agrees."""
        response = self.http.request(method, f"/_sandbox/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def webinars(self) -> str:
        return f"{WEBINAR}/organizers/{self.organizer_key}/webinars"

    @property
    def trainings(self) -> str:
        return f"{TRAINING}/organizers/{self.organizer_key}/trainings"


def new_sandbox(path: str | None = None, **more: Any) -> Sandbox:
    return Sandbox(path, clock=Clock(frozen_at=NOW), public_url="http://testserver", **more)


def sign_up(sandbox: Sandbox, email: str, *, account_key: str | None = None, is_admin: bool = False) -> Door:
    """Make an organizer, in an account of their own unless one is named, and give the door with their token."""
    control = Door(sandbox)
    key = account_key or control.control("accounts", {"name": "Northwind Academy"})["key"]
    user = control.control("organizers", {"account_key": key, "email": email, "is_admin": is_admin})
    token = control.control("tokens", {"organizer": email})["access_token"]
    return Door(sandbox, token, user["key"])


def ada(**more: Any) -> dict[str, Any]:
    """A person to register for a webinar."""
    return {"firstName": "Ada", "lastName": "Ferro", "email": "ada@example.com", **more}


def meeting(**more: Any) -> dict[str, Any]:
    """A meeting to be held; every member is needed."""
    return {
        "subject": "Course planning",
        "starttime": "2026-09-02T10:00:00Z",
        "endtime": "2026-09-02T11:00:00Z",
        "passwordrequired": False,
        "conferencecallinfo": "VoIP",
        "timezonekey": "",
        "meetingtype": "scheduled",
        **more,
    }
