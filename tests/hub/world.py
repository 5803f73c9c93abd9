"""A GoTo to test against: the sandbox in process, with the hub's clock and its own moving together."""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx2

from greenroom.hub.core.clock import SetClock
from greenroom.sandbox import Clock, Sandbox

GOTO_URL = "http://goto.test"


class World:
    """Time, and GoTo."""

    def __init__(
        self, now: datetime, url: str = GOTO_URL, webhook_transport: httpx2.BaseTransport | None = None
    ) -> None:
        self.clock = SetClock(now)
        self.sandbox = Sandbox(clock=Clock(frozen_at=now), public_url=url, webhook_transport=webhook_transport)
        self.transport = httpx2.WSGITransport(app=self.sandbox.wsgi)
        self._http = httpx2.Client(transport=self.transport, base_url=GOTO_URL)
        account = self.control("POST", "accounts", name="Northwind Academy")["key"]
        self.olga_key = self.add_organizer(account, "olga@northwind.example", "Olga", "Ortiz", is_admin=True)

    def add_organizer(self, account: str, email: str, first: str, last: str, *, is_admin: bool = False) -> str:
        """Add somebody who owns events, and return their key."""
        return self.control(
            "POST", "organizers", account_key=account, email=email, first_name=first, last_name=last,
            password="sandbox", time_zone="America/New_York", is_admin=is_admin,
        )["key"]  # fmt: skip

    def add_stranger(self) -> str:
        """Add Hanna, an organizer of another account that is not connected, and return her key."""
        account = self.control("POST", "accounts", name="Harbor Safety Training")["key"]
        return self.add_organizer(account, "hanna@harbor.example", "Hanna", "Berg", is_admin=True)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance(self, **duration: float) -> None:
        """Move both clocks on."""
        self.clock.advance(**duration)
        self.sandbox.clock.set(self.clock.now())
        self.sandbox.tick()

    def control(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """Call the sandbox's control API."""
        answer = self._http.request(method, f"/_sandbox/{path}", json=body if method != "GET" else None)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else {}

    def browse(self, path: str) -> httpx2.Response:
        """Open a page of the sandbox, as a person's browser would."""
        return self._http.get(path)

    def schedule_webinar(
        self, title: str = "Ladder safety", *, starts_in: timedelta = timedelta(hours=1), **more: Any
    ) -> str:
        """Make a webinar of an hour and return its key."""
        body = {"organizer": "olga@northwind.example", "title": title, "duration_minutes": 60} | more
        if "times" not in body:
            body["starts_at"] = (self.now + starts_in).isoformat()
        else:
            body.pop("duration_minutes")
        return self.control("POST", "webinars", **body)["key"]

    def schedule_training(
        self, title: str = "Forklift theory", *, starts_in: timedelta = timedelta(hours=1), **more: Any
    ) -> str:
        """Make a training of an hour and return its key."""
        body = {"organizer": "olga@northwind.example", "title": title, "duration_minutes": 60} | more
        return self.control("POST", "trainings", starts_at=(self.now + starts_in).isoformat(), **body)["key"]

    def schedule_meeting(
        self, title: str = "Team hour", *, starts_in: timedelta = timedelta(hours=1), **more: Any
    ) -> str:
        """Make a meeting of an hour and return its key; `kind` may be recurring or immediate."""
        body = {"organizer": "olga@northwind.example", "title": title, "duration_minutes": 60} | more
        return self.control("POST", "meetings", starts_at=(self.now + starts_in).isoformat(), **body)["key"]

    def hold_meeting(self, key: str, people: list[dict[str, Any]], *, minutes: int = 60) -> None:
        """Write a run of a meeting that is over now; each person has `name`, `email` or both, and joins in minutes."""
        start = self.now - timedelta(minutes=minutes)
        stays = [
            [[(start + timedelta(minutes=minute)).isoformat() for minute in stay] for stay in person["joined"]]
            for person in people
        ]
        self.control(
            "POST",
            f"meetings/{key}/attendance",
            started_at=start.isoformat(),
            ended_at=self.now.isoformat(),
            people=[
                {name: value for name, value in person.items() if name != "joined"} | {"intervals": intervals}
                for person, intervals in zip(people, stays, strict=True)
            ],
        )

    def start_support(self, **body: Any) -> str:
        """Make a support session of Olga's and return its key."""
        token = self.control("POST", "tokens", organizer="olga@northwind.example")["access_token"]
        body = {"sessionType": "screen_sharing", "customerName": "Lena", "customerEmail": "lena@example.com"} | body
        made = self._http.post("/G2A/rest/v1/sessions", json=body, headers={"Authorization": f"Bearer {token}"})
        assert made.is_success, made.text
        return made.json()["sessionId"]

    def move_support(self, key: str, *acts: str) -> None:
        """Let technician and customer do these things, of launch, join and end."""
        for act in acts:
            self.control("POST", f"assist/{key}/{act}")

    def launch(self, key: str, kind: str = "webinars") -> None:
        self.control("POST", f"{kind}/{key}/launch")

    def end(self, key: str, kind: str = "webinars") -> None:
        self.control("POST", f"{kind}/{key}/end")

    def move(self, key: str, email: str, action: str, kind: str = "webinars") -> None:
        """Let somebody join or leave."""
        self.control("POST", f"{kind}/{key}/people", email=email, action=action)

    def write_attendance(
        self, key: str, people: dict[str, list[Any]], *, minutes: int = 60, kind: str = "webinars"
    ) -> None:
        """Write a session that began an `minutes` ago and is over: intervals in minutes from its start, by address."""
        start = self.now - timedelta(minutes=minutes)
        self.control(
            "POST",
            f"{kind}/{key}/attendance",
            started_at=start.isoformat(),
            ended_at=self.now.isoformat(),
            people=[
                {
                    "email": email,
                    "intervals": [
                        [(start + timedelta(minutes=a)).isoformat(), (start + timedelta(minutes=b)).isoformat()]
                        for a, b in stays
                    ],
                }
                for email, stays in people.items()
            ],
        )

    def answer(self, operation: str, body: Any, **fault: Any) -> None:
        """Have GoTo give this answer once, whatever is true."""
        self.fail(kind="status", status=200, operation=operation, body=json.dumps(body), **fault)

    def fail(self, **fault: Any) -> None:
        """Make calls go wrong; see the sandbox's reference for what can be said."""
        self.control("POST", "faults", **fault)

    def list_calls(self) -> list[str]:
        """Return the operations that were called since the calls were counted last, in order; not of signing in."""
        recent = self.control("GET", "counters")["recent"]
        self.control("DELETE", "counters")
        return [one["operation"] for one in recent if one["product"] != "oauth"]

    def count_calls(self) -> int:
        """Return the calls of GoTo's APIs since they were counted last, and start again from zero."""
        total = self.control("GET", "counters")["total"]
        self.control("DELETE", "counters")
        return total

    def ask_goto(self, path: str, method: str = "GET", **body: Any) -> Any:
        """Call GoTo's own API as Olga, with a path below her name, such as `webinars/1/registrants/2`."""
        token = self.control("POST", "tokens", organizer="olga@northwind.example")["access_token"]
        base = "/G2T/rest" if path.startswith("trainings") else "/G2W/rest/v2"
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{base}/organizers/{self.olga_key}/{path}"
        answer = self._http.request(method, address, headers=headers, json=body or None)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def remove_registrant(self, key: str, registrant_key: str) -> None:
        """Take a person off a webinar, as the organizer does at GoTo."""
        self.ask_goto(f"webinars/{key}/registrants/{registrant_key}", "DELETE")

    def list_webinars(self) -> list[dict[str, Any]]:
        """Return Olga's webinars of some years as GoTo's own API lists them; 200 at most."""
        listed = self.ask_goto("webinars?fromTime=2020-01-01T00:00:00Z&toTime=2040-01-01T00:00:00Z&size=200")
        return listed.get("_embedded", {}).get("webinars", [])

    def registrants_at_goto(self, key: str, kind: str = "webinars") -> list[dict[str, Any]]:
        """Return the registrants as GoTo's own API lists them."""
        return self.ask_goto(f"{kind}/{key}/registrants")
