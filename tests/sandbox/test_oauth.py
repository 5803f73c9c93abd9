"""The code flow as a hub goes through it, and every way it can go wrong."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.sandbox.doors import Door

from greenroom.sandbox import Sandbox

CALLBACK = "http://testserver/connections/callback"
CLIENT = httpx2.BasicAuth("greenroom-demo", "greenroom-demo-secret")
VERIFIER = "a-verifier-of-forty-three-characters-or-more-1234"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def asked(**more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": "greenroom-demo",
        "redirect_uri": CALLBACK,
        "state": "s 1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }


@pytest.fixture
def browser(sandbox: Sandbox, olga: Door) -> Door:
    """A browser in which Olga signed in."""
    door = Door(sandbox)
    form = {"email": "olga@northwind.example", "password": "sandbox", "next": "/"}
    assert door.http.post("/sign-in", data=form).status_code == 303
    return door


def decide(browser: Door, decision: str, **more: str) -> dict[str, list[str]]:
    response = browser.http.post("/oauth/authorize", data=asked(**more) | {"decision": decision})
    assert response.status_code == 303
    assert response.headers["Location"].startswith(CALLBACK + "?")
    return parse_qs(urlsplit(response.headers["Location"]).query)


def redeem(door: Door, code: str, **more: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return door.http.post("/oauth/token", data=form | more, auth=CLIENT)


def refresh(door: Door, token: str) -> httpx2.Response:
    return door.http.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=CLIENT)


def me(door: Door, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return door.http.get("/admin/rest/v1/me", headers=headers).status_code


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_same_request(sandbox: Sandbox, olga: Door) -> None:
    door = Door(sandbox)
    first = door.http.get("/oauth/authorize", params=asked())
    assert first.status_code == 303
    page = door.http.get(first.headers["Location"])
    then = re.search(r'name="next" value="([^"]+)"', page.text)
    assert then is not None
    form = {"email": "olga@northwind.example", "password": "sandbox", "next": then[1].replace("&amp;", "&")}
    back = door.http.post("/sign-in", data=form)
    consent = door.http.get(back.headers["Location"])
    assert consent.status_code == 200
    assert "Allow access" in consent.text
    assert "collab:" in consent.text
    assert "Northwind Academy" in consent.text


def test_a_wrong_password_signs_nobody_in(sandbox: Sandbox, olga: Door) -> None:
    door = Door(sandbox)
    response = door.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "guess"})
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_never_leads_to_another_site(sandbox: Sandbox, olga: Door, then: str) -> None:
    form = {"email": "olga@northwind.example", "password": "sandbox", "next": then}
    assert Door(sandbox).http.post("/sign-in", data=form).headers["Location"] == "/"


def test_allowing_gives_a_code_that_gives_tokens(browser: Door) -> None:
    answer = decide(browser, "allow")
    assert answer["state"] == ["s 1"]
    tokens = redeem(browser, answer["code"][0])
    assert tokens.status_code == 200
    body = tokens.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["principal"] == "olga@northwind.example"
    assert body["scope"] == "identity:scim.me identity:scim.org collab:"
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "principal"}
    assert me(browser, body["access_token"]) == 200


def test_refusing_says_access_denied(browser: Door) -> None:
    assert decide(browser, "deny") == {"error": ["access_denied"], "state": ["s 1"]}


def test_an_unregistered_redirect_is_never_followed(browser: Door) -> None:
    for uri in ("https://elsewhere.example/x", "http://127.0.0.1@elsewhere.example/", "http://127.0.0.1.evil.example/"):
        response = browser.http.get("/oauth/authorize", params=asked(redirect_uri=uri))
        assert response.status_code == 400
        assert "Location" not in response.headers


def test_an_unknown_client_gets_a_page(browser: Door) -> None:
    assert browser.http.get("/oauth/authorize", params=asked(client_id="nobody")).status_code == 400


def test_a_registered_client_must_repeat_its_redirect_word_for_word(browser: Door) -> None:
    body = {"client_id": "strict", "secret": "s", "redirect_uris": ["https://hub.example/callback"]}
    browser.control("clients", body)
    good = asked(client_id="strict", redirect_uri="https://hub.example/callback")
    assert browser.http.get("/oauth/authorize", params=good).status_code == 200
    longer = asked(client_id="strict", redirect_uri="https://hub.example/callback/more")
    assert browser.http.get("/oauth/authorize", params=longer).status_code == 400


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "users.v1.lines.read"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_goes_back_with_its_error(browser: Door, more: dict[str, str], error: str) -> None:
    response = browser.http.get("/oauth/authorize", params=asked(**more))
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["error"] == [error]
    assert query["state"] == ["s 1"]


def assert_invalid_grant(response: httpx2.Response) -> None:
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"


def test_a_wrong_verifier_is_refused_and_the_right_one_still_works(browser: Door) -> None:
    code = decide(browser, "allow")["code"][0]
    assert_invalid_grant(redeem(browser, code, code_verifier="another-verifier-of-forty-three-characters-1234"))
    assert redeem(browser, code).status_code == 200


def test_a_code_works_with_its_redirect_only(browser: Door) -> None:
    code = decide(browser, "allow")["code"][0]
    assert_invalid_grant(redeem(browser, code, redirect_uri=CALLBACK + "/other"))


def test_a_code_used_twice_ends_the_tokens_it_gave(browser: Door) -> None:
    code = decide(browser, "allow")["code"][0]
    tokens = redeem(browser, code).json()
    assert_invalid_grant(redeem(browser, code))
    assert me(browser, tokens["access_token"]) == 403
    assert_invalid_grant(refresh(browser, tokens["refresh_token"]))


def test_a_code_lasts_ten_minutes(browser: Door) -> None:
    code = decide(browser, "allow")["code"][0]
    browser.sandbox.clock.advance(timedelta(minutes=10))
    assert_invalid_grant(redeem(browser, code))


def test_a_wrong_secret_and_an_unknown_client_are_401(browser: Door) -> None:
    for auth in (("greenroom-demo", "guess"), ("nobody", "x")):
        response = browser.http.post("/oauth/token", data={"grant_type": "refresh_token"}, auth=auth)
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"


def test_a_client_may_authenticate_in_the_form(browser: Door) -> None:
    code = decide(browser, "allow")["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "greenroom-demo",
        "client_secret": "greenroom-demo-secret",
    }
    assert browser.http.post("/oauth/token", data=form).status_code == 200


def test_other_grants_are_unsupported(browser: Door) -> None:
    response = browser.http.post("/oauth/token", data={"grant_type": "password"}, auth=CLIENT)
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


def test_by_default_refreshing_keeps_the_refresh_token(browser: Door) -> None:
    old = redeem(browser, decide(browser, "allow")["code"][0]).json()
    new = refresh(browser, old["refresh_token"]).json()
    assert "refresh_token" not in new
    assert me(browser, new["access_token"]) == 200
    assert me(browser, old["access_token"]) == 200
    assert refresh(browser, old["refresh_token"]).status_code == 200


def test_with_rotation_a_refresh_token_works_once(browser: Door) -> None:
    browser.control("switches", {"refresh_rotation": "always"}, "PUT")
    old = redeem(browser, decide(browser, "allow")["code"][0]).json()["refresh_token"]
    new = refresh(browser, old).json()["refresh_token"]
    assert new != old
    assert_invalid_grant(refresh(browser, old))
    assert refresh(browser, new).status_code == 200


def test_near_its_end_a_refresh_token_is_replaced(browser: Door) -> None:
    browser.control("switches", {"refresh_rotation": "near_expiry"}, "PUT")
    token = redeem(browser, decide(browser, "allow")["code"][0]).json()["refresh_token"]
    browser.sandbox.clock.advance(timedelta(days=22))
    assert "refresh_token" not in refresh(browser, token).json()
    browser.sandbox.clock.advance(timedelta(days=2))
    assert "refresh_token" in refresh(browser, token).json()


def test_an_access_token_lasts_an_hour_and_a_refresh_token_thirty_days(browser: Door) -> None:
    tokens = redeem(browser, decide(browser, "allow")["code"][0]).json()
    browser.sandbox.clock.advance(timedelta(seconds=3599))
    assert me(browser, tokens["access_token"]) == 200
    browser.sandbox.clock.advance(timedelta(seconds=1))
    assert me(browser, tokens["access_token"]) == 403
    browser.sandbox.clock.advance(timedelta(days=30))
    assert_invalid_grant(refresh(browser, tokens["refresh_token"]))


def test_a_bad_token_gets_the_gateways_answer(sandbox: Sandbox) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eA=="}):
        response = Door(sandbox).http.get("/admin/rest/v1/me", headers=headers)
        assert response.status_code == 403
        assert response.json() == {"int_err_code": "InvalidToken", "msg": "Invalid token passed"}
        assert response.headers["x-amzn-errortype"] == "UnauthorizedException"


def test_revoking_the_refresh_token_ends_the_access_token_too(browser: Door) -> None:
    tokens = redeem(browser, decide(browser, "allow")["code"][0]).json()
    form = {"token": tokens["access_token"]}
    assert browser.http.post("/oauth/introspect", data=form, auth=CLIENT).json()["active"] is True
    revoked = browser.http.post("/oauth/revoke", data={"token": tokens["refresh_token"]}, auth=CLIENT)
    assert revoked.status_code == 200
    assert browser.http.post("/oauth/introspect", data=form, auth=CLIENT).json() == {"active": False}
    assert me(browser, tokens["access_token"]) == 403
    assert browser.http.post("/oauth/revoke", data={"token": "unknown"}, auth=CLIENT).status_code == 200


def test_the_metadata_names_the_endpoints(sandbox: Sandbox) -> None:
    body = Door(sandbox).get("/.well-known/oauth-authorization-server").json()
    assert body["token_endpoint"] == "http://testserver/oauth/token"
    assert body["code_challenge_methods_supported"] == ["S256"]
