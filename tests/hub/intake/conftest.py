"""A GoTo that delivers its webhooks into the hub, in process."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from django.test import Client
from tests.hub.conftest import NINE
from tests.hub.world import World

from greenroom.hub.connections import goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.models import Fact


class HubTransport(httpx2.BaseTransport):
    """Carries what GoTo sends to the hub, through all that a request passes there."""

    def __init__(self) -> None:
        self.is_down = False
        self.missed: list[httpx2.Request] = []
        self.statuses: list[int] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_down:
            self.missed.append(request)
            raise httpx2.ConnectError("nobody there")
        answer = Client().generic(
            request.method,
            request.url.path,
            request.read(),
            content_type=request.headers.get("Content-Type", ""),
            headers={name: value for name, value in request.headers.items() if name.startswith("x-")},
        )
        self.statuses.append(answer.status_code)
        return httpx2.Response(answer.status_code)


@pytest.fixture
def hub() -> HubTransport:
    """The way from GoTo to the hub."""
    return HubTransport()


@pytest.fixture
def world(settings, monkeypatch, hub: HubTransport) -> World:
    """GoTo with Olga, who organizes; it reaches the hub. It is nine o'clock on a Monday, UTC."""
    world = World(NINE, webhook_transport=hub)
    monkeypatch.setattr(goto, "RETRY", replace(goto.RETRY, first_wait=0))
    settings.CLOCK, settings.GOTO_TRANSPORT = world.clock, world.transport
    settings.WEBHOOKS = "on"
    return world


@pytest.fixture
def settle(world: World, run_jobs: Callable[[], int]) -> Callable[[], None]:
    """Do the background work, and that which comes again after a while."""

    def do_all() -> None:
        for _ in range(4):
            run_jobs()
            world.advance(seconds=15)
        run_jobs()

    return do_all


@pytest.fixture
def hooked(connection: Connection, settle: Callable[[], None], hub: HubTransport) -> Connection:
    """Olga's account, with webhooks that deliver."""
    settle()
    connection.refresh_from_db()
    assert connection.webhooks_trusted_until, list(Job.objects.values_list("name", "state", "attempts", "last_error"))
    hub.statuses.clear()
    return connection


@pytest.fixture
def event(hooked: Connection, world: World, pull: Callable[..., Event]) -> Event:
    """A webinar of Olga's that starts in an hour, read from GoTo; its registrants were read a minute ago."""
    event = pull(world.schedule_webinar())
    world.advance(minutes=1)
    WebhookDelivery.objects.all().delete()
    return event


@pytest.fixture
def deliver(world: World, run_jobs: Callable[[], int]) -> Callable[[], None]:
    """Let GoTo deliver what has happened, and the hub apply it."""

    def tick() -> None:
        world.sandbox.tick()
        run_jobs()

    return tick


def facts(**about: Any) -> list[str]:
    """Return the kinds of the facts about people, in order."""
    people = Fact.objects.filter(registrant_id__isnull=False, **about)
    return list(people.order_by("pk").values_list("kind", flat=True))


def verdicts() -> list[tuple[str, str, str]]:
    """Return what became of each delivery, in the order they came."""
    return list(WebhookDelivery.objects.order_by("pk").values_list("event_name", "state", "reason"))
