"""Nothing that admits its bearer, and nobody's address, is logged or raised in a whole life of a connection."""

import io
import json
import logging
from contextlib import suppress

import pytest
from tests.hub.conftest import connect
from tests.hub.events.conftest import LENA

from greenroom.goto import GotoError
from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import begin_authorization, disconnect, finish_authorization
from greenroom.hub.core import logs
from greenroom.hub.core.errors import HubError
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.models import Registrant
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import cancel_registration, register
from greenroom.hub.jobs.models import Job
from greenroom.hub.sync.services import watch

OLGA = "olga@northwind.example"


@pytest.fixture
def logged(monkeypatch):
    """All that would be written, at the most talkative level."""
    root, written = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    logs.configure({"level": "DEBUG"})
    root.handlers[0].setStream(written)
    yield written
    logs.configure({"level": "ERROR"})


def test_no_secret_is_logged_or_raised(world, settings, ada, lena, sync_all, logged):
    secrets, raised = sync_all
    text = logged.getvalue()
    assert '"event": "sync.finished"' in text
    assert "job_failed" in text
    assert len(raised) > 5
    for secret in secrets:
        assert secret not in text
        assert secret not in "\n".join(raised)
    assert all(json.loads(line) for line in text.splitlines())


@pytest.fixture
def sync_all(world, settings, ada, lena, logged, sync, run_jobs):
    """Connect, pull, register, attend, fail in every way, disconnect; return the secrets and what was raised."""
    raised: list[str] = []
    secrets = {settings.GOTO_CLIENT_SECRET, "lena@example.com", OLGA, "guest@example.com"}

    def note(act):
        try:
            act()
        except (HubError, GotoError, AuthorizationError) as error:
            chain: BaseException | None = error
            while chain is not None:
                raised.append(f"{chain!r} {chain}")
                chain = chain.__cause__ or chain.__context__

    def remember() -> None:
        row = Connection.objects.get()
        with suppress(HubError):
            secrets.update({row.access_token, row.refresh_token} - {""})
        for link in Registrant.objects.exclude(join_url="").values_list("join_url", flat=True):
            secrets.add(link.removeprefix("http://goto.test"))

    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email=OLGA, password="sandbox")
    secrets.update({answer["code"], pending["state"], pending["code_verifier"]})
    for broken in ({}, {"error": "access_denied"}, {"code": "wrong-" + "x" * 30}):
        state = {"state": answer["state"]}
        note(lambda broken=broken, state=state: finish_authorization(actor=ada, pending=pending, answer=state | broken))
    key = world.schedule_webinar(registrants=[{"email": "guest@example.com"}])
    sync()
    remember()
    event = Registrant.objects.get().event
    for kind in ({"kind": "nonsense"}, {"kind": "status", "status": 400}, {"kind": "status", "status": 500}):
        world.fail(operation="createRegistrant", times=2, **kind)
        note(lambda: register(event=event, answers=Answers(fields=LENA), user=lena))
        run_jobs()
        world.advance(minutes=1)
        world.control("DELETE", "faults")
        run_jobs()
        remember()
        world.fail(operation="getWebinars", times=2, **kind)
        note(sync)
        world.fail(operation="deleteRegistrant", times=2, **kind)
        with suppress(HubError):
            cancel_registration(event=event, user=lena)
        run_jobs()
        world.advance(minutes=10)
        world.control("DELETE", "faults")
        Job.objects.filter(state="failed").delete()
        run_jobs()
    note(lambda: register(event=event, answers=Answers(fields={"email": "lena@example.com"}), user=lena))
    world.launch(key)
    world.advance(hours=2)
    world.end(key)
    watch(connection=Connection.objects.get(), product="webinar")
    remember()
    world.control("POST", "tokens/revoke", all=True)
    world.advance(hours=2)
    note(lambda: watch(connection=Connection.objects.get(), product="webinar"))
    connect(OLGA, ada)
    remember()
    disconnect(connection=Connection.objects.get(), actor=ada)
    return secrets, raised
