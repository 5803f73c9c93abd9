"""
What a journey needs: a hub and a GoTo that are really served, a browser, and the time in our hands.

Hub and sandbox are served by threads of this process, so the test moves their clocks, and those of the browsers, by
itself; nothing waits for time to pass. The database is a SQLite file of its own, because threads share it.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright
from tests.factories.courses import make_course, make_enrollment, make_section
from tests.factories.users import make_user
from tests.hub.world import World
from tests.journeys.person import Person, work
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from greenroom.hub import env
from greenroom.hub.connections.services import begin_authorization, finish_authorization
from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.courses.services import add_event_item
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User
from greenroom.sandbox.mail.server import MailServer

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


class SilentHandler(WSGIRequestHandler):
    """Says nothing about requests."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def served() -> Iterator[BaseWSGIServer]:
    """Hold a free port; what answers there is put into `app`, before anybody comes."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=SilentHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def address_of(server: BaseWSGIServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Open one Chromium for all journeys."""
    path = os.environ.get("GREENROOM_TEST_CHROMIUM", "/usr/bin/chromium")
    # Playwright's loop runs in this thread; tests never await, so they may ask the database all the same.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=20_000)  # a page may be slow to come where other tests run beside it
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def using_database(path: Path) -> Iterator[None]:
    """Let all threads use this SQLite file; afterwards all is as it was."""
    before, connection = connections.settings["default"], connections["default"]
    file = connections.configure_settings({"default": env.database("NO_DATABASE_URL", path)})["default"]
    connections.settings["default"] = file
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = before, connection


@pytest.fixture(scope="session")
def empty_database(chromium: Browser, tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Path:
    """Make a folder with a migrated database, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    with django_db_blocker.unblock(), using_database(folder):
        call_command("migrate", verbosity=0)
    return folder


@pytest.fixture
def database(empty_database: Path, tmp_path: Path, django_db_blocker) -> Iterator[None]:
    """Give the journey a database of its own."""
    folder = tmp_path / "database"
    shutil.copytree(empty_database, folder)
    with django_db_blocker.unblock(), using_database(folder):
        yield


@pytest.fixture
def world(database: None, settings) -> Iterator[World]:
    """Serve a GoTo in which Olga organizes. It is nine o'clock on a Monday, UTC."""
    with served() as server:
        world = World(NINE, url=address_of(server))
        server.app = world.sandbox.wsgi
        settings.CLOCK, settings.GOTO_TRANSPORT = world.clock, None
        settings.GOTO_API_URL = settings.GOTO_AUTH_URL = address_of(server)
        yield world


@pytest.fixture
def hub_url(world: World, settings) -> Iterator[str]:
    """Serve the hub."""
    with served() as server:
        settings.PUBLIC_URL = address_of(server)
        settings.CSRF_TRUSTED_ORIGINS = [address_of(server)]
        server.app = get_wsgi_application()
        yield address_of(server)


@pytest.fixture
def meet(chromium: Browser, world: World, hub_url: str) -> Iterator[Callable[..., Person]]:
    """Open a browser for somebody; with a user, they are signed in."""
    people: list[Person] = []

    def open_browser(user: User | None = None, **options: object) -> Person:
        context = chromium.new_context(
            viewport={"width": 1200, "height": 900}, timezone_id="Europe/Berlin", reduced_motion="reduce", **options
        )
        if options.get("java_script_enabled", True):
            context.clock.install(time=world.now)
        person = Person(context, hub_url)
        people.append(person)
        if user:
            person.sign_in(user)
        return person

    yield open_browser
    complaints = [text for person in people for text in person.complaints]
    for person in people:
        person.context.close()
    assert complaints == []


@pytest.fixture
def ada(database: None) -> User:
    """Ada administers the site."""
    return make_user("Ada", is_site_admin=True)


@pytest.fixture
def section(database: None) -> Section:
    """An empty section of a course without people."""
    return make_section(make_course())


@pytest.fixture
def cast(section: Section) -> dict[str, User]:
    """Ivan instructs, Eda edits, Lena and Nils learn."""
    roles = {"Ivan": "instructor", "Eda": "editor", "Lena": "learner", "Nils": "learner"}
    people = {name: make_user(name) for name in roles}
    for name, role in roles.items():
        make_enrollment(section.lesson.course, people[name], role)
    return people


@pytest.fixture
def mara(database: None) -> User:
    """Mara, who does marketing."""
    return make_user("Mara", is_marketer=True)


@pytest.fixture
def connected(ada: User, hub_url: str) -> None:
    """Olga's account, connected."""
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email="olga@northwind.example", password="sandbox")
    finish_authorization(actor=ada, pending=pending, answer=answer)


@pytest.fixture
def webinar(world: World) -> str:
    """Plan a webinar in an hour that asks for more than a name, and return its key."""
    return world.schedule_webinar(
        "Ladder safety",
        description="What holds, what slips, and how to fall.",
        fields=[{"name": "organization", "is_required": True}, "industry"],
        questions=[
            # GoTo numbers answers from 0, and 0 must not get lost.
            {"text": "How often do you climb?", "is_required": True, "choices": ["Never", "Weekly", "Daily"]},
            {"text": "What should we talk about?"},
        ],
    )


@pytest.fixture
def item(connected: None, section: Section, webinar: str, ada: User) -> SectionItem:
    """That webinar, read from GoTo and put into the course, with what its organizer asks."""
    work()
    item = add_event_item(section=section, event=Event.objects.get(event_key=webinar), actor=ada)
    work()
    return item


@pytest.fixture
def mailbox(world: World, settings) -> Iterator[None]:
    """Let the hub send to the sandbox's mailbox."""
    server = MailServer(world.sandbox.mailbox)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield
    server.stop()
