"""Access tokens run out every hour; whoever notices renews them, once, for everybody."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.db import connections
from tests.hub.connections.conftest import OLGA

from greenroom.goto import AuthenticationError, ReconnectRequiredError, Token, admin
from greenroom.hub.connections import tokens
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection, Revocation
from greenroom.hub.connections.oauth import auth_server
from greenroom.hub.connections.services import begin_authorization, disconnect, finish_authorization
from greenroom.hub.connections.tokens import ConnectionTokens
from greenroom.hub.core import clock
from greenroom.hub.core.errors import ReconnectNeededError, TemporarilyUnavailableError
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.ledger.models import Fact

PATIENCE = 30


def ask(connection: Connection) -> str:
    """Make one call."""
    with open_goto(connection) as goto:
        return goto.send(admin.get_me()).key


@pytest.fixture
def expired(world, connection) -> Connection:
    """The connection, two hours later."""
    world.advance(hours=2)
    world.control("DELETE", "counters")
    return connection


def test_a_good_token_is_used_as_it_is(world, connection, count_calls):
    world.control("DELETE", "counters")
    assert world.olga_key == ask(connection)
    assert (0, 1) == (count_calls("token"), count_calls("getMe"))


def test_an_expired_token_is_renewed_once(world, expired, count_calls):
    for _ in range(3):
        assert world.olga_key == ask(expired)
    assert (1, 3) == (count_calls("token"), count_calls("getMe"))


def test_a_token_goto_ended_early_is_renewed_once(world, connection, count_calls):
    """The clock says that it is good; GoTo says that it is not."""
    world.control("PUT", "switches", refresh_ends_old_access_token="yes")
    stale = connection.access_token
    with ConnectionTokens(connection.pk).exclusive():
        pass
    token = ConnectionTokens(connection.pk).load()
    ask_elsewhere = Connection.objects.get()
    Connection.objects.update(access_token_expires_at=world.now)
    ask(ask_elsewhere)
    Connection.objects.update(access_token=stale, access_token_expires_at=token.expires_at)
    world.control("DELETE", "counters")
    assert world.olga_key == ask(connection)
    assert (1, 1) == (count_calls("token"), count_calls("getMe"))


def test_the_refresh_token_is_kept_when_no_new_one_comes(connection, expired):
    ask(expired)
    after = Connection.objects.get()
    assert connection.refresh_token == after.refresh_token
    assert connection.access_token != after.access_token


def test_a_new_refresh_token_takes_the_place_of_the_old_one(world, connection, expired):
    world.control("PUT", "switches", refresh_rotation="always")
    ask(expired)
    first = Connection.objects.get().refresh_token
    assert connection.refresh_token != first
    world.advance(hours=2)
    ask(expired)
    assert first != Connection.objects.get().refresh_token


def test_a_revoked_grant_asks_once_for_a_person(world, expired, count_calls):
    world.control("POST", "tokens/revoke", all=True)
    for _ in range(3):
        with pytest.raises(ReconnectNeededError, match="Olga Ortiz has to be connected"):
            ask(Connection.objects.get())
    after = Connection.objects.get()
    assert ("reconnect_needed", "reconnect_required") == (after.state, after.last_error)
    assert 1 == Fact.objects.filter(kind="reconnect_needed").count()
    assert 1 == count_calls("token", 400)


def test_a_token_refused_though_it_is_new_asks_for_a_person(world, connection, count_calls):
    refused = '{"int_err_code": "InvalidToken", "msg": "Invalid token passed"}'
    world.fail(kind="status", status=403, body=refused, product="admin", times=2)
    world.control("DELETE", "counters")
    with pytest.raises(ReconnectNeededError):
        ask(connection)
    assert 1 == count_calls("token")


def test_a_403_of_another_kind_renews_nothing(world, connection, count_calls):
    world.fail(kind="status", status=403, body='{"errorCode": "AccessDenied"}', product="admin")
    world.control("DELETE", "counters")
    with pytest.raises(Exception, match="AccessDenied"):
        ask(connection)
    assert 0 == count_calls("token")
    assert Connection.objects.get().is_usable


def test_goto_being_down_while_renewing_leaves_everything_as_it_was(world, connection, expired):
    world.fail(kind="status", status=503, product="oauth")
    with pytest.raises(TemporarilyUnavailableError):
        ask(expired)
    after = Connection.objects.get()
    assert ("active", connection.refresh_token, "") == (after.state, after.refresh_token, after.refresh_lease)
    assert world.olga_key == ask(expired)


def test_an_answer_lost_after_rotation_ends_in_reconnecting_not_in_a_loop(world, expired, count_calls):
    """GoTo has used up the old refresh token and its answer with the new one never came."""
    world.control("PUT", "switches", refresh_rotation="always")
    world.fail(kind="timeout_after", product="oauth", operation="token")
    with pytest.raises((TemporarilyUnavailableError, ReconnectNeededError)):
        ask(expired)
    with pytest.raises(ReconnectNeededError):
        ask(Connection.objects.get())
    assert count_calls("token", 400) <= 1


def test_a_wrong_client_secret_is_no_fault_of_the_organizer(settings, expired):
    """Setting it right is enough: nobody has to connect again."""
    right, settings.GOTO_CLIENT_SECRET = settings.GOTO_CLIENT_SECRET, "wrong"
    with pytest.raises(TemporarilyUnavailableError, match="client id or secret"):
        ask(expired)
    settings.GOTO_CLIENT_SECRET = right
    assert ask(Connection.objects.get())


# The lease


def hold_lease(until) -> None:
    Connection.objects.update(refresh_lease="somebody", refresh_lease_until=until)


def test_a_lease_whose_holder_died_is_taken_over(world, expired):
    hold_lease(world.now - timedelta(seconds=1))
    assert world.olga_key == ask(expired)
    assert "" == Connection.objects.get().refresh_lease


def test_a_lease_of_a_clock_that_was_set_back_is_taken_over(world, expired):
    """Else nobody could renew until the clock has come there again."""
    hold_lease(world.now + timedelta(days=30))
    assert world.olga_key == ask(expired)


def test_what_another_process_renewed_is_used(world, expired, monkeypatch, count_calls):
    hold_lease(world.now + timedelta(seconds=40))

    def the_other_finishes(_: float) -> None:
        """It is renewed, and the lease given back, while we wait."""
        Connection.objects.update(refresh_lease="")
        ask(Connection.objects.get())

    monkeypatch.setattr(tokens, "time", SimpleNamespace(sleep=the_other_finishes, monotonic=lambda: 0.0))
    assert world.olga_key == ask(expired)
    assert 1 == count_calls("token")


def test_nobody_waits_for_ever(world, expired, monkeypatch):
    hold_lease(world.now + timedelta(seconds=40))
    passing = iter(range(0, 1000, 10))
    monkeypatch.setattr(tokens, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: next(passing)))
    with pytest.raises(TemporarilyUnavailableError, match="renewing"):
        ask(expired)


# A process that is paused for longer than its lease, and then goes on


class Paused:
    """
    A process that was stopped right after GoTo had answered it, and goes on at the end of the block.

    It renews over a store of its own, so what others do in the block comes in between.
    """

    def __init__(self, connection: Connection) -> None:
        self._store = ConnectionTokens(connection.pk)
        with auth_server() as server:
            self.got = server.refresh(self._store.load())

    def __enter__(self) -> Token:
        return self.got

    def __exit__(self, *error: object) -> None:
        self._store.save(self.got)


def renew(connection: Connection, access_token: str, refresh_token: str, minutes: int = 60) -> None:
    """Store tokens as another process does that has asked after the first one."""
    store = ConnectionTokens(connection.pk)
    store.load()
    ends = clock.now() + timedelta(minutes=minutes)
    store.save(Token(access_token=access_token, refresh_token=refresh_token, expires_at=ends))


def kept() -> tuple[str, str]:
    row = Connection.objects.get()
    return row.access_token, row.refresh_token


def test_nobody_was_faster_so_late_tokens_are_stored(world, connection, expired):
    with Paused(expired) as late:
        hold_lease(world.now)
    assert (late.access_token, late.refresh_token) == kept()
    assert connection.token_version + 1 == Connection.objects.get().token_version


def test_late_tokens_do_not_overwrite_newer_ones(connection, expired):
    """GoTo has given no new refresh token: nothing is lost."""
    with Paused(expired):
        renew(expired, "newer", connection.refresh_token)
    assert ("newer", connection.refresh_token) == kept()


def test_a_refresh_token_that_took_the_place_of_the_stored_one_is_not_lost(world, connection, expired):
    """The other process got an access token by the refresh token that GoTo has ended since."""
    world.control("PUT", "switches", refresh_rotation="always")
    with Paused(expired) as late:
        renew(expired, "newer", connection.refresh_token)
    assert (late.access_token, late.refresh_token) == kept()


@pytest.mark.parametrize(("minutes", "is_ours_kept"), [(59, True), (61, False)])
def test_of_two_new_refresh_tokens_the_later_one_is_kept(world, expired, minutes, is_ours_kept):
    world.control("PUT", "switches", refresh_rotation="always")
    with Paused(expired) as late:
        renew(expired, "theirs", "their next", minutes)
    assert kept() == ((late.access_token, late.refresh_token) if is_ours_kept else ("theirs", "their next"))


def test_the_new_refresh_token_ends_the_wait_for_a_person(world, expired, run_jobs):
    """The other process tried the old one, which GoTo has ended, and asked for a person."""
    world.control("PUT", "switches", refresh_rotation="always")
    with Paused(expired) as late:
        hold_lease(world.now - timedelta(seconds=1))
        with pytest.raises(ReconnectNeededError):
            ask(Connection.objects.get())
        assert "reconnect_needed" == Connection.objects.get().state
    assert late.refresh_token == Connection.objects.get().refresh_token
    assert world.olga_key == ask(Connection.objects.get())
    kinds = list(Fact.objects.filter(kind__in=["connected", "reconnect_needed"]).values_list("kind", flat=True))
    assert ["connected", "reconnect_needed", "connected"] == kinds


def test_late_tokens_do_not_take_the_place_of_a_new_authorization(world, expired, ada, begun):
    world.control("PUT", "switches", refresh_rotation="always")
    pending, answer = begun_again(world)
    with Paused(expired):
        finish_authorization(actor=ada, pending=pending, answer=answer)
        granted = kept()
    assert granted == kept()


def begun_again(world):
    """Begin anew: what was begun two hours ago does not count any more."""
    address, pending = begin_authorization(back_to="")
    return pending, allow_access(address, email=OLGA, password="sandbox")


def test_tokens_that_come_after_disconnecting_are_ended_at_goto(world, expired, ada, run_jobs):
    world.control("PUT", "switches", refresh_rotation="always")
    with Paused(expired) as late:
        disconnect(connection=expired, actor=ada)
        run_jobs()
    assert ("", "") == kept()
    assert late.refresh_token == Revocation.objects.get().refresh_token
    run_jobs()
    assert not Revocation.objects.exists()
    with auth_server() as server, pytest.raises(ReconnectRequiredError):
        server.refresh(late)


def test_a_job_that_runs_while_its_account_is_disconnected_asks_goto_nothing_more(world, connection, ada):
    with open_goto(connection) as goto:
        disconnect(connection=connection, actor=ada)
        world.count_calls()
        with pytest.raises(ReconnectNeededError):
            goto.send(admin.get_me())
    assert 0 == world.count_calls()


def test_a_job_that_began_with_the_old_tokens_goes_on_with_the_new_ones(world, connection, begun, ada):
    """The account is connected again while the job runs, and the old tokens end."""
    pending, answer = begun
    with open_goto(Connection.objects.get()) as goto:
        goto.send(admin.get_me())
        finish_authorization(actor=ada, pending=pending, answer=answer)
        world.fail(kind="revoked_token", with_refresh=True, product="admin")
        assert world.olga_key == goto.send(admin.get_me()).key
    assert Connection.objects.get().is_usable


def test_a_late_refusal_does_not_undo_connecting_again(world, connection, begun, ada):
    pending, answer = begun

    def call_that_is_answered_late() -> None:
        with open_goto(Connection.objects.get()) as goto:
            goto.send(admin.get_me())
            finish_authorization(actor=ada, pending=pending, answer=answer)
            raise AuthenticationError(401, product="webinar")

    with pytest.raises(TemporarilyUnavailableError, match="just been renewed"):
        call_that_is_answered_late()
    assert Connection.objects.get().is_usable
    assert not Fact.objects.filter(kind="reconnect_needed").exists()


def test_no_token_is_in_what_is_raised_or_logged(world, expired, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in ({"kind": "status", "status": 500}, {"kind": "nonsense"}, {"kind": "status", "status": 403}):
        world.fail(**fault, times=2)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - of several kinds
            ask(Connection.objects.get())
        told += [repr(caught.value), str(caught.value), repr(caught.value.__cause__)]
        Connection.objects.update(state="active")
    stored = Connection.objects.get()
    for secret in (stored.access_token, stored.refresh_token, "greenroom-demo-secret"):
        assert secret not in "\n".join([*told, caplog.text])


# Many at once


@pytest.fixture
def postgresql(transactional_db) -> None:
    if database.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite in memory")


@pytest.mark.postgresql
@pytest.mark.parametrize("rotation", ["never", "always"])
def test_eight_threads_with_one_expired_token_renew_it_once(postgresql, world, expired, count_calls, rotation):
    world.control("PUT", "switches", refresh_rotation=rotation, refresh_ends_old_access_token="yes")
    barrier = threading.Barrier(8)

    def ask_together(_: int) -> str:
        try:
            row = Connection.objects.get()
            barrier.wait(PATIENCE)
            return ask(row)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert [world.olga_key] * 8 == list(pool.map(ask_together, range(8), timeout=PATIENCE))
    assert (1, 8) == (count_calls("token"), count_calls("getMe"))
    assert ("active", "") == (Connection.objects.get().state, Connection.objects.get().refresh_lease)
