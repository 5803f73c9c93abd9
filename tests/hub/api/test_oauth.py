"""Programs get leave from people, and use it until somebody takes it back."""

import base64
import hashlib
import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from greenroom.hub.api.tasks import purge_old_answers
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import OAuthClient, OAuthGrant, OAuthToken
from greenroom.hub.users.oauth import register_client, remove_client

BACK = "https://flow.example.com/back?app=7"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Program:
    """A program that asks for leave, as a platform does."""

    client: OAuthClient
    secret: str

    def address(self, **changed: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": BACK,
            "scope": "read hooks",
            "state": "s&1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changed
        return f"/oauth/authorize?{urlencode({name: value for name, value in asked.items() if value})}"

    def post(self, path: str, **form: str) -> HttpResponse:
        secret = {"client_secret": self.secret} if self.secret else {}
        return Client().post(f"/oauth/{path}", {"client_id": self.client.client_id} | secret | form)

    def exchange(self, code: str, **changed: str) -> HttpResponse:
        form = {"redirect_uri": BACK, "code_verifier": VERIFIER} | changed
        return self.post("token", grant_type="authorization_code", code=code, **form)

    def renew(self, refresh_token: str) -> HttpResponse:
        return self.post("token", grant_type="refresh_token", refresh_token=refresh_token)


@pytest.fixture
def program(ada, world) -> Program:
    return Program(*register_client(name="Flow", redirect_uris=[BACK], has_secret=True, actor=ada))


@pytest.fixture
def as_ada(browser, ada):
    return browser(ada)


@pytest.fixture
def leave(program, as_ada):
    """Let the program act for Ada, and return the code it gets."""

    def give(verbs=("read",), **more) -> str:
        answer = as_ada.post(program.address(), {"verbs": list(verbs), "answer": "allow", **more})
        return told(answer)["code"]

    return give


@pytest.fixture
def tokens(program, leave) -> dict:
    return json.loads(program.exchange(leave()).content)


def told(answer: HttpResponse) -> dict[str, str]:
    """Return what the program is told at its redirect address."""
    assert 302 == answer.status_code
    assert answer["Location"].startswith(f"{BACK}&")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def error_of(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["error"]


def me(token: str) -> HttpResponse:
    return Client().get("/api/v1/me", headers={"authorization": f"Bearer {token}"})


def test_a_person_is_asked_and_told_who_asks(program, as_ada, connection):
    page = as_ada.get(program.address())
    text = page.content.decode()
    assert "Flow" in text
    assert "flow.example.com" in text
    assert {"read", "hooks"} == {value for value, _ in page.context["form"].fields["verbs"].choices}
    assert "form-action 'self' https://flow.example.com" in page["Content-Security-Policy"]
    assert not OAuthGrant.objects.exists()


def test_leave_that_was_given_opens_the_api(program, as_ada, connection):
    answer = as_ada.post(program.address(), {"verbs": ["read"], "connection_ids": [connection.pk], "answer": "allow"})
    back = told(answer)
    assert {"app": "7", "state": "s&1", "iss": "http://testserver"} == {k: v for k, v in back.items() if k != "code"}
    answer = program.exchange(back["code"])
    given = json.loads(answer.content)
    assert ("Bearer", 3600, "read") == (given["token_type"], given["expires_in"], given["scope"])
    assert "no-store" == answer["Cache-Control"]
    shown = json.loads(me(given["access_token"]).content)
    assert ["read"] == shown["verbs"]
    assert [str(connection.pk)] == [one["connectionId"] for one in shown["connections"]]


def test_leave_that_was_refused_is_told(program, as_ada):
    assert "access_denied" == told(as_ada.post(program.address(), {"answer": "deny"}))["error"]
    assert not OAuthGrant.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "x"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://flow.example.com/back"},
        {"redirect_uri": BACK + "&"},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": "https://evil.example.com/"},
    ],
)
def test_nobody_is_led_to_an_address_that_is_not_registered(program, as_ada, changed):
    for answer in (as_ada.get(program.address(**changed)), as_ada.post(program.address(**changed), {"verbs": "read"})):
        assert 422 == answer.status_code
        assert "Location" not in answer


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        ("unsupported_response_type", {"response_type": "token"}),
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge_method": ""}),
        ("invalid_request", {"code_challenge": "short"}),
        ("invalid_scope", {"scope": "fly"}),
    ],
)
def test_a_wrong_request_is_told_to_the_program(program, as_ada, error, changed):
    back = told(as_ada.get(program.address(**changed)))
    assert (error, "s&1") == (back["error"], back["state"])


def test_a_program_gets_no_more_than_it_asked_for(program, as_ada):
    assert 422 == as_ada.post(program.address(), {"verbs": ["manage"], "answer": "allow"}).status_code
    assert not OAuthGrant.objects.exists()


def test_without_a_secret_a_program_needs_pkce(ada, as_ada):
    public = Program(*register_client(name="Page", redirect_uris=[BACK], has_secret=False, actor=ada))
    assert "invalid_request" == told(as_ada.get(public.address(code_challenge="")))["error"]
    code = told(as_ada.post(public.address(), {"verbs": "read"}))["code"]
    assert 200 == public.exchange(code).status_code


@pytest.mark.parametrize(
    "changed",
    [{"code_verifier": "w" * 43}, {"code_verifier": ""}, {"redirect_uri": BACK + "x"}, {"redirect_uri": ""}],
)
def test_a_code_is_only_for_who_asked(program, leave, changed):
    assert (400, "invalid_grant") == error_of(program.exchange(leave(), **changed))


def test_a_verifier_that_nobody_announced_is_refused(program, as_ada):
    code = told(as_ada.post(program.address(code_challenge=""), {"verbs": "read"}))["code"]
    assert (400, "invalid_grant") == error_of(program.exchange(code))


def test_a_code_of_another_program_is_worth_nothing(program, leave, ada):
    other = Program(*register_client(name="Other", redirect_uris=[BACK], has_secret=True, actor=ada))
    assert (400, "invalid_grant") == error_of(other.exchange(leave()))


def test_a_code_lasts_a_minute(program, leave, world):
    code = leave()
    world.advance(seconds=60)
    assert (400, "invalid_grant") == error_of(program.exchange(code))


def test_a_code_that_comes_twice_takes_back_what_it_gave(program, leave):
    code = leave()
    first = json.loads(program.exchange(code).content)
    assert (400, "invalid_grant") == error_of(program.exchange(code))
    assert 401 == me(first["access_token"]).status_code


@pytest.mark.parametrize("secret", ["wrong", "", "é"])
def test_a_wrong_secret_is_refused(program, leave, secret):
    program.secret = secret
    answer = program.exchange(leave())
    assert (401, "invalid_client") == error_of(answer)
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(("status", "header"), [(200, ""), (401, "Basic !"), (401, "Basic eA=="), (401, "Basic /w==")])
def test_id_and_secret_may_stand_in_the_header(program, leave, status, header):
    pair = base64.b64encode(f"{program.client.client_id}:{program.secret}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": leave(), "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = Client().post("/oauth/token", form, headers={"authorization": header or f"Basic {pair}"})
    assert status == answer.status_code


def test_another_kind_of_grant_is_refused(program):
    assert (400, "unsupported_grant_type") == error_of(program.post("token", grant_type="password"))
    assert (400, "unsupported_grant_type") == error_of(program.post("token"))


def test_access_ends_after_an_hour_and_is_renewed(program, tokens, world):
    world.advance(minutes=61)
    assert 401 == me(tokens["access_token"]).status_code
    renewed = json.loads(program.renew(tokens["refresh_token"]).content)
    assert 200 == me(renewed["access_token"]).status_code
    assert renewed["refresh_token"] != tokens["refresh_token"]


def test_a_refresh_token_that_comes_again_ends_everything(program, tokens, world):
    renewed = json.loads(program.renew(tokens["refresh_token"]).content)
    world.advance(seconds=31)
    assert (400, "invalid_grant") == error_of(program.renew(tokens["refresh_token"]))
    assert 401 == me(renewed["access_token"]).status_code
    assert (400, "invalid_grant") == error_of(program.renew(renewed["refresh_token"]))


def test_a_program_that_lost_the_answer_asks_again_at_once(program, tokens, world):
    first = json.loads(program.renew(tokens["refresh_token"]).content)
    world.advance(seconds=29)
    second = json.loads(program.renew(tokens["refresh_token"]).content)
    assert {200} == {me(pair["access_token"]).status_code for pair in (first, second)}


def test_an_access_token_renews_nothing_and_a_refresh_token_opens_nothing(program, tokens):
    assert (400, "invalid_grant") == error_of(program.renew(tokens["access_token"]))
    assert 401 == me(tokens["refresh_token"]).status_code


@pytest.mark.parametrize(("kind", "renewed"), [("access_token", 200), ("refresh_token", 400)])
def test_a_program_gives_a_token_back(program, tokens, kind, renewed):
    assert 200 == program.post("revoke", token=tokens[kind]).status_code
    assert 200 == program.post("revoke", token=tokens[kind]).status_code
    assert 401 == me(tokens["access_token"]).status_code
    assert renewed == program.renew(tokens["refresh_token"]).status_code


def test_nobody_gives_back_the_token_of_another(program, tokens, ada):
    other = Program(*register_client(name="Other", redirect_uris=[BACK], has_secret=True, actor=ada))
    assert 200 == other.post("revoke", token=tokens["refresh_token"]).status_code
    assert 200 == me(tokens["access_token"]).status_code


def test_leave_ends_when_it_is_taken_back_or_the_program_or_person_goes(program, leave, as_ada, ada):
    first, second, third = (json.loads(program.exchange(leave()).content)["access_token"] for _ in range(3))
    as_ada.post(f"/automate/keys/leave/{OAuthGrant.objects.earliest('pk').pk}/take-back/")
    assert [401, 200, 200] == [me(token).status_code for token in (first, second, third)]
    ada.is_active = False
    ada.save()
    assert 401 == me(second).status_code
    ada.is_active = True
    ada.save()
    remove_client(client=program.client)
    assert 401 == me(third).status_code


def test_only_hashes_are_kept(program, tokens):
    kept = json.dumps([list(model.objects.values()) for model in (OAuthClient, OAuthToken)], default=str)
    assert not [text for text in (*tokens.values(), program.secret) if str(text) in kept and len(str(text)) > 20]


def test_tokens_are_forgotten_a_day_after_their_end(tokens, world):
    world.advance(days=1, hours=2)
    purge_old_answers.call()
    assert ["refresh"] == list(OAuthToken.objects.values_list("kind", flat=True))
    world.advance(days=181)
    purge_old_answers.call()
    assert not OAuthToken.objects.exists()


@pytest.mark.parametrize(
    "uri",
    [
        "http://flow.example.com/",
        "https://*.example.com/",
        "https://a.example.com/#x",
        "https://user@a.example.com/",
        "javascript:alert(1)",
        "/back",
        "https://",
        "https://a b/",
        "https://[x/",
        "com.example.app:/back",
    ],
)
def test_codes_are_sent_nowhere_unsafe(ada, world, uri):
    with pytest.raises(InvalidInputError) as caught:
        register_client(name="A", redirect_uris=[uri], has_secret=True, actor=ada)
    assert {"redirect_uris"} == set(caught.value.errors)


def test_where_to_ask_is_told(db):
    told = json.loads(Client().get("/.well-known/oauth-authorization-server").content)
    assert "http://testserver/oauth/token" == told["token_endpoint"]
    assert ["S256"] == told["code_challenge_methods_supported"]


@pytest.mark.parametrize("platform", ["Power Automate", "n8n"])
def test_redirect_addresses_of_platforms_are_filled_in(as_ada, platform):
    form = as_ada.get("/automate/programs/new/", {"platform": platform}).context["form"]
    assert platform == form.initial["name"]
    assert form.initial["redirect_uris"].startswith("https://")


def test_a_program_is_registered_by_its_form(as_ada):
    form = {"name": "Flow", "redirect_uris": f"{BACK}\r\n https://b.example.com/x\r\n", "has_secret": "on"}
    answer = as_ada.post("/automate/programs/new/", form)
    program = Program(answer.context["client"], answer.context["secret"])
    assert [BACK, "https://b.example.com/x"] == program.client.redirect_uris
    assert (400, "invalid_grant") == error_of(program.exchange("x"))
    assert 422 == as_ada.post("/automate/programs/new/", form | {"redirect_uris": "http://x.example.com"}).status_code
