"""Connecting an organizer's account, and everything that can go wrong on the way."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from tests.factories.users import make_user
from tests.hub.conftest import connect as connect_account
from tests.hub.connections.conftest import OLGA

from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import list_connections
from greenroom.hub.connections.services import (
    authorizing,
    begin_authorization,
    disconnect,
    finish_authorization,
    set_uses,
)
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.ledger.models import Fact


def refusal(actor, pending, answer) -> AuthorizationError:
    with pytest.raises(AuthorizationError) as caught:
        finish_authorization(actor=actor, pending=pending, answer=answer)
    assert not Connection.objects.exists()
    assert not Fact.objects.exists()
    return caught.value


def test_an_account_is_connected_with_what_goto_tells_of_it(world, begun, ada):
    pending, answer = begun
    made = finish_authorization(actor=ada, pending=pending, answer=answer)
    stored = Connection.objects.get()
    assert made == stored
    assert ("active", world.olga_key, "Northwind Academy") == (
        stored.state,
        stored.organizer_key,
        stored.account_name,
    )
    assert ("Olga Ortiz", OLGA, "America/New_York") == (
        stored.organizer_name,
        stored.organizer_email,
        stored.time_zone,
    )
    assert (ada, world.now) == (stored.connected_by, stored.connected_at)
    assert (stored.access_token_expires_at - world.now).total_seconds() == 3600
    assert [("connected", ada.pk)] == list(Fact.objects.values_list("kind", "user_id"))


def test_the_address_asks_for_a_code_with_state_and_challenge(world, settings):
    address, pending = begin_authorization(back_to="/accounts/")
    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert ("code", "S256", pending["state"]) == (
        asked["response_type"],
        asked["code_challenge_method"],
        asked["state"],
    )
    assert "http://testserver/connections/callback/" == asked["redirect_uri"]
    assert pending["code_verifier"] not in address
    assert settings.GOTO_CLIENT_SECRET not in address


def test_states_and_verifiers_are_never_the_same(world):
    first, second = begin_authorization(back_to="")[1], begin_authorization(back_to="")[1]
    assert first["state"] != second["state"]
    assert first["code_verifier"] != second["code_verifier"]


@pytest.mark.parametrize("state", ["another", "", "é", "x" * 10_000])
def test_another_state_is_refused(begun, ada, state):
    pending, answer = begun
    assert "wrong_state" == refusal(ada, pending, answer | {"state": state}).code


def test_a_missing_state_is_refused(begun, ada):
    pending, answer = begun
    assert "wrong_state" == refusal(ada, pending, {"code": answer["code"]}).code


def test_an_answer_that_nobody_asked_for_here_is_refused(begun, ada):
    _, answer = begun
    assert "not_begun" == refusal(ada, None, answer).code


def test_an_answer_to_what_another_browser_began_is_refused(begun, ada):
    _, answer = begun
    assert "wrong_state" == refusal(ada, begin_authorization(back_to="")[1], answer).code


def test_ten_minutes_are_time_enough_and_one_second_more_is_not(world, begun, ada):
    pending, answer = begun
    world.clock.advance(minutes=10, seconds=1)
    assert "too_late" == refusal(ada, pending, answer).code
    world.clock.advance(seconds=-1)
    assert finish_authorization(actor=ada, pending=pending, answer=answer)


@pytest.mark.parametrize("name", ["error", "errorCode"])
@pytest.mark.parametrize(("said", "code"), [("access_denied", "refused"), ("server_error", "goto_error")])
def test_what_goto_refuses_is_told_in_either_spelling(begun, ada, name, said, code):
    pending, answer = begun
    assert code == refusal(ada, pending, {"state": answer["state"], name: said}).code


def test_an_answer_without_code_is_refused(begun, ada):
    pending, answer = begun
    assert "no_code" == refusal(ada, pending, {"state": answer["state"]}).code


def test_a_code_works_once(begun, ada):
    pending, answer = begun
    finish_authorization(actor=ada, pending=pending, answer=answer)
    with pytest.raises(AuthorizationError) as caught:
        finish_authorization(actor=ada, pending=pending, answer=answer)
    assert "exchange_failed" == caught.value.code


def test_a_wrong_verifier_is_refused_by_goto(begun, ada):
    pending, answer = begun
    assert "exchange_failed" == refusal(ada, pending | {"code_verifier": "v" * 64}, answer).code


def test_a_wrong_client_secret_is_told_and_not_shown(settings, begun, ada):
    settings.GOTO_CLIENT_SECRET = "wrong-secret"
    error = refusal(ada, *begun)
    assert "exchange_failed" == error.code
    assert "wrong-secret" not in f"{error} {error.__cause__}"


def test_a_hub_without_client_says_so(settings, world):
    settings.GOTO_CLIENT_ID = ""
    with pytest.raises(AuthorizationError) as caught:
        begin_authorization(back_to="")
    assert "no_client" == caught.value.code


def test_goto_being_down_is_told_and_nothing_kept(world, begun, ada):
    world.fail(kind="status", status=503, product="oauth", operation="token")
    assert "goto_down" == refusal(ada, *begun).code


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "nonsense"}])
def test_an_organizer_goto_does_not_tell_is_not_connected(world, begun, ada, fault):
    world.fail(**fault, product="admin", times=2)
    assert "unknown_organizer" == refusal(ada, *begun).code


def test_one_failure_to_tell_the_organizer_is_overcome(world, begun, ada):
    world.fail(kind="status", status=500, product="admin")
    pending, answer = begun
    assert finish_authorization(actor=ada, pending=pending, answer=answer)


@pytest.mark.parametrize("body", ['{"access_token": "a"}', '{"access_token": "a", "refresh_token": ""}'])
def test_no_lasting_access_is_no_connection(world, begun, ada, body):
    world.fail(kind="status", status=200, body=body, product="oauth", operation="token")
    assert "no_refresh_token" == refusal(ada, *begun).code


def test_every_case_has_a_sentence_of_its_own(world, begun, ada, settings):
    pending, answer = begun
    state = {"state": answer["state"]}
    errors = [
        refusal(ada, None, answer),
        refusal(ada, pending, {}),
        refusal(ada, pending, state),
        refusal(ada, pending, state | {"error": "access_denied"}),
        refusal(ada, pending, state | {"error": "server_error"}),
        refusal(ada, pending, answer | {"code": "unknown"}),
    ]
    world.fail(kind="status", status=500, product="oauth")
    errors.append(refusal(ada, pending, answer))
    world.fail(kind="status", status=200, body='{"access_token": "a"}', product="oauth")
    errors.append(refusal(ada, pending, answer))
    world.fail(kind="status", status=500, product="admin", times=2)
    errors.append(refusal(ada, pending, answer))
    world.clock.advance(minutes=11)
    errors.append(refusal(ada, pending, answer))
    assert 10 == len({str(error) for error in errors}) == len({error.code for error in errors})
    assert all(str(error).endswith(".") for error in errors)


def test_scim_tells_whose_account_it_is_where_the_admin_api_does_not(world, begun, ada):
    world.fail(kind="status", status=403, body='{"errorCode": "AccessDenied"}', product="admin")
    pending, answer = begun
    made = finish_authorization(actor=ada, pending=pending, answer=answer)
    assert (world.olga_key, "Olga Ortiz", OLGA) == (made.organizer_key, made.organizer_name, made.organizer_email)
    assert ("America/New_York", "", "") == (made.time_zone, made.account_key, made.account_name)


@pytest.mark.parametrize("status", [403, 404])
def test_an_organizer_whom_neither_api_tells_is_not_connected(world, begun, ada, status):
    for product in ("admin", "scim"):
        world.fail(kind="status", status=status, body='{"errorCode": "AccessDenied"}', product=product)
    error = refusal(ada, *begun)
    assert "scope_missing" == error.code
    assert "identity:scim.me" in str(error)


def test_what_goto_does_not_tell_this_time_stays_as_it_was(world, connection, begun, ada):
    world.fail(kind="status", status=404, product="admin")
    world.answer("getMe", {"id": int(world.olga_key), "userName": "olga"}, product="scim")
    pending, answer = begun
    finish_authorization(actor=ada, pending=pending, answer=answer)
    after = Connection.objects.get()
    assert ("Northwind Academy", "Olga Ortiz", "America/New_York") == (
        after.account_name,
        after.organizer_name,
        after.time_zone,
    )


def test_an_organizer_of_whom_nothing_but_the_key_is_told_has_a_name_all_the_same(world, begun, ada):
    world.answer("getMe", {"key": 42}, product="admin")
    pending, answer = begun
    made = finish_authorization(actor=ada, pending=pending, answer=answer)
    assert ("42", "Organizer 42", "", "") == (
        made.organizer_key,
        made.organizer_name,
        made.organizer_email,
        made.time_zone,
    )


@pytest.mark.parametrize("key", [2**63 + 1, "9" * 64])
def test_keys_of_any_size_are_taken_as_text(world, begun, ada, key):
    world.answer("getMe", {"key": key}, product="admin")
    pending, answer = begun
    assert str(key) == finish_authorization(actor=ada, pending=pending, answer=answer).organizer_key


@pytest.mark.parametrize("key", ["", "9" * 65])
def test_an_answer_without_a_usable_key_is_refused(world, begun, ada, key):
    world.answer("getMe", {"key": key}, product="admin")
    assert "unknown_organizer" == refusal(ada, *begun).code


def test_organizers_of_one_account_and_of_others_are_rows_of_their_own(world, connection, ada):
    world.add_stranger()
    world.control(
        "POST", "organizers", account_key=connection.account_key, email="omar@northwind.example", first_name="Omar",
        last_name="Haddad", password="sandbox", time_zone="UTC", is_admin=False,
    )  # fmt: skip
    others = [connect_organizer("omar@northwind.example", ada), connect_organizer("hanna@harbor.example", ada)]
    assert [True, False] == [one.account_key == connection.account_key for one in others]
    assert 3 == Connection.objects.filter(state="active").count()
    assert 3 == len(set(Connection.objects.values_list("organizer_key", flat=True)))


def connect_organizer(email, actor) -> Connection:
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email=email, password="sandbox")
    return finish_authorization(actor=actor, pending=pending, answer=answer)


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("identity:scim.me collab:", []),
        ("collab: identity:scim.org", ["identity:scim.me"]),
        ("identity:scim.me", ["collab:"]),
        ("", []),  # GoTo did not say
    ],
)
def test_scopes_that_were_not_granted_are_named(connection, granted, missing):
    connection.scope = granted
    assert missing == [scope.name for scope in connection.missing_scopes]


def test_a_client_that_may_not_ask_for_a_scope_is_told_which_ones_it_needs(world, begun, ada):
    pending, answer = begun
    error = refusal(ada, pending, {"state": answer["state"], "error": "invalid_scope"})
    assert "scope_refused" == error.code
    assert "identity:scim.me and collab:" in str(error)


def test_names_that_are_too_long_for_the_column_are_cut(world, ada):
    account = world.control("POST", "accounts", name="Long " * 100)["key"]
    world.control(
        "POST", "organizers", account_key=account, email="long@x.example", first_name="L" * 400, last_name="N",
        password="sandbox", time_zone="America/New_York", is_admin=True,
    )  # fmt: skip
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email="long@x.example", password="sandbox")
    made = finish_authorization(actor=ada, pending=pending, answer=answer)
    assert (255, 255) == (len(made.organizer_name), len(made.account_name))


def test_connecting_again_revives_the_row_and_keeps_its_events(world, event, connection, begun):
    Connection.objects.update(state="reconnect_needed", last_error="reconnect_required", refresh_lease="somebody")
    before = Connection.objects.get()
    pending, answer = begun
    bert = make_user("Bert", is_site_admin=True)
    finish_authorization(actor=bert, pending=pending, answer=answer)
    after = Connection.objects.get()
    assert (before.pk, "active", "", bert) == (after.pk, after.state, after.last_error, after.connected_by)
    assert before.access_token != after.access_token
    assert [event] == list(after.events.all())


def test_connecting_again_leaves_open_what_was_open(connection, course, begun, ada):
    set_uses(connection=connection, is_open_to_all=False, uses={"course": [course.pk]})
    disconnect(connection=connection, actor=ada)
    pending, answer = begun
    finish_authorization(actor=ada, pending=pending, answer=answer)
    after = Connection.objects.get()
    assert (False, [course.pk]) == (after.is_open_to_all, list(after.uses.values_list("object_id", flat=True)))


def test_a_crash_on_the_way_leaves_no_half_connection_and_the_next_try_works(world, begun, ada, monkeypatch):
    """The code is used up by then."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    pending, answer = begun
    with monkeypatch.context() as patch:
        patch.setattr(authorizing, "append", die)
        with pytest.raises(KeyboardInterrupt):
            finish_authorization(actor=ada, pending=pending, answer=answer)
    assert "exchange_failed" == refusal(ada, pending, answer).code
    assert world.olga_key == connect_organizer(OLGA, ada).organizer_key


def test_connecting_again_helps_when_the_key_of_the_old_tokens_is_lost(settings, connection, begun, ada):
    from cryptography.fernet import Fernet

    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    pending, answer = begun
    finish_authorization(actor=ada, pending=pending, answer=answer)
    assert Connection.objects.get().access_token


# Through the pages


def connect(browser) -> str:
    """Go to GoTo and back, up to the answer, which is returned as a path of the hub."""
    address = browser.post("/connections/connect/").headers["location"]
    answer = allow_access(address, email=OLGA, password="sandbox")
    return f"/connections/callback/?code={answer['code']}&state={answer['state']}"


def sentence(response) -> str:
    return " ".join(str(one) for one in get_messages(response.wsgi_request))


def test_the_pages_connect_an_account(adas_browser):
    assert "is connected" in sentence(adas_browser.get(connect(adas_browser)))
    assert Connection.objects.exists()


def test_the_second_use_of_an_answer_is_refused(adas_browser):
    answer = connect(adas_browser)
    adas_browser.get(answer)
    Connection.objects.all().delete()
    assert "used already" in sentence(adas_browser.get(answer))
    assert not Connection.objects.exists()


def test_an_answer_counts_only_in_the_browser_that_asked(adas_browser, browser, ada):
    answer = connect(adas_browser)
    assert "another browser" in sentence(browser(ada).get(answer))
    assert not Connection.objects.exists()


def test_a_forged_answer_uses_up_what_was_begun(adas_browser):
    """Else somebody could go on guessing."""
    answer = connect(adas_browser)
    adas_browser.get("/connections/callback/?code=x&state=guessed")
    assert "used already" in sentence(adas_browser.get(answer))


def test_only_site_admins_connect(world, browser, otto):
    assert {404} == {
        browser(otto).post("/connections/connect/").status_code,
        browser(otto).get("/connections/callback/?code=x&state=y").status_code,
    }


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leads_elsewhere(adas_browser, elsewhere):
    address = adas_browser.post("/connections/connect/", {"next": elsewhere}).headers["location"]
    answer = allow_access(address, email=OLGA, password="sandbox")
    back = adas_browser.get("/connections/callback/", answer)
    assert "/connections/" == back.headers["location"]


def test_accounts_that_wait_for_a_person_stand_first_and_those_let_go_last(world, connection, ada):
    world.add_stranger()
    hannas = connect_account("hanna@harbor.example", ada)
    for states in (("reconnect_needed", "active"), ("active", "disconnected"), ("reconnect_needed", "disconnected")):
        for first, last in ((connection, hannas), (hannas, connection)):
            Connection.objects.filter(pk=first.pk).update(state=states[0])
            Connection.objects.filter(pk=last.pk).update(state=states[1])
            assert [first, last] == list(list_connections())
