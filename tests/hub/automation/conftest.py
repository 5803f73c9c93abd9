"""Hooks that lead to servers on this machine."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from tests.hub.automation.receivers import Receiver, receiving
from tests.hub.world import World

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.hooks.subscriptions import subscribe
from greenroom.hub.automation.models import Hook
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User

Subscribe = Callable[..., Hook]


@pytest.fixture
def loopback(settings) -> None:
    """Let hooks lead to this machine."""
    settings.HOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver(loopback) -> Iterator[Receiver]:
    """A server that takes what it is sent."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def caller(ada: User, world: World) -> Caller:
    """A program with a key of Ada's."""
    return caller_for(ada)


def caller_for(user: User, connection_ids: frozenset[int] | None = None) -> Caller:
    """Make a key for somebody, and return who calls with it."""
    key, _ = create_key(user=user, name="Test", verbs=list(Verb), connection_ids=connection_ids)
    return Caller(owner=f"key:{key.pk}", user=user, verbs=frozenset(Verb), connection_ids=connection_ids)


@pytest.fixture
def subscribed(caller: Caller, receiver: Receiver) -> Subscribe:
    """Subscribe to new registrants, or to what a test says."""

    def ask(*types: str, url: str = receiver.url, by: Caller = caller, narrowing: dict | None = None, **more) -> Hook:
        return subscribe(
            caller=by,
            target_url=url,
            event_types=types or ["registrant.added"],
            narrowing=narrowing or {},
            **more,
        )[0]

    return ask


@pytest.fixture
def sign_up(event: Event) -> Callable[..., None]:
    """Let people register by their first names, and everything be read that follows."""

    def ask(*names: str, event: Event = event) -> None:
        for name in names:
            fields = {"firstName": name, "lastName": "Learner", "email": f"{name.lower()}@example.com"}
            register(event=event, answers=Answers(fields=fields), user=None)
        run_until_idle()

    return ask
