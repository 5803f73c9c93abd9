"""The cast of the hub's tests, and the world they live in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.users import make_user
from tests.hub.world import World

from greenroom.hub.connections import goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import begin_authorization, finish_authorization
from greenroom.hub.courses.models import Course, Section, SectionItem
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.models import Event
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.sync.services import open_run, read_registration_form, synchronize
from greenroom.hub.users.models import User

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def world(settings, monkeypatch) -> World:
    """GoTo with Olga, who organizes; nothing planned yet. It is nine o'clock on a Monday, UTC."""
    world = World(NINE)
    monkeypatch.setattr(goto, "RETRY", replace(goto.RETRY, first_wait=0))
    settings.CLOCK, settings.GOTO_TRANSPORT = world.clock, world.transport
    return world


@pytest.fixture
def postgresql(transactional_db: None) -> None:
    """Skip a test of races where there is one writer at a time."""
    if database.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; set GREENROOM_DATABASE_URL to a PostgreSQL server")


@pytest.fixture
def ada(db) -> User:
    """Ada administers the site."""
    return make_user("Ada", is_site_admin=True)


@pytest.fixture
def mara(db) -> User:
    """Mara markets: she sees events and contacts."""
    return make_user("Mara", is_marketer=True)


@pytest.fixture
def ivan(db) -> User:
    """Ivan instructs."""
    return make_user("Ivan")


@pytest.fixture
def eda(db) -> User:
    """Eda edits."""
    return make_user("Eda")


@pytest.fixture
def lena(db) -> User:
    """Lena learns."""
    return make_user("Lena")


@pytest.fixture
def asa(db) -> User:
    """Asa assists."""
    return make_user("Asa")


@pytest.fixture
def obi(db) -> User:
    """Obi observes."""
    return make_user("Obi")


@pytest.fixture
def otto(db) -> User:
    """Otto is an outsider: he signs in, and takes part in nothing."""
    return make_user("Otto")


@pytest.fixture
def browser() -> Iterator[Callable[[User], Client]]:
    """Open a browser in which somebody has signed in; files it was sent are read to the end, which closes them."""
    with ExitStack() as sent:

        class Browser(Client):
            def request(self, **request: object) -> HttpResponse:
                answer = super().request(**request)
                if answer.streaming:
                    sent.callback(lambda: b"".join(answer))
                return answer

        def open_browser(user: User) -> Client:
            client = Browser()
            client.force_login(user)
            return client

        yield open_browser


@pytest.fixture
def connection(world: World, ada: User) -> Connection:
    """Olga's account, connected as a person would: by signing in at GoTo and allowing access."""
    return connect("olga@northwind.example", ada)


def connect(email: str, actor: User) -> Connection:
    """Connect an organizer's account through GoTo's own pages."""
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email=email, password="sandbox")
    return finish_authorization(actor=actor, pending=pending, answer=answer)


@pytest.fixture
def pull(connection: Connection) -> Callable[..., Event | None]:
    """Read everything from GoTo, and return the event with the key that was asked for, its form too."""

    def pull_product(key: str = "", product: str = "webinar") -> Event | None:
        run = open_run(connection=connection, product=product, is_full=True)
        assert run is not None
        synchronize(run=run)
        for event in Event.objects.filter(event_key=key):
            read_registration_form.call(event_id=event.pk)
        return Event.objects.select_related("connection").filter(event_key=key).first()

    return pull_product


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run all background work that is due."""
    return run_until_idle


@pytest.fixture
def course(ivan: User, eda: User, lena: User) -> Course:
    """A course that Ivan teaches, Eda edits and Lena takes."""
    course = make_course()
    make_enrollment(course, ivan, "instructor")
    make_enrollment(course, eda, "editor")
    make_enrollment(course, lena, "learner")
    return course


@pytest.fixture
def section(course: Course) -> Section:
    """An empty section of the course."""
    return make_section(course)


@pytest.fixture
def event(world: World, pull: Callable[..., Event]) -> Event:
    """A webinar of Olga's that starts in an hour, read from GoTo."""
    return pull(world.schedule_webinar())


@pytest.fixture
def item(section: Section, event: Event) -> SectionItem:
    """That webinar in the course."""
    return make_item(section, event)
