"""Letting an account go."""

import pytest
from cryptography.fernet import Fernet

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import disconnect
from greenroom.hub.core.errors import ReconnectNeededError
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import open_run, synchronize


def is_alive_at_goto(world, token: str) -> bool:
    answer = world._http.get("/admin/rest/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def test_disconnecting_ends_the_tokens_at_goto_and_forgets_them_here(world, connection, ada):
    token = connection.access_token
    assert is_alive_at_goto(world, token)
    disconnect(connection=connection, actor=ada)
    assert not is_alive_at_goto(world, token)
    after = Connection.objects.get()
    assert ("disconnected", "", "", world.now) == (
        after.state,
        after.access_token,
        after.refresh_token,
        after.disconnected_at,
    )
    assert [ada.pk] == list(Fact.objects.filter(kind="disconnected").values_list("user_id", flat=True))


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
