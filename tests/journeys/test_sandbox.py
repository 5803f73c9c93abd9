"""The sandbox's own pages in a browser: legible on every screen, alive, and safe against the mails they show."""

from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import NINE, address_of, served

from greenroom.sandbox import Clock, Sandbox

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1440)
PAGES = (
    "/", "/schedule", "/scenarios", "/scenarios/1", "/clock", "/mail", "/mail/{mail}", "/webhooks", "/counters",
    "/faults", "/switches", "/programs", "/register/{webinar}", "/host/webinar/{webinar}", "/sign-in", "/nowhere",
)  # fmt: skip
MAIL = b"""To: lena@example.com\r\nSubject: Hello\r\nContent-Type: text/html\r\n\r\n
<p id="hello">Hello</p><a href="/clock">The time</a>
<script>document.title = "taken"</script><img src="/switches?taken" onerror="document.title = 'taken'">
<meta http-equiv="refresh" content="0;url=/faults?taken">
<form action="/mail/clear" method="post"><button>Go</button></form>
<iframe src="/faults?taken"></iframe><link rel="stylesheet" href="/static/sandbox.css?taken">"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A served sandbox with the demo, a mail and a scenario."""
    with served() as server:
        sandbox = Sandbox(clock=Clock(frozen_at=NINE), public_url=address_of(server))
        server.app = sandbox.wsgi
        sandbox.seed("demo")
        sandbox.mailbox.receive(MAIL)
        crowd = {"event": f"webinars/{webinar_of(sandbox)}", "crowd": {"people": 20}}
        httpx2.post(f"{sandbox.core.public_url}/_sandbox/scenarios", json=crowd).raise_for_status()
        yield sandbox


def webinar_of(sandbox: Sandbox) -> str:
    """A webinar of the demo that lies ahead."""
    return next(webinar.key for webinar in sandbox.core.state.webinars if webinar.title == "Ladder safety basics")


@pytest.fixture
def page(chromium: Browser, sandbox: Sandbox) -> Iterator[Page]:
    """A browser in which Olga has signed in."""
    context = chromium.new_context(base_url=sandbox.core.public_url)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "olga@northwind.example")
    page.fill("#password", "sandbox")
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_legible_on_every_screen(page: Page, sandbox: Sandbox, scheme: str):
    keys = {"webinar": webinar_of(sandbox), "mail": sandbox.mailbox.mails()[0].key}
    page.emulate_media(color_scheme=scheme)
    wrong = []
    for path in PAGES:
        page.goto(path.format(**keys))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append((path, f"wider than {width}"))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = Axe().run(page, options={"iframes": False}).response["violations"]
        wrong += [(path, violation["id"]) for violation in found]
    assert [] == wrong


def test_people_come_before_ones_eyes(page: Page, sandbox: Sandbox):
    page.goto("/scenarios/1")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    sandbox.clock.advance(timedelta(minutes=50))
    sandbox.tick()
    expect(page.get_by_role("heading", name="In the room")).to_be_visible()  # nobody loaded the page again
    page.get_by_role("button", name="Jump to the end").click()
    expect(page.get_by_text("Nothing more.")).to_be_visible()


def test_the_html_of_a_mail_runs_nothing_and_loads_nothing(page: Page, sandbox: Sandbox):
    reached: list[str] = []
    page.context.on("response", lambda response: reached.append(response.url))
    key = sandbox.mailbox.mails()[0].key
    for path in (f"/mail/{key}", f"/mail/{key}/html"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert "taken" not in page.title()
    assert [] == [url for url in reached if "taken" in url]
    page.goto(f"/mail/{key}")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#hello")).to_have_text("Hello")
    frame.get_by_role("button", name="Go").click()
    assert 1 == len(sandbox.mailbox.mails())
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="The time").click()
    expect(opened.value.get_by_role("heading", name="Clock")).to_be_visible()
