"""Connecting, and access tokens that are renewed by one holder at a time."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.goto.fakes import INVALID_TOKEN, NOW, FakeGoTo, answer, later

from greenroom.goto import (
    AsyncAuthServer,
    AsyncGoTo,
    AuthenticationError,
    AuthorizationRefusedError,
    AuthServer,
    BearerToken,
    GoTo,
    MemoryTokenStore,
    OAuth,
    OAuthClient,
    PermissionDeniedError,
    ReconnectRequiredError,
    RetryPolicy,
    ServerError,
    Token,
    UnexpectedResponseError,
    new_code_verifier,
    new_state,
    read_callback,
    training,
)

CLIENT = OAuthClient("an-id", "a secret+", "https://hub.example/callback")
TRAININGS = training.get_all_trainings("1")
FRESH = {"access_token": "new", "token_type": "Bearer", "expires_in": 3600, "scope": "collab:"}


def kept(access: str = "old", refresh: str | None = "r1", seconds_left: float = 3000) -> MemoryTokenStore:
    token = Token(access_token=access, refresh_token=refresh, expires_at=later(seconds_left), principal="o@example.com")
    return MemoryTokenStore(token)


def goto_knows(*accepted: str, refresh: object = None) -> FakeGoTo:
    """A GoTo that accepts the given access tokens and answers refreshes."""

    def react(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/token":
            return refresh if isinstance(refresh, httpx2.Response) else answer(200, refresh or FRESH)
        known = request.headers["authorization"].removeprefix("Bearer ") in accepted
        return answer(200, []) if known else answer(403, INVALID_TOKEN)

    return FakeGoTo(react)


def refreshes(fake: FakeGoTo) -> list[Mapping[str, list[str]]]:
    return [parse_qs(r.content.decode()) for r in fake.requests if r.url.path == "/oauth/token"]


def test_a_refused_token_is_refreshed_once_and_the_call_repeated(connect) -> None:
    fake, store = goto_knows("new"), kept()

    assert connect(fake, OAuth(CLIENT, store)).send(TRAININGS) == []
    assert refreshes(fake) == [{"grant_type": ["refresh_token"], "refresh_token": ["r1"]}]
    assert [str(r.url.host) for r in fake.requests] == [
        "api.getgo.com",
        "authentication.logmeininc.com",
        "api.getgo.com",
    ]
    assert fake.waits == []


def test_a_401_is_refreshed_too(connect) -> None:
    fake = FakeGoTo(answer(401), answer(200, FRESH), answer(200, []))

    assert connect(fake, OAuth(CLIENT, kept())).send(TRAININGS) == []


def test_a_missing_right_is_not_refreshed(connect) -> None:
    fake = FakeGoTo(answer(403, {"errorCode": "AccessDenied", "description": "no"}))

    with pytest.raises(PermissionDeniedError):
        connect(fake, OAuth(CLIENT, kept())).send(TRAININGS)
    assert len(fake.requests) == 1


def test_a_token_refused_twice_is_an_error(connect) -> None:
    fake = goto_knows()

    with pytest.raises(AuthenticationError) as caught:
        connect(fake, OAuth(CLIENT, kept())).send(TRAININGS)
    assert (caught.value.status, caught.value.goto_code) == (403, "InvalidToken")
    assert len(refreshes(fake)) == 1


def test_a_bare_token_is_not_refreshed(connect) -> None:
    fake = goto_knows()

    with pytest.raises(AuthenticationError):
        connect(fake, BearerToken("old")).send(TRAININGS)
    assert len(fake.requests) == 1


def test_the_refresh_token_is_kept_when_no_new_one_comes(connect) -> None:
    store = kept()
    connect(goto_knows("new"), OAuth(CLIENT, store)).send(TRAININGS)

    token = store.load()
    assert (token.access_token, token.refresh_token, token.principal) == ("new", "r1", "o@example.com")
    assert token.expires_at == NOW + timedelta(seconds=3600)


def test_a_new_refresh_token_replaces_the_old(connect) -> None:
    store = kept()
    connect(goto_knows("new", refresh=FRESH | {"refresh_token": "r2"}), OAuth(CLIENT, store)).send(TRAININGS)

    assert store.load().refresh_token == "r2"


@pytest.mark.parametrize("seconds_left", [-5, 0, 60])
def test_a_token_about_to_end_is_refreshed_beforehand(connect, seconds_left: float) -> None:
    fake = goto_knows("new")

    connect(fake, OAuth(CLIENT, kept(seconds_left=seconds_left))).send(TRAININGS)

    assert fake.requests[0].url.path == "/oauth/token"
    assert len(fake.requests) == 2


def test_a_token_with_more_than_a_minute_left_is_used(connect) -> None:
    fake = goto_knows("old")

    connect(fake, OAuth(CLIENT, kept(seconds_left=61))).send(TRAININGS)

    assert refreshes(fake) == []


def test_a_token_somebody_else_renewed_is_used_without_a_refresh() -> None:
    """Another process refreshed while this one still remembered the old token."""
    fake, store = goto_knows("old", "new"), kept()
    with GoTo(OAuth(CLIENT, store), transport=fake.transport, clock=lambda: NOW) as goto:
        goto.send(TRAININGS)
        store.save(Token(access_token="new", refresh_token="r2", expires_at=later(3600)))
        fake._reactions = [goto_knows("new")]
        goto.send(TRAININGS)

    assert refreshes(fake) == []
    assert fake.bearers() == ["Bearer old", "Bearer old", "Bearer new"]


def test_a_refresh_that_comes_too_late_uses_what_somebody_else_got(connect) -> None:
    """Paused before it asked: its refresh token is used up, and the store has the next one."""
    store = kept()

    def react(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != "/oauth/token":
            known = request.headers["authorization"] == "Bearer theirs"
            return answer(200, []) if known else answer(403, INVALID_TOKEN)
        store.save(Token(access_token="theirs", refresh_token="r2", expires_at=later(3600)))
        return answer(400, {"error": "invalid_grant"})

    fake = FakeGoTo(react)
    assert connect(fake, OAuth(CLIENT, store)).send(TRAININGS) == []
    assert ("Bearer old", "Bearer theirs") == (fake.bearers()[0], fake.bearers()[-1])
    assert len(refreshes(fake)) == 1


def test_a_store_that_knows_of_a_newer_token_is_believed(connect) -> None:
    """Paused after it was answered: somebody else has refreshed since, and the store keeps theirs."""

    class StoreOfNewer(MemoryTokenStore):
        def save(self, token: Token) -> None:
            super().save(Token(access_token="theirs", refresh_token="r2", expires_at=later(3600)))

    fake = goto_knows("theirs")
    assert connect(fake, OAuth(CLIENT, StoreOfNewer(kept().load()))).send(TRAININGS) == []
    assert len(refreshes(fake)) == 1


def test_eight_threads_refresh_once() -> None:
    fake, store = goto_knows("new"), kept()
    together = threading.Barrier(8)
    results: list[object] = []
    with GoTo(OAuth(CLIENT, store), transport=fake.transport, clock=lambda: NOW) as goto:

        def work() -> None:
            together.wait()
            results.append(goto.send(TRAININGS))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert results == [[]] * 8
    assert len(refreshes(fake)) == 1


def test_eight_drivers_that_share_a_store_refresh_once() -> None:
    fake, store = goto_knows("new"), kept()
    together = threading.Barrier(8)

    def work() -> None:
        with GoTo(OAuth(CLIENT, store), transport=fake.transport, clock=lambda: NOW) as goto:
            together.wait()
            goto.send(TRAININGS)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refreshes(fake)) == 1


def test_eight_tasks_refresh_once() -> None:
    fake, store = goto_knows("new"), kept()

    async def run() -> list[object]:
        async with AsyncGoTo(OAuth(CLIENT, store), transport=fake.transport, clock=lambda: NOW) as goto:
            return await asyncio.gather(*(goto.send(TRAININGS) for _ in range(8)))

    assert asyncio.run(run()) == [[]] * 8
    assert len(refreshes(fake)) == 1


def test_a_cancelled_wait_for_the_lock_gives_it_back() -> None:
    fake, store = goto_knows("new"), kept()

    async def run() -> object:
        async with AsyncGoTo(OAuth(CLIENT, store), transport=fake.transport, clock=lambda: NOW) as goto:
            with store.exclusive():
                waiting = asyncio.ensure_future(goto.send(TRAININGS))
                while not goto._runner._turn.locked():
                    await asyncio.sleep(0)
                await asyncio.sleep(0)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            return await goto.send(TRAININGS)

    assert asyncio.run(run()) == []
    assert not store._lock.locked()


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_worthless_refresh_token_needs_a_person(connect, status: int) -> None:
    refused = answer(status, {"error": "invalid_grant", "error_description": "error.auth.code.invalid.jwt"})
    fake, store = goto_knows(refresh=refused), kept()

    with pytest.raises(ReconnectRequiredError) as caught:
        connect(fake, OAuth(CLIENT, store)).send(TRAININGS)
    assert (caught.value.status, caught.value.retryable) == (status, False)
    assert len(refreshes(fake)) == 1
    assert store.load().access_token == "old"


def test_without_a_refresh_token_a_refused_token_needs_a_person(connect) -> None:
    fake = goto_knows()

    with pytest.raises(ReconnectRequiredError):
        connect(fake, OAuth(CLIENT, kept(refresh=None))).send(TRAININGS)
    assert len(fake.requests) == 1


def test_a_failing_token_server_is_no_lost_connection(connect) -> None:
    """The grant may still be good, so nobody is asked to connect again; and the lock is free afterwards."""
    store = kept()

    with pytest.raises(ServerError):
        connect(goto_knows(refresh=answer(503)), OAuth(CLIENT, store), retry=RetryPolicy(attempts=1)).send(TRAININGS)
    assert not store._lock.locked()


@pytest.mark.parametrize(
    "body",
    [{}, {"access_token": ""}, {"access_token": "a\r\nHost: x"}, {"access_token": 5}, [], b"<html>",
     {"access_token": "x", "expires_in": "soon"}, {"access_token": "x", "expires_in": -1},
     {"access_token": "x", "expires_in": 1e300}],
)  # fmt: skip
def test_a_token_answer_that_is_none_is_told(connect, body: object) -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        connect(goto_knows(refresh=answer(200, body)), OAuth(CLIENT, kept())).send(TRAININGS)
    assert caught.value.product == "oauth"


def test_expires_in_may_be_text() -> None:
    fake = FakeGoTo(answer(200, FRESH | {"expires_in": "30758399"}))
    with AuthServer(CLIENT, transport=fake.transport, clock=lambda: NOW) as server:
        assert server.exchange_code("c").expires_at == later(30_758_399)


def exchange(make: Callable[[], Any], act: str, *args: Any) -> Any:
    """Do one thing with a sync or async server."""
    server = make()
    if isinstance(server, AuthServer):
        with server:
            return getattr(server, act)(*args)

    async def run() -> Any:
        async with server:
            return await getattr(server, act)(*args)

    return asyncio.run(run())


@pytest.fixture(params=[AuthServer, AsyncAuthServer], ids=["sync", "async"])
def auth_server(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return lambda fake, client=CLIENT: request.param(client, "http://127.0.0.1:1/", fake.transport, clock=lambda: NOW)


def test_a_code_is_exchanged_with_basic_client_authentication(auth_server) -> None:
    fake = FakeGoTo(answer(200, FRESH | {"refresh_token": "r1", "principal": "o@example.com"}))

    token = exchange(lambda: auth_server(fake), "exchange_code", "the-code", "a-verifier")

    request = fake.requests[0]
    assert str(request.url) == "http://127.0.0.1:1/oauth/token"
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"an-id:a+secret%2B"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["the-code"],
        "redirect_uri": ["https://hub.example/callback"],
        "code_verifier": ["a-verifier"],
    }
    assert (token.refresh_token, token.scope, token.expires_at) == ("r1", "collab:", later(3600))


def test_a_public_client_names_itself_in_the_form(auth_server) -> None:
    fake = FakeGoTo(answer(200, FRESH))

    exchange(lambda: auth_server(fake, OAuthClient("an-id")), "exchange_code", "c", "v")

    assert "authorization" not in fake.requests[0].headers
    assert parse_qs(fake.requests[0].content.decode())["client_id"] == ["an-id"]


def test_a_wrong_client_is_told(auth_server) -> None:
    fake = FakeGoTo(answer(401, {"error": "invalid_client", "error_description": "client not found"}))

    with pytest.raises(AuthenticationError) as caught:
        exchange(lambda: auth_server(fake), "exchange_code", "c", "v")
    assert not isinstance(caught.value, ReconnectRequiredError)
    assert (caught.value.goto_code, caught.value.message) == ("invalid_client", "client not found")


def test_a_code_is_never_sent_twice(auth_server) -> None:
    fake = FakeGoTo(answer(503))

    with pytest.raises(ServerError):
        exchange(lambda: auth_server(fake), "exchange_code", "c", "v")
    assert len(fake.requests) == 1


def test_revoking_names_the_refresh_token(auth_server) -> None:
    fake = FakeGoTo(answer(200))

    exchange(lambda: auth_server(fake), "revoke", kept().load())

    assert fake.requests[0].url.path == "/oauth/revoke"
    assert parse_qs(fake.requests[0].content.decode()) == {"token": ["r1"], "token_type_hint": ["refresh_token"]}


def test_a_failed_revocation_is_told(auth_server) -> None:
    with pytest.raises(ServerError):
        exchange(lambda: auth_server(FakeGoTo(answer(500))), "revoke", kept().load())


def test_the_servers_refresh_keeps_the_refresh_token(auth_server) -> None:
    token = exchange(lambda: auth_server(FakeGoTo(answer(200, FRESH))), "refresh", kept().load())

    assert (token.access_token, token.refresh_token) == ("new", "r1")


def test_the_consent_page_address_carries_state_and_challenge() -> None:
    url = CLIENT.authorization_url("a-state", "a-verifier", ["identity:scim.me", "collab:"])

    parts = urlsplit(url)
    digest = hashlib.sha256(b"a-verifier").digest()
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://authentication.logmeininc.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["an-id"],
        "redirect_uri": ["https://hub.example/callback"],
        "scope": ["identity:scim.me collab:"],
        "state": ["a-state"],
        "code_challenge": [base64.urlsafe_b64encode(digest).decode().rstrip("=")],
        "code_challenge_method": ["S256"],
    }
    assert "a-verifier" not in url


def test_without_scopes_none_are_asked_for() -> None:
    url = CLIENT.authorization_url("s", "v", auth_url="http://127.0.0.1:8001/")

    assert url.startswith("http://127.0.0.1:8001/oauth/authorize?")
    assert "scope" not in parse_qs(urlsplit(url).query)


def test_state_and_verifier_are_unguessable_and_fit_the_rules() -> None:
    """RFC 7636 wants 43 to 128 characters."""
    assert len({new_state() for _ in range(50)}) == 50
    assert all(43 <= len(new_code_verifier()) <= 128 for _ in range(50))


def test_the_callback_gives_the_code() -> None:
    assert read_callback({"code": "c", "state": "s"}, expected_state="s") == "c"


@pytest.mark.parametrize(
    ("reason", "query"),
    [
        ("access_denied", {"error": "access_denied", "state": "s"}),
        ("access_denied", {"errorCode": "access_denied", "state": "s"}),
        ("unknown", {"error": "<b>lena@example.com</b>", "state": "s"}),
        ("state_mismatch", {"code": "c", "state": "other"}),
        ("state_mismatch", {"code": "c"}),
        ("state_mismatch", {"code": "c", "state": "sé"}),
        ("code_missing", {"state": "s"}),
    ],
)
def test_a_refusal_tells_why(reason: str, query: dict[str, str]) -> None:
    with pytest.raises(AuthorizationRefusedError) as caught:
        read_callback(query, expected_state="s")
    assert caught.value.reason == reason
    assert "@" not in str(caught.value)


def test_no_secret_shows() -> None:
    token = Token(access_token="AAA", refresh_token="BBB", principal="olga@example.com")
    shown = f"{token!r} {token} {BearerToken('AAA')!r} {CLIENT!r} {OAuth(CLIENT, MemoryTokenStore(token))!r}"

    assert "Token(" in shown
    assert not any(secret in shown for secret in ("AAA", "BBB", "olga", "a secret"))


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "ütf"])
def test_what_cannot_be_a_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="token"):
        BearerToken(text)
