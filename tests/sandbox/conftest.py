"""The cast: Olga organizes and administers her account, Omar organizes beside her, Otto belongs to another account."""

import pytest
from tests.sandbox.doors import Door, new_sandbox, sign_up

from greenroom.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return new_sandbox()


@pytest.fixture
def olga(sandbox: Sandbox) -> Door:
    return sign_up(sandbox, "olga@northwind.example", is_admin=True)


@pytest.fixture
def omar(sandbox: Sandbox, olga: Door) -> Door:
    account_key = sandbox.core.state.users[olga.organizer_key].account_key
    return sign_up(sandbox, "omar@northwind.example", account_key=account_key)


@pytest.fixture
def otto(sandbox: Sandbox) -> Door:
    return sign_up(sandbox, "otto@elsewhere.example", is_admin=True)


@pytest.fixture
def webinar_key(olga: Door) -> str:
    """A webinar of Olga's that starts in an hour."""
    return str(olga.control("webinars", {"organizer_key": olga.organizer_key, "title": "Ladder safety basics"})["key"])


@pytest.fixture
def training_key(olga: Door) -> str:
    return str(olga.control("trainings", {"organizer_key": olga.organizer_key, "title": "Forklift theory"})["key"])
