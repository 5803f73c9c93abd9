"""
A GoTo to measure against: the sandbox, served on loopback by a process of its own.

In process, making 50,000 registrants would be counted as the hub's own work.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

PATIENCE = 60
PASSWORD = "sandbox"


@dataclass(frozen=True)
class Organizer:
    """Somebody whose webinars are read."""

    email: str
    key: str


class Goto:
    """The sandbox at an address."""

    def __init__(self, url: str) -> None:
        """Talk to its control API with all the patience that big lists need."""
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=PATIENCE)
        self.close = self._http.close

    @property
    def environment(self) -> dict[str, str]:
        """Return the hub's settings that point it here, without a pace: waiting is not what we measure."""
        return {
            "GREENROOM_GOTO_API_URL": self.url,
            "GREENROOM_GOTO_AUTH_URL": self.url,
            "GREENROOM_GOTO_CLIENT_ID": "greenroom-demo",
            "GREENROOM_GOTO_CLIENT_SECRET": "greenroom-demo-secret",
            "GREENROOM_GOTO_CALLS_PER_SECOND": "1000000",
        }

    def add_organizer(self, name: str) -> Organizer:
        """Add an organizer with an account of their own."""
        account = self._control("accounts", name=f"{name} Academy")["key"]
        email = f"{name.lower()}@bench.example"
        made = self._control(
            "organizers",
            account_key=account,
            email=email,
            first_name=name,
            last_name="Bench",
            password=PASSWORD,
            time_zone="America/New_York",
            is_admin=True,
        )
        return Organizer(email, made["key"])

    def schedule(self, organizer: Organizer, *, registrants: int) -> str:
        """Plan a webinar for tomorrow and return its key."""
        return self._plan(organizer, datetime.now(UTC) + timedelta(days=1), registrants)

    def hold(self, organizer: Organizer) -> None:
        """Plan a webinar for the day before yesterday, with a session of an hour and one person in it."""
        start = datetime.now(UTC) - timedelta(days=2)
        moments = [start.isoformat(), (start + timedelta(hours=1)).isoformat()]
        key = self._plan(organizer, start, [{"email": "lena@bench.example"}])
        person = {"email": "lena@bench.example", "intervals": [moments]}
        self._control(f"webinars/{key}/attendance", started_at=moments[0], ended_at=moments[1], people=[person])

    def go_live(self, organizer: Organizer, emails: list[str]) -> str:
        """Plan a webinar for these people, let its organizer start it, and return its key."""
        key = self._plan(organizer, datetime.now(UTC), [{"email": email} for email in emails])
        self._control(f"webinars/{key}/launch")
        return key

    def _plan(self, organizer: Organizer, start: datetime, registrants: int | list[dict[str, str]]) -> str:
        body = {"organizer": organizer.email, "title": "Ladder safety", "duration_minutes": 60}
        key: str = self._control("webinars", **body, starts_at=start.isoformat(), registrants=registrants)["key"]
        return key

    def listing(self, organizer: Organizer, key: str) -> dict[str, Any]:
        """Return the address and headers that get all registrants of a webinar in one answer, and their parts."""
        token = self._control("tokens", organizer=organizer.email)["access_token"]
        return {
            "base_url": self.url,
            "token": token,
            "keys": [organizer.key, key],
            "url": f"{self.url}/G2W/rest/v2/organizers/{organizer.key}/webinars/{key}/registrants",
            "headers": {"Authorization": f"Bearer {token}", "Accept": "application/json"},
        }

    def save_registrants(self, organizer: Organizer, path: Path, *, registrants: int) -> str:
        """Plan a webinar, save the answer that lists its registrants, and return the file's path."""
        listing = self.listing(organizer, self.schedule(organizer, registrants=registrants))
        answer = self._http.get(listing["url"], headers=listing["headers"])
        path.write_bytes(answer.raise_for_status().content)
        return str(path)

    def _control(self, path: str, **body: Any) -> Any:
        answer = self._http.post(f"/_sandbox/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def wait_until_served(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """
        Wait for the first answer.

        Raises:
            RuntimeError: it did not come up.
        """
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            try:
                self._http.get("/_sandbox/state").raise_for_status()
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"The sandbox did not come up; the last it said:\n{log.read_text()[-2000:]}")


@contextmanager
def serve_goto(folder: Path) -> Iterator[Goto]:
    """Serve an empty sandbox that keeps its state in `folder`, until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "GREENROOM_SANDBOX_PORT": str(port),
        "GREENROOM_SANDBOX_URL": f"http://127.0.0.1:{port}",
        "GREENROOM_SANDBOX_SEED": "none",
        "GREENROOM_SANDBOX_SMTP_PORT": "0",
        "GREENROOM_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "greenroom.sandbox"]
    log = folder / "sandbox.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        with closing(Goto(f"http://127.0.0.1:{port}")) as goto:
            goto.wait_until_served(process, log)
            yield goto
    finally:
        process.terminate()
        process.wait(PATIENCE)


def free_port() -> int:
    """Return a port of loopback that nobody has at the moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port
