"""The command that connects the shell to a GoTo account, and what later commands find of it."""

import html
import os
import time
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl, urlsplit

import msgspec
import typer

from greenroom.cli.setup import fail

if TYPE_CHECKING:
    from greenroom.goto import FileTokenStore, OAuth, OAuthClient, Token
    from greenroom.goto.admin import Me

_PATIENCE = 300.0
_CALLBACK = "/callback"
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Greenroom</title>
<style>body {{ font: 1.25rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 30rem; padding: 0 1rem }}</style>
<p>{}</p>
"""


class Profile(msgspec.Struct, kw_only=True):
    """
    What a sign-in was made with, and whose it is; kept beside the token, for its owner's eyes only.

    Attributes:
        organizer_key, account_key: None where GoTo did not tell.
    """

    client_id: str
    client_secret: str | None
    base_url: str
    auth_url: str
    organizer_key: str | None = None
    account_key: str | None = None

    def auth(self) -> "OAuth":
        """Give access tokens that are refreshed in the kept file."""
        from greenroom.goto import OAuth, OAuthClient

        return OAuth(OAuthClient(self.client_id, self.client_secret), token_store())


def config_dir() -> Path:
    """Say where sign-ins are kept: GREENROOM_CONFIG_DIR, or the folder this system has for it."""
    return Path(os.environ.get("GREENROOM_CONFIG_DIR") or typer.get_app_dir("greenroom"))


def token_store() -> "FileTokenStore":
    """Open the file with the token."""
    from greenroom.goto import FileTokenStore

    return FileTokenStore(config_dir() / "token.json")


def kept_profile() -> Profile | None:
    """Read what the last sign-in was made with; None when there was none."""
    try:
        return msgspec.json.decode((config_dir() / "profile.json").read_bytes(), type=Profile)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def login(
    client_id: Annotated[
        str, typer.Option(envvar="GREENROOM_GOTO_CLIENT_ID", help="Of your OAuth client at GoTo.")
    ] = "",
    client_secret: Annotated[
        str, typer.Option(envvar="GREENROOM_GOTO_CLIENT_SECRET", help="Empty for a public client.")
    ] = "",
    scope: Annotated[list[str] | None, typer.Option(help="Ask for this only; may be repeated.")] = None,
    port: Annotated[
        int, typer.Option(help="Of the callback; http://127.0.0.1:PORT/callback must be registered at GoTo.")
    ] = 8976,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    base_url: Annotated[str, typer.Option(envvar="GREENROOM_GOTO_API_URL")] = "https://api.getgo.com",
    auth_url: Annotated[str, typer.Option(envvar="GREENROOM_GOTO_AUTH_URL")] = "https://authentication.logmeininc.com",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the sign-in.", min=1)] = _PATIENCE,
) -> None:
    """Sign in to GoTo in the browser and keep the token for `greenroom call`."""
    from greenroom import goto

    if not client_id:
        fail(
            "Give the id of your OAuth client with --client-id or GREENROOM_GOTO_CLIENT_ID. Clients are made at "
            f"https://developer.logmeininc.com/clients; the redirect URI is http://127.0.0.1:{port}{_CALLBACK}."
        )
    try:
        server = _CallbackServer(port)
    except OSError:
        fail(f"Port {port} is taken. Choose another one with --port, and register its address at GoTo.")
    with server:
        client = goto.OAuthClient(client_id, client_secret or None, server.redirect_uri)
        try:
            token = _authorize(server, client, auth_url, scope or [], browser=browser, wait=wait)
        except goto.GotoError as error:
            fail(f"{error.code}: {error}")
    me = _me(token, base_url)
    profile = Profile(
        client_id=client_id,
        client_secret=client.client_secret,
        base_url=base_url,
        auth_url=auth_url,
        organizer_key=me.key if me else None,
        account_key=me.account_key if me else None,
    )
    _keep(profile, token)
    who = f" as {me.first_name} {me.last_name}, organizer key {me.key}" if me else ""
    typer.echo(f"Signed in{who}. The token is kept in {config_dir()}.")


def _authorize(
    server: "_CallbackServer", client: "OAuthClient", auth_url: str, scopes: list[str], *, browser: bool, wait: float
) -> "Token":
    """Send the person to GoTo and trade the code they come back with."""
    from greenroom import goto

    state, verifier = goto.new_state(), goto.new_code_verifier()
    address = client.authorization_url(state, verifier, scopes, auth_url=auth_url)
    typer.echo(f"Sign in here:\n\n  {address}\n", err=True)
    if browser:
        webbrowser.open(address)
    query = server.wait(state, wait)
    if query is None:
        fail("Nobody signed in.")
    code = goto.read_callback(query, expected_state=state)
    with goto.AuthServer(client, auth_url) as server_of_goto:
        return server_of_goto.exchange_code(code, verifier)


def _keep(profile: Profile, token: "Token") -> None:
    """Keep the token and what it was got with."""
    from greenroom.goto._files import replace_file

    store = token_store()
    with store.exclusive():
        store.save(token)
        replace_file(config_dir() / "profile.json", msgspec.json.encode(profile))


def _me(token: "Token", base_url: str) -> "Me | None":
    """Ask whom the token belongs to; None where GoTo does not tell."""
    from greenroom.goto import GoTo, GotoError, admin

    try:
        with GoTo(token.access_token, base_url=base_url) as client:
            return client.send(admin.get_me(include_admins=False, include_invitation=False))
    except GotoError:
        return None


class _CallbackServer(HTTPServer):
    """Waits on this machine for the browser to come back from GoTo."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _CallbackHandler)
        self.expected_state = ""
        self.query: dict[str, str] | None = None

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{_CALLBACK}"

    def wait(self, state: str, seconds: float) -> dict[str, str] | None:
        """Serve until somebody comes with the state, and return what they bring; None when nobody does."""
        self.expected_state = state
        end = time.monotonic() + seconds
        while self.query is None and (left := end - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        return self.query


class _CallbackHandler(BaseHTTPRequestHandler):
    server: _CallbackServer
    timeout = 10.0  # a browser that opens a connection for later must not keep the real one waiting

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the addresses hold the code."""

    def do_GET(self) -> None:
        from greenroom.goto import AuthorizationRefusedError, read_callback

        parts = urlsplit(self.path)
        if parts.path != _CALLBACK:
            return self._answer(404, "There is nothing here.")
        query = dict(parse_qsl(parts.query))
        try:
            read_callback(query, expected_state=self.server.expected_state)
        except AuthorizationRefusedError as error:
            if error.reason == "state_mismatch":  # not from the page we opened: go on waiting
                return self._answer(400, "This is not the sign-in that was begun.")
            self.server.query = query
            return self._answer(400, f"GoTo did not authorise the connection ({error.reason}).")
        self.server.query = query
        return self._answer(200, "You are signed in. This page can be closed.")

    def _answer(self, status: int, sentence: str) -> None:
        content = _PAGE.format(html.escape(sentence)).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(content)))
        self.send_header("referrer-policy", "no-referrer")
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(content)
