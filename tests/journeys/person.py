"""Somebody in front of a browser."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.users.models import User

PASSWORD = "correct horse"
PICTURES = Path(__file__).parents[2] / "var" / "journeys"


def work() -> int:
    """Run all background work that is due, as the worker would."""
    return run_until_idle(with_schedules=True)


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, context: BrowserContext, hub_url: str) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._hub_url = hub_url

    def _note(self, kind: str, text: str) -> None:
        # A form that is not right is answered with 422, which the browser reports as well.
        if kind == "error" and "422" not in text:
            self.complaints.append(text)

    def sign_in(self, user: User) -> None:
        self.page.goto(f"{self._hub_url}/")
        self.page.get_by_label("E-mail address").fill(user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name=f"Hello, {user.first_name}")).to_be_visible()

    def open(self, path: str) -> None:
        self.page.goto(f"{self._hub_url}{path}")

    def later(self, seconds: float = 10) -> None:
        """Let the hub do what is due, and this browser's timers fire as if so much time had passed."""
        work()
        self.context.clock.fast_forward(int(seconds * 1000))

    def hold_time(self) -> None:
        """Let no timer of this browser fire, until `go_on`: whoever is quick must not be too quick for the page."""
        self.context.clock.pause_at(self.page.evaluate("Date.now()") + 1000)

    def go_on(self) -> None:
        """Let time pass again."""
        self.context.clock.resume()

    def shoot(self, name: str, page: Page | None = None) -> None:
        """Keep a picture, to be looked at by people. A busy Chromium at times cannot take one: it is asked again."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for is_last in (False, False, True):
            try:
                (page or self.page).screenshot(path=PICTURES / f"{name}.png", full_page=True)
            except Error as error:
                if is_last or "Unable to capture screenshot" not in error.message:
                    raise
            else:
                return

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the focus is there, as somebody without a mouse does; it must be seen to be there."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                assert target.evaluate("element => element.matches(':focus-visible')")
                return
        raise AssertionError(f"Tab never reaches {target}")
