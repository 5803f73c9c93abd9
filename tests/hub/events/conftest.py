"""What the tests of events share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from tests.hub.world import World

from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User

LENA = {"firstName": "Lena", "lastName": "Example", "email": "lena@example.com"}


@pytest.fixture
def postgresql(transactional_db: None) -> None:
    """A database that several threads can share."""
    if database.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite in memory")


@pytest.fixture
def webinar(world: World, pull: Callable[..., Event]) -> Callable[..., Event]:
    """Make a webinar as asked for and read it from GoTo."""
    return lambda **body: pull(world.schedule_webinar(**body))


@pytest.fixture
def training(world: World, pull: Callable[..., Event]) -> Event:
    """A training of Olga's that starts in an hour, read from GoTo."""
    return pull(world.schedule_training(), "training")


@pytest.fixture
def sign_up(run_jobs: Callable[[], int]) -> Callable[..., RegistrationRequest]:
    """Register somebody, let the background work be done, and return the request as it is then."""

    def register_and_wait(event: Event, user: User | None = None, **answers: Any) -> RegistrationRequest:
        fields = LENA | answers.pop("fields", {})
        request = register(event=event, answers=Answers(fields=fields, **answers), user=user)
        run_jobs()
        request.refresh_from_db()
        return request

    return register_and_wait


@pytest.fixture
def facts(db: None) -> Callable[..., list[str]]:
    """Return the kinds of the facts about registrants, in order."""
    return lambda **about: list(
        Fact.objects.filter(registrant_id__isnull=False, **about).order_by("pk").values_list("kind", flat=True)
    )
