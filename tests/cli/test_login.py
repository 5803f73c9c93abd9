"""`greenroom login`: from the browser to a kept token."""

from __future__ import annotations

import html
import json
import re
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from greenroom.cli import login

CLIENT = ("--client-id=greenroom-demo", "--client-secret=greenroom-demo-secret", "--port=0")
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def in_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[str], None]], None]]:
    """Have something done in the browser that the command opens."""
    threads: list[threading.Thread] = []
    problems: list[BaseException] = []

    def set_act(act: Callable[[str], None]) -> None:
        def guarded(address: str) -> None:
            try:
                act(address)
            except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
                problems.append(error)

        def open_browser(address: str) -> None:
            threads.append(threading.Thread(target=guarded, args=(address,)))
            threads[-1].start()

        monkeypatch.setattr("webbrowser.open", open_browser)

    yield set_act
    for thread in threads:
        thread.join()
    assert problems == []


@contextmanager
def browser() -> Iterator[httpx2.Client]:
    with httpx2.Client(follow_redirects=True, trust_env=False) as client:
        yield client


def hidden(page: httpx2.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}


def sign_in_as_olga(decision: str) -> Callable[[str], None]:
    """Sign in on the sandbox's pages and allow access, or not."""

    def act(address: str) -> None:
        base = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        with browser() as client:
            page = client.get(address)
            form = {**hidden(page), "email": "olga@northwind.example", "password": "sandbox"}
            page = client.post(f"{base}/sign-in", data=form)
            last = client.post(f"{base}/oauth/authorize", data={**hidden(page), "decision": decision})
            assert ("You are signed in" in last.text) is (decision == "allow")

    return act


def test_a_sign_in_is_kept_and_used(shell, in_browser, sandbox_url: str, tmp_path: Path) -> None:
    in_browser(sign_in_as_olga("allow"))

    ran = shell("login", *CLIENT, "--base-url", sandbox_url, "--auth-url", sandbox_url)

    assert ran.exit_code == 0, ran.output
    assert "Signed in as Olga Ortiz, organizer key " in ran.stdout
    kept = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "config").iterdir()}
    assert kept == {"token.json": 0o600, "token.json.lock": 0o600, "profile.json": 0o600}
    assert login.token_store().load().refresh_token
    assert login.token_store().load().access_token not in ran.output

    called = shell("call", "admin", "get_me")
    me = json.loads(called.stdout)
    assert me["email"] == "olga@northwind.example"
    profile = login.kept_profile()
    assert (profile.organizer_key, profile.account_key) == (me["key"], me["accountKey"])


def test_a_refused_sign_in_is_said(shell, in_browser, sandbox_url: str, tmp_path: Path) -> None:
    in_browser(sign_in_as_olga("deny"))

    ran = shell("login", *CLIENT, "--base-url", sandbox_url, "--auth-url", sandbox_url)

    assert ran.exit_code == 1
    assert "authorization_refused" in ran.stderr
    assert not (tmp_path / "config").exists()


def redirect_of(address: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    return query["redirect_uri"][0], query["state"][0]


def test_visits_without_the_state_do_not_end_the_wait(shell, in_browser) -> None:
    def act(address: str) -> None:
        redirect, state = redirect_of(address)
        with browser() as client:
            assert client.get(redirect.replace("/callback", "/favicon.ico")).status_code == 404
            assert client.get(redirect, params={"code": "stolen", "state": "wrong"}).status_code == 400
            assert client.get(redirect, params={"code": "stolen"}).status_code == 400
            told = client.get(redirect, params={"error": "<b>access_denied", "state": state})
            assert (told.status_code, "<b>" in told.text) == (400, False)

    in_browser(act)

    ran = shell("login", *CLIENT, "--auth-url=http://127.0.0.1:1")

    assert ran.exit_code == 1
    assert "authorization_refused" in ran.stderr


def test_nobody_coming_is_said(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login._CallbackServer, "wait", lambda self, state, seconds: None)

    ran = shell("login", *CLIENT, "--no-browser")

    assert (ran.exit_code, ran.stderr.splitlines()[-1]) == (1, "Nobody signed in.")
    assert "Sign in here" in ran.stderr


def test_a_wait_has_an_end() -> None:
    with login._CallbackServer(0) as server:
        assert server.wait("a-state", 0.05) is None


def test_a_port_that_is_taken_is_said(shell) -> None:
    with login._CallbackServer(0) as server:
        ran = shell("login", "--client-id=x", f"--port={server.server_address[1]}")

    assert ran.exit_code == 1
    assert "is taken" in ran.stderr


def test_without_a_client_there_is_no_sign_in(shell) -> None:
    ran = shell("login")

    assert ran.exit_code == 1
    assert "Clients are made at https://" in ran.stderr
    assert "http://127.0.0.1:8976/callback" in ran.stderr


@pytest.mark.parametrize("content", ["", "{", "{}"])
def test_a_torn_profile_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "profile.json").write_text(content)

    assert login.kept_profile() is None
