"""`greenroom call`: any operation from the shell."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.goto.fakes import FakeGoTo, answer, by_page, hal

from greenroom import goto
from greenroom.cli import arguments, calling, login
from greenroom.goto import OPERATIONS


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeGoTo:
    """Answer every client the command makes with an empty list; tests set other answers."""
    fake = FakeGoTo(answer(200, []))
    once: Any = {"transport": fake.transport, "retry": goto.RetryPolicy(attempts=1)}
    make = goto.GoTo
    monkeypatch.setattr(goto, "GoTo", lambda *args, **options: make(*args, **options, **once))
    return fake


def react(fake: FakeGoTo, *reactions: Any) -> None:
    fake._reactions = list(reactions)


def test_a_call_prints_json(shell, fake: FakeGoTo) -> None:
    react(fake, answer(200, [{"trainingKey": 2**62, "name": "Ladders", "times": []}]))

    ran = shell("call", "training", "get_all_trainings", "--param", "organizer-key=1", "--token", "t")

    assert ran.exit_code == 0, ran.output
    assert (json.loads(ran.stdout)[0]["trainingKey"], json.loads(ran.stdout)[0]["name"]) == (str(2**62), "Ladders")
    assert fake.bearers() == ["Bearer t"]


def test_a_table_has_the_columns_that_hold_something(shell, fake: FakeGoTo) -> None:
    react(fake, answer(200, [{"trainingKey": 7, "name": "Lad\x1b[31mders"}, {"trainingKey": 8, "timeZone": "GMT"}]))

    ran = shell("call", "training", "get_all_trainings", "--param=organizer_key=1", "--token=t", "--format=table")

    head, *_ = ran.stdout.split("\n", 3)[1:]
    assert head.split() == ["trainingKey", "name", "timeZone"]
    assert "Lad [31mders" in ran.stdout


def test_columns_make_a_table_of_their_own(shell, fake: FakeGoTo) -> None:
    react(fake, answer(200, [{"trainingKey": 7, "name": "Ladders"}, {"trainingKey": 8}]))
    asked = ("call", "training", "get_all_trainings", "--param=organizer_key=1", "--token=t")

    ran = shell(*asked, "--column=name", "--column=trainingKey")
    wrong = shell(*asked, "--column=key")

    assert [line.split() for line in ran.stdout.splitlines()[1:5:2]] == [["name", "trainingKey"], ["Ladders", "7"]]
    assert (wrong.exit_code, wrong.stderr.split(",")[0]) == (1, "There is no column key. Known are: trainingKey")


def test_an_empty_list_is_said(shell, fake: FakeGoTo) -> None:
    ran = shell("call", "training", "get_all_trainings", "--param=organizer_key=1", "--token=t", "--format=table")

    assert ran.stdout == "Nothing found.\n"


@pytest.mark.parametrize(
    ("expected", "body"), [("", b""), ("https://x.example/", b'"https://x.example/"'), ("hostURL", {"hostURL": "h"})]
)
def test_other_answers_are_shown_too(shell, fake: FakeGoTo, expected: str, body: object) -> None:
    react(fake, answer(200, body))
    name = {"": "cancel_training", "hostURL": "start_training"}.get(expected, "get_start_url")
    keys = [f"--param={n}=1" for n in goto.OPERATIONS[f"training.{name}"].path.split("/") if n.startswith("{")]
    params = [key.replace("{organizerKey}", "organizer_key").replace("{trainingKey}", "training_key") for key in keys]

    ran = shell("call", "training", name, *params, "--token", "t", "--format", "table")

    assert ran.exit_code == 0, ran.output
    assert expected in ran.stdout


def test_moments_flags_and_numbers_are_read(shell, fake: FakeGoTo) -> None:
    react(fake, answer(200, {"page": {"totalPages": 0}}))
    params = ["organizer_key=1", "from_time=2026-09-01", "to_time=2026-09-02T14:00:00+02:00", "page=0", "size=5"]

    ran = shell("call", "webinar", "get_webinars", *(f"--param={p}" for p in params), "--token", "t")

    assert ran.exit_code == 0, ran.output
    assert dict(fake.requests[0].url.params) == {
        "fromTime": "2026-09-01T00:00:00Z",
        "toTime": "2026-09-02T12:00:00Z",
        "page": "0",
        "size": "5",
    }


WEBINARS = ("call", "webinar", "get_webinars", "--token=t", "--param=organizer_key=1")
RANGE = ("--param=from_time=2026-09-01", "--param=to_time=2026-10-01")


def test_all_pages_come(shell, fake: FakeGoTo) -> None:
    pages = [hal("webinars", [{"webinarKey": n}], number=n, total_pages=3, total=3) for n in range(3)]
    react(fake, by_page(pages))

    ran = shell(*WEBINARS, *RANGE)

    assert [webinar["webinarKey"] for webinar in json.loads(ran.stdout)] == ["0", "1", "2"]


def test_one_page_comes_when_it_is_asked_for(shell, fake: FakeGoTo) -> None:
    react(fake, hal("webinars", [{"webinarKey": 1}], number=1, total_pages=3, total=3))

    ran = shell(*WEBINARS, *RANGE, "--param=page=1")

    assert [webinar["webinarKey"] for webinar in json.loads(ran.stdout)] == ["1"]
    assert len(fake.requests) == 1


REGISTER = ("call", "webinar", "create_registrant", "--param=organizer_key=1", "--param=webinar_key=2", "--token=t")
WITHOUT_ZONE = {"subject": "S", "starttime": "2026-09-01T12:00:00", "endtime": "2026-09-01T13:00:00Z"}
LENA = {"firstName": "Lena", "lastName": "L", "email": "lena@example.com"}


@pytest.mark.parametrize("source", ["text", "file", "standard input"])
def test_a_body_is_sent_as_goto_documents_it(shell, fake: FakeGoTo, tmp_path, source: str) -> None:
    react(fake, answer(201, {"registrantKey": 7}))
    body = LENA | {"responses": [{"questionKey": 9007199254740993, "answerKey": 0}]}
    (tmp_path / "body").write_text(json.dumps(body))
    told = {"text": json.dumps(body), "file": f"@{tmp_path / 'body'}", "standard input": "-"}[source]

    ran = shell(*REGISTER, "--json", told, input=json.dumps(body))

    assert ran.exit_code == 0, ran.output
    assert fake.bodies() == [body]


def test_bodies_that_are_lists_or_have_names_of_their_own(shell, fake: FakeGoTo) -> None:
    react(fake, answer(202))
    for told in (["--json", '["a", "b"]'], ["--param=webhook_keys=a", "--param=webhook_keys=b"]):
        assert shell("call", "webinar", "delete_webhooks", *told, "--token=t").exit_code == 0
    chat = {"sessionType": "chat", "portalName": "Front desk"}
    shell("call", "assist", "start_session", "--json", json.dumps(chat), "--token=t")
    member = {"displayName": "Sales", "members": [{"type": "user", "value": 7}]}
    shell("call", "scim", "create_group", "--json", json.dumps(member), "--token=t")

    assert fake.bodies() == [["a", "b"], ["a", "b"], chat, member | {"members": [{"type": "user", "value": "7"}]}]


@pytest.mark.parametrize(
    ("sentence", "arguments"),
    [
        ("no product phone", ["call", "phone", "x"]),
        ("no operation webinar.nope. List them with: greenroom call webinar", ["call", "webinar", "nope"]),
        ("Near it are: get_webinars, get_webinar", ["call", "webinar", "get_webnars"]),
        ("greenroom login", ["call", "scim", "get_me"]),
        ("not an access token", ["call", "scim", "get_me", "--token", "a b"]),
        ("needs organizer_key. Add: --param organizer_key=...", ["call", "training", "get_all_trainings"]),
        ("Add: --param from_time=2026-09-01T14:00:00Z", WEBINARS),
        ("""--json '{"firstName": ..., "lastName": ..., "email": ...}'""", REGISTER),
        ("""--json '[{"callbackUrl": ..., "eventName": ...}]'""", ["call", "webinar", "create_webhooks"]),
        ("no parameter nope. Known are: organizer_key", ["call", "training", "get_all_trainings", "--param=nope=1"]),
        ("NAME=VALUE", ["call", "training", "get_all_trainings", "--param=organizer_key"]),
        ("given twice", ["call", "training", "get_all_trainings", *["--param=organizer_key=1"] * 2]),
        ("organizerKey is not a key", ["call", "training", "get_all_trainings", "--param=organizer_key=.."]),
        ("from_time is no time", [*WEBINARS, "--param=from_time=soon"]),
        ("page does not fit: Expected `int`", [*WEBINARS, *RANGE, "--param=page=x"]),
        ("takes no body", [*WEBINARS, *RANGE, "--json={}"]),
        ("registrant is no JSON", [*REGISTER, "--json={"]),
        ("missing required field `email`", [*REGISTER, '--json={"firstName": "L", "lastName": "L"}']),
        ("Expected `str`, got `array` - at `$.email`", [*REGISTER, "--json", json.dumps(LENA | {"email": []})]),
        ("registrant has no member e-mail; known are firstName", [*REGISTER, '--json={"e-mail": "x"}']),
        ("registrant.responses[0] has no member key", [*REGISTER, "--json", json.dumps({"responses": [{"key": 1}]})]),
        ("cannot be read: No such file", [*REGISTER, "--json=@/no/such/file"]),
        ("given twice", [*REGISTER, "--json={}", "--param", f"registrant={json.dumps(LENA)}"]),
        ("at least one of", ["call", "assist", "get_recordings"]),
        ("need a time zone", ["call", "meeting", "meetings_post", "--json",
                              json.dumps(WITHOUT_ZONE)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(shell, fake: FakeGoTo, sentence: str, arguments: list[str]) -> None:
    if "greenroom login" not in sentence and not any(a.startswith("--token") for a in arguments):
        arguments = [*arguments, "--token=t"]

    ran = shell(*arguments)

    assert ran.exit_code == 1
    assert sentence in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert fake.requests == []


def test_gotos_errors_are_said_and_end_with_a_status(shell, fake: FakeGoTo) -> None:
    react(fake, answer(404, {"errorCode": "NoSuchTraining", "description": "There is none."}))

    ran = shell("call", "training", "get_training", "--param=organizer_key=1", "--param=training_key=2", "--token=t")

    assert ran.exit_code == 1
    assert ran.stderr.startswith("not_found: training.get_training failed with status 404 (NoSuchTraining")


@pytest.mark.parametrize("product", sorted({endpoint.product for endpoint in OPERATIONS.values()}))
def test_every_operation_is_listed_with_what_it_does(shell, product: str) -> None:
    listed = shell("call", product).stdout

    names = [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")]
    assert names == [endpoint.name for endpoint in OPERATIONS.values() if endpoint.product == product]


@pytest.mark.parametrize("endpoint", OPERATIONS.values(), ids=sorted(OPERATIONS))
def test_every_operation_can_be_built_from_texts(endpoint) -> None:
    """Whatever a parameter takes, some text stands for it, and each body has one place."""
    kinds = arguments.kinds_of(endpoint)
    simple = {"str": "1", "datetime": "2026-09-01", "int": "1", "bool": "true"}
    params = []
    for name, parameter in arguments.parameters_of(endpoint).items():
        kind = kinds[name]
        if arguments.is_list_of_texts(kind):
            params.append(f"{name}=1")
        elif not arguments.has_parts(kind):
            params.append(f"{name}={simple[kind.__name__]}")
        else:
            assert arguments.body_parameter(endpoint, kinds) == name
            assert parameter.default is parameter.empty
            return

    assert arguments.build(endpoint, params, None, {}).name == endpoint.name


class Context:
    def __init__(self, *args: str, **params: Any) -> None:
        self.args, self.params = args, params


def test_products_operations_and_parameters_are_completed() -> None:
    context: Any = Context(product="webinar", operation="get_webinars")
    nothing: Any = Context()

    assert calling.complete_product("se") == ["seeit"]
    assert [name for name, _ in calling.complete_operation(context, "get_webinar_")] == [
        "get_webinar_meeting_times",
        "get_webinar_session",
    ]
    assert calling.complete_param(context, "") == ["organizer_key=", "from_time=", "to_time=", "page=", "size="]
    assert calling.complete_operation(nothing, "get") == []
    assert calling.complete_param(nothing, "") == []


def test_what_is_given_is_not_offered_again_and_what_is_left_comes_with_an_example() -> None:
    """Behind `--param` the product and the operation are not read as such yet."""
    context: Any = Context("webinar", "get_webinars", param=["organizer-key=1", "from_time=2026-09-01"])

    assert calling.complete_param(context, "") == ["to_time=", "page=", "size="]
    assert calling.complete_param(context, "t") == ["to_time=", "to_time=2026-09-01T14:00:00Z"]


@pytest.fixture
def signed_in(fake: FakeGoTo) -> None:
    """Keep a sign-in of organizer 77 in account 99."""
    profile = login.Profile(
        client_id="c", client_secret=None, base_url="https://x", auth_url="https://x",
        organizer_key="77", account_key="99",
    )  # fmt: skip
    login._keep(profile, goto.Token(access_token="t"))


@pytest.mark.usefixtures("signed_in")
def test_keys_that_are_left_out_are_those_of_the_sign_in(shell, fake: FakeGoTo) -> None:
    assert shell("call", "training", "get_all_trainings").exit_code == 0
    assert shell("call", "training", "get_all_organisers").exit_code == 0
    assert shell("call", "training", "get_all_trainings", "--param=organizer_key=1").exit_code == 0

    assert [request.url.path.removeprefix("/G2T/rest") for request in fake.requests] == [
        "/organizers/77/trainings",
        "/accounts/99/organizers",
        "/organizers/1/trainings",
    ]


@pytest.mark.usefixtures("signed_in")
def test_nobody_deletes_themselves_by_leaving_a_key_out(shell, fake: FakeGoTo) -> None:
    ran = shell("call", "meeting", "organizers_organizer_key_delete")

    assert (ran.exit_code, fake.requests) == (1, [])
    assert ran.stderr == "organizers_organizer_key_delete needs organizer_key. Add: --param organizer_key=...\n"


@pytest.mark.usefixtures("signed_in")
def test_a_token_of_ones_own_comes_without_keys(shell, fake: FakeGoTo) -> None:
    assert "needs organizer_key" in shell("call", "training", "get_all_trainings", "--token=t").stderr


def test_a_call_reaches_the_sandbox(shell, sandbox_url: str, token: str) -> None:
    ran = shell("call", "admin", "get_me", "--token", token, "--base-url", sandbox_url)

    assert ran.exit_code == 0, ran.output
    me = json.loads(ran.stdout)
    assert me["email"] == "olga@northwind.example"

    listed = shell(
        "call", "webinar", "get_webinars", f"--param=organizer_key={me['key']}", "--param=from_time=2000-01-01",
        "--param=to_time=2050-01-01", "--token", token, "--base-url", sandbox_url, "--format=table",
    )  # fmt: skip
    assert listed.exit_code == 0, listed.output
    assert "webinarKey" in listed.stdout


@pytest.mark.parametrize(
    ("advice", "status", "body"),
    [
        ("Sign in again with greenroom login", 401, {}),
        ("greenroom call admin get_me", 403, {"errorCode": "AccessDenied"}),
        ("Check the keys.", 404, {}),
        ("ten in a second", 429, {}),
        ("Try again in a while.", 503, {}),
    ],
)
def test_errors_say_what_to_do(shell, fake: FakeGoTo, advice: str, status: int, body: object) -> None:
    react(fake, answer(status, body))

    assert advice in shell("call", "admin", "get_me", "--token=t").stderr


def test_a_lost_connection_is_said(shell, fake: FakeGoTo) -> None:
    react(fake, httpx2.ConnectError("https://secret.example"))

    ran = shell("call", "admin", "get_me", "--token=t")

    assert (ran.exit_code, ran.stderr.startswith("transport: ")) == (1, True)
