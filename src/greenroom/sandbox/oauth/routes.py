"""The OAuth endpoints: authorize (pages), token, revoke, introspect, metadata."""

import base64
import binascii
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Client, User
from greenroom.sandbox.faults import FaultyCall
from greenroom.sandbox.oauth import store
from greenroom.sandbox.oauth.store import OAuthError
from greenroom.sandbox.operations import Answer, answer_after, answer_before, count_and_respond, respond
from greenroom.sandbox.pages.browser import signed_in_user

AUTHORIZE_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def mount(app: flask.Flask, core: Core) -> None:
    """Route the OAuth endpoints."""

    def authorize() -> flask.typing.ResponseReturnValue:
        with core.lock:
            try:
                return _authorize(core)
            finally:
                core.save()

    app.add_url_rule("/oauth/authorize", view_func=authorize, methods=["GET", "POST"], endpoint="oauth.authorize")
    for name, handler in (("token", _token), ("revoke", _revoke), ("introspect", _introspect)):
        app.add_url_rule(
            f"/oauth/{name}", view_func=_form_endpoint(core, name, handler), methods=["POST"], endpoint=f"oauth.{name}"
        )

    def metadata() -> flask.Response:
        return respond(Answer(200, _metadata(core.public_url)))

    app.add_url_rule("/.well-known/oauth-authorization-server", view_func=metadata, endpoint="oauth.metadata")


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
    }


# Authorize


def _authorize(core: Core) -> flask.typing.ResponseReturnValue:
    values = flask.request.values
    asked = {name: values[name] for name in AUTHORIZE_PARAMETERS if values.get(name)}
    client = core.state.clients.get(asked.get("client_id", ""))
    if client is None:
        return _page_error("This application is not known", "No client has this client_id.")
    redirect_uri = asked.get("redirect_uri")
    if redirect_uri is None and len(client.redirect_uris) == 1 and "*" not in client.redirect_uris[0]:
        target = client.redirect_uris[0]
    elif redirect_uri is not None and store.is_registered_redirect(client, redirect_uri):
        target = redirect_uri
    else:
        # Never redirect here: the address is not one the application registered.
        return _page_error(
            "This address is not registered", "The redirect_uri is none that the application registered."
        )
    state = asked.get("state")
    try:
        scope = _granted_scope(client, asked)
    except OAuthError as error:
        return _redirect(target, {"error": error.error, "error_description": error.description, "state": state})
    user = signed_in_user(core)
    if user is None:
        here = "/oauth/authorize?" + urlencode(asked)
        return flask.redirect("/sign-in?next=" + quote(here, safe=""), 303)
    if flask.request.method == "GET":
        return _consent_page(core, client, user, scope, asked)
    if flask.request.form.get("decision") != "allow":
        return _redirect(target, {"error": "access_denied", "state": state})
    code = store.issue_code(
        core,
        client=client,
        user=user,
        scope=scope,
        redirect_uri=redirect_uri,
        code_challenge=asked.get("code_challenge"),
    )
    return _redirect(target, {"code": code.code, "state": state})


def _granted_scope(client: Client, asked: dict[str, str]) -> str:
    """Check what does not concern the redirect URI; answer the scope to grant."""
    if asked.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    challenge, method = asked.get("code_challenge"), asked.get("code_challenge_method")
    if challenge is not None and method != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    if challenge is None and client.secret is None:
        raise OAuthError("invalid_request", "a public client must send code_challenge")
    scopes = asked.get("scope", "").split() or client.scopes
    if unknown := [scope for scope in scopes if scope not in client.scopes]:
        raise OAuthError("invalid_scope", f"the client does not have {' '.join(unknown)}")
    return " ".join(scopes)


def _consent_page(core: Core, client: Client, user: User, scope: str, asked: dict[str, str]) -> str:
    return flask.render_template(
        "consent.html",
        client=client,
        user=user,
        account=core.state.accounts[user.account_key],
        scopes=[(name, SCOPE_TEXTS.get(name, name)) for name in scope.split()],
        asked=asked,
        here="/oauth/authorize?" + urlencode(asked),
    )


SCOPE_TEXTS = {
    "collab:": "Work with your webinars, trainings and meetings",
    "identity:scim.me": "Read who you are",
    "identity:scim.org": "Read the people of your organization",
}


def _redirect(target: str, parameters: dict[str, str | None]) -> flask.typing.ResponseReturnValue:
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    joint = "&" if urlsplit(target).query else "?"
    return flask.redirect(target + joint + query, 303)


def _page_error(title: str, text: str) -> flask.typing.ResponseReturnValue:
    return flask.render_template("message.html", title=title, text=text), 400


# Token, revoke, introspect


def _form_endpoint(
    core: Core, name: str, handler: Callable[[Core, Client], dict[str, Any] | None]
) -> Callable[[], flask.Response]:
    def view() -> flask.Response:
        client_id = _credentials()[0]
        with core.lock:
            fault = core.faults.take(FaultyCall("oauth", name))
        flask.g.is_rotation_lost = fault is not None and fault.kind == "lost_rotation"
        answer = answer_before(core, None, fault) if fault is not None else None
        if answer is None:
            answer = answer_after(core, fault, _form_answer(core, handler))
        return count_and_respond(core, "oauth", name, client_id, f"/oauth/{name}", answer)

    return view


def _form_answer(core: Core, handler: Callable[[Core, Client], dict[str, Any] | None]) -> Answer:
    with core.lock:
        try:
            body = handler(core, _client(core))
            return Answer(200, body if body is not None else b"", _NO_STORE)
        except OAuthError as error:
            headers = {"WWW-Authenticate": 'Basic realm="oauth"'} if error.status == 401 else {}
            body = {"error": error.error, "error_description": error.description}
            return Answer(error.status, body, _NO_STORE | headers)
        finally:
            core.save()


def _token(core: Core, client: Client) -> dict[str, Any]:
    form = flask.request.form
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        return store.redeem_code(
            core,
            client=client,
            code_text=_required("code"),
            redirect_uri=form.get("redirect_uri"),
            code_verifier=form.get("code_verifier"),
        )
    if grant_type == "refresh_token":
        is_rotated = bool(flask.g.get("is_rotation_lost"))
        return store.refresh_tokens(core, client=client, token_text=_required("refresh_token"), is_rotated=is_rotated)
    if grant_type is None:
        raise OAuthError("invalid_request", "grant_type is missing")
    raise OAuthError("unsupported_grant_type", "grant_type is authorization_code or refresh_token")


def _revoke(core: Core, client: Client) -> None:
    store.revoke(core, client=client, token_text=_required("token"))


def _introspect(core: Core, client: Client) -> dict[str, Any]:
    return store.introspect(core, client=client, token_text=_required("token"))


def _required(name: str) -> str:
    value = flask.request.form.get(name)
    if not value:
        raise OAuthError("invalid_request", f"{name} is missing")
    return value


def _client(core: Core) -> Client:
    client_id, secret = _credentials()
    client = core.state.clients.get(client_id or "")
    if client is None:
        raise OAuthError("invalid_client", "client not found", 401)
    if client.secret is not None and not hmac.compare_digest(client.secret.encode(), (secret or "").encode()):
        raise OAuthError("invalid_client", "client authentication failed", 401)
    return client


def _credentials() -> tuple[str | None, str | None]:
    """Client id and secret, from the Basic header or the form."""
    scheme, _, encoded = flask.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return flask.request.form.get("client_id"), flask.request.form.get("client_secret")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return unquote_plus(client_id), unquote_plus(secret)
