"""What a connection says of its last call: only what concerns the whole account, and only as long as it lasts."""

import pytest

from greenroom.goto import GotoError, admin
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import HubError


def ask(connection: Connection) -> None:
    with open_goto(connection) as goto:
        goto.send(admin.get_me())


def told(connection: Connection) -> tuple[object, ...]:
    row = Connection.objects.get(pk=connection.pk)
    return row.last_error, row.last_error_at, row.last_call_at


@pytest.mark.parametrize(("status", "code"), [(500, "server"), (429, "rate_limit")])
def test_goto_not_answering_is_told_until_it_does(world, connection, status, code):
    world.fail(kind="status", status=status, product="admin", times=2)
    world.advance(minutes=1)
    with pytest.raises(HubError):
        ask(connection)
    assert (code, world.now, world.now) == told(connection)
    world.advance(minutes=1)
    ask(connection)
    assert ("", None, world.now) == told(connection)


@pytest.mark.parametrize(
    "fault",
    [{"status": 404}, {"status": 400}, {"status": 403, "body": '{"errorCode": "AccessDenied"}'}, {"kind": "nonsense"}],
)
def test_what_goto_says_of_one_thing_is_no_error_of_the_account(world, connection, fault):
    Connection.objects.update(last_error="server", last_error_at=world.now)
    world.fail(**{"kind": "status", "product": "admin"} | fault)
    with pytest.raises(GotoError):
        ask(connection)
    assert ("", None, world.now) == told(connection)


def test_an_authorisation_server_that_talks_nonsense_concerns_the_account(world, connection):
    world.advance(hours=2)
    world.fail(kind="nonsense", product="oauth")
    with pytest.raises(GotoError):
        ask(connection)
    assert ("unexpected_response", world.now, world.now) == told(connection)
    assert connection.is_usable
