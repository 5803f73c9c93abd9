"""Letting an account go."""

import pytest
from cryptography.fernet import Fernet

from greenroom.hub.connections.models import Connection, Revocation
from greenroom.hub.connections.services import disconnect, finish_authorization
from greenroom.hub.connections.tasks import revoke_tokens
from greenroom.hub.core.errors import ReconnectNeededError
from greenroom.hub.events.models import Event
from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import open_run, synchronize


def is_alive_at_goto(world, token: str) -> bool:
    answer = world._http.get("/admin/rest/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def test_disconnecting_forgets_the_tokens_here_and_ends_them_at_goto(world, connection, ada, run_jobs):
    token = connection.access_token
    assert is_alive_at_goto(world, token)
    disconnect(connection=connection, actor=ada)
    after = Connection.objects.get()
    assert ("disconnected", "", "", world.now) == (
        after.state,
        after.access_token,
        after.refresh_token,
        after.disconnected_at,
    )
    assert [ada.pk] == list(Fact.objects.filter(kind="disconnected").values_list("user_id", flat=True))
    run_jobs()
    assert not is_alive_at_goto(world, token)
    assert not Revocation.objects.exists()


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "timeout_before"}])
def test_tokens_are_ended_as_soon_as_goto_is_back(world, connection, ada, run_jobs, fault):
    token = connection.access_token
    disconnect(connection=connection, actor=ada)
    world.fail(**fault, product="oauth", operation="revoke")
    run_jobs()
    assert is_alive_at_goto(world, token)
    assert not Job.objects.filter(state="failed").exists()
    world.advance(minutes=59)
    revoke_tokens.call()
    assert not is_alive_at_goto(world, token)
    assert not Revocation.objects.exists()


def test_a_token_that_waits_to_be_ended_is_kept_encrypted(connection, ada):
    token = connection.refresh_token
    disconnect(connection=connection, actor=ada)
    assert token == Revocation.objects.get().refresh_token
    assert token not in str(Revocation.objects.values_list().get())
    assert token not in str(list(Job.objects.values_list()))


def test_an_account_that_is_connected_again_keeps_its_access(world, connection, ada, begun, run_jobs):
    """Whether GoTo ends one grant or all of them is not known, so the old token is left to lapse."""
    disconnect(connection=connection, actor=ada)
    pending, answer = begun
    finish_authorization(actor=ada, pending=pending, answer=answer)
    world.count_calls()
    revoke_tokens.call()
    assert (0, False) == (world.count_calls(), Revocation.objects.exists())


def test_what_goto_never_ends_is_forgotten_when_it_has_lapsed(world, connection, ada):
    disconnect(connection=connection, actor=ada)
    world.advance(days=30, seconds=1)
    world.fail(kind="status", status=500, product="oauth", times=2)
    revoke_tokens.call()
    assert not Revocation.objects.exists()


def test_the_history_stays(event, connection, ada):
    disconnect(connection=connection, actor=ada)
    assert event == Event.objects.get()
    assert "event_created" in Fact.objects.values_list("kind", flat=True)


def test_nothing_is_asked_of_goto_any_more(world, connection, ada):
    disconnect(connection=connection, actor=ada)
    world.count_calls()
    run = open_run(connection=Connection.objects.get(), product="webinar")
    with pytest.raises(ReconnectNeededError):
        synchronize(run=run)
    assert (0, "failed", "reconnect_needed") == (world.count_calls(), run.state, run.error)


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "timeout_before"}])
def test_goto_being_down_does_not_keep_an_account_connected(world, connection, ada, fault):
    world.fail(**fault, product="oauth", times=5)
    disconnect(connection=connection, actor=ada)
    assert ("disconnected", "") == (Connection.objects.get().state, Connection.objects.get().refresh_token)


def test_an_account_whose_tokens_cannot_be_read_is_disconnected_all_the_same(settings, connection, ada):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    disconnect(connection=connection, actor=ada)
    assert ("disconnected", "") == (Connection.objects.get().state, Connection.objects.get().access_token)


def test_disconnecting_twice_is_no_error(world, connection, ada):
    disconnect(connection=connection, actor=ada)
    world.advance(seconds=1)
    disconnect(connection=connection, actor=ada)
    assert "disconnected" == Connection.objects.get().state
