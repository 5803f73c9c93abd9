"""What single operations send and how they read what comes back."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from tests.goto.fakes import NOW, FakeGoTo, answer, later

from greenroom import goto
from greenroom.goto import (
    OPERATIONS,
    ConflictError,
    ResourceNotFoundError,
    UnexpectedResponseError,
    admin,
    training,
    webinar,
)

LENA = webinar.RegistrantFields(first_name="Lena", last_name="L", email="lena@example.com")
LENA_T = training.RegistrantReqCreate(email="lena@example.com", given_name="Lena", surname="L")


def test_a_registration_is_sent_with_answers_and_key_zero(connect) -> None:
    fake = FakeGoTo(answer(201, {"registrantKey": 7, "joinUrl": "u", "status": "APPROVED", "asset": True}))
    answers = (
        webinar.RegistrantQAResponse(question_key="9007199254740993", answer_key="0"),
        webinar.RegistrantQAResponse(question_key="12", answer_key=0),
        webinar.RegistrantQAResponse(question_key="13", response_text="Ladders"),
    )
    fields = webinar.RegistrantFields(
        first_name="Lena", last_name="L", email="lena@example.com", zip_code="1", responses=answers
    )

    created = connect(fake).send(webinar.create_registrant("1", "2", fields, resend_confirmation=True))

    assert fake.bodies() == [
        {
            "firstName": "Lena",
            "lastName": "L",
            "email": "lena@example.com",
            "zipCode": "1",
            "responses": [
                {"questionKey": 9007199254740993, "answerKey": 0},
                {"questionKey": 12, "answerKey": 0},
                {"questionKey": 13, "responseText": "Ladders"},
            ],
        }
    ]
    assert fake.requests[0].headers["accept"] == "application/json"
    assert fake.requests[0].url.params["resendConfirmation"] == "true"
    assert (created.registrant_key, created.join_url, created.status) == ("7", "u", "APPROVED")
    assert created.already_registered is False


def test_a_hal_content_type_is_read(connect) -> None:
    fake = FakeGoTo(answer(201, {"registrantKey": 7}, content_type="application/hal+json;charset=UTF-8"))

    assert connect(fake).send(webinar.create_registrant("1", "2", LENA)).registrant_key == "7"


@pytest.mark.parametrize(
    ("key", "link", "body"),
    [
        ("7", "u", {"errorCode": "X", "description": "d", "registrantKey": 7, "joinUrl": "u"}),
        ("7", "u", {"registrantKey": "7", "joinURL": "u"}),
        (None, None, {"errorCode": "X"}),
        (None, None, b""),
        (None, None, b"<html>"),
    ],
)
def test_a_known_address_is_a_value_for_webinars(connect, key: str | None, link: str | None, body: object) -> None:
    registered = connect(FakeGoTo(answer(409, body))).send(webinar.create_registrant("1", "2", LENA))

    assert (registered.registrant_key, registered.join_url, registered.already_registered) == (key, link, True)


def test_a_known_address_is_a_value_for_trainings(connect) -> None:
    body = {"errorCode": "DuplicateRegistrant", "description": "d", "incident": 2**62, "registrantKey": 2**61}

    registered = connect(FakeGoTo(answer(409, body))).send(training.register_for_training("1", "2", LENA_T))

    assert registered == training.RegistrantCreated(registrant_key=str(2**61), already_registered=True)


@pytest.mark.parametrize("goto_code", ["TrainingOver", "TrainingInSession"])
def test_other_conflicts_of_a_training_are_errors(connect, goto_code: str) -> None:
    with pytest.raises(ConflictError) as caught:
        connect(FakeGoTo(answer(409, {"errorCode": goto_code}))).send(training.register_for_training("1", "2", LENA_T))
    assert caught.value.goto_code == goto_code


def test_a_training_registration_is_new(connect) -> None:
    body = {"registrantKey": 7, "joinUrl": "j", "confirmationUrl": "c"}
    fake = FakeGoTo(answer(201, body))

    created = connect(fake).send(training.register_for_training("1", "2", LENA_T))

    assert (created.registrant_key, created.join_url, created.confirmation_url) == ("7", "j", "c")
    assert created.already_registered is False
    assert fake.bodies() == [{"email": "lena@example.com", "givenName": "Lena", "surname": "L"}]


@pytest.mark.parametrize(
    "delete", [webinar.delete_registrant, training.cancel_registration, webinar.delete_webinar_panelist]
)
def test_deleting_what_is_gone_is_done_if_the_caller_says_so(connect, delete: Any) -> None:
    fake = FakeGoTo(answer(404, {"errorCode": "NotFound"}))

    assert connect(fake).send(delete("1", "2", "3", gone_is_success=True)) is None
    with pytest.raises(ResourceNotFoundError):
        connect(fake).send(delete("1", "2", "3"))


@pytest.mark.parametrize("body", [b'"4104950342217711886"', b" 4104950342217711886\n"])
def test_a_scheduled_training_is_its_key(connect, body: bytes) -> None:
    fake = FakeGoTo(answer(201, body))
    request = training.TrainingReqCreate(
        name="Ladders",
        time_zone="Europe/Amsterdam",
        times=(training.DateTimeRange(start_date=NOW, end_date=later(3600)),),
        organizers=("7350024416687122333",),
        registration_settings=training.RegistrationSettings(disable_confirmation_email=True),
    )

    assert connect(fake).send(training.schedule_training("1", request)) == "4104950342217711886"
    assert fake.bodies() == [
        {
            "name": "Ladders",
            "timeZone": "Europe/Amsterdam",
            "times": [{"startDate": "2026-09-01T12:00:00Z", "endDate": "2026-09-01T13:00:00Z"}],
            "organizers": [7350024416687122333],
            "registrationSettings": {"disableConfirmationEmail": True, "disableWebRegistration": False},
        }
    ]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"key": 1}', b'"not a key"', b'"'])
def test_a_key_answer_that_is_none_is_unexpected(connect, body: bytes) -> None:
    request = training.TrainingReqCreate(name="L", time_zone="GMT", times=())

    with pytest.raises(UnexpectedResponseError):
        connect(FakeGoTo(answer(201, body))).send(training.schedule_training("1", request))


@pytest.mark.parametrize("make", [training.get_manage_training_url, training.get_start_url])
@pytest.mark.parametrize("body", [b'"https://x.example/m"', b"https://x.example/m"])
def test_bare_texts_are_read_quoted_or_plain(connect, make: Any, body: bytes) -> None:
    assert connect(FakeGoTo(answer(200, body))).send(make("1", "2")) == "https://x.example/m"


@pytest.mark.parametrize("body", [[{"registrantKey": 1, "sessionKey": 2}], []])
def test_a_webinar_session_is_its_attendees(connect, body: object) -> None:
    attendees = connect(FakeGoTo(answer(200, body))).send(webinar.get_webinar_session("1", "2", "3"))

    assert [attendee.registrant_key for attendee in attendees] == ["1"] * len(body)


def test_a_webinar_session_may_be_an_object(connect) -> None:
    body = {"sessionKey": 3, "startTime": "2026-09-01T12:00:00Z"}

    session = connect(FakeGoTo(answer(200, body))).send(webinar.get_webinar_session("1", "2", "3"))

    assert (session.session_key, session.start_time) == ("3", NOW)


def test_performance_is_by_session_key(connect) -> None:
    body = {"77": {"sessionInfo": {"sessionKey": 77, "registrationEmailOpenedCount": "4"}, "attendance": None}}

    figures = connect(FakeGoTo(answer(200, body))).send(webinar.get_performance_for_all_webinar_sessions("1", "2"))

    assert figures["77"].session_info.registration_email_opened_count == "4"


def test_webhooks_are_listed_made_changed_and_deleted_in_bulk(connect) -> None:
    listed = {"_embedded": {"webhooks": [{"webhookKey": "w", "state": "Inactive", "callbackUrl": "https://h"}]}}
    fake = FakeGoTo(answer(200, listed), answer(200, listed), answer(204), answer(202))
    client = connect(fake)

    assert client.send(webinar.get_webhooks())[0].state is webinar.ActivityState.INACTIVE
    request = webinar.CreateWebhookRequest(callback_url="https://h", event_name="registrant.added")
    assert client.send(webinar.create_webhooks([request]))[0].webhook_key == "w"
    client.send(webinar.update_webhooks([webinar.UpdateWebhooksRequest(webhook_key="w", state="ACTIVE")]))
    client.send(webinar.delete_webhooks(["w"]))

    assert fake.requests[0].url.params["product"] == "g2w"
    assert [r.method for r in fake.requests] == ["GET", "POST", "PUT", "DELETE"]
    assert fake.bodies() == [
        None,
        [{"callbackUrl": "https://h", "eventName": "registrant.added", "eventVersion": "1.0.0", "product": "g2w"}],
        [{"webhookKey": "w", "state": "ACTIVE"}],
        ["w"],
    ]


def test_no_webhooks_is_an_empty_list(connect) -> None:
    assert connect(FakeGoTo(answer(200, {}))).send(webinar.get_user_subscriptions()) == []


def test_a_secret_key_is_not_shown(connect) -> None:
    secret = connect(FakeGoTo(answer(200, {"id": 4, "value": "s3cret", "validFrom": "2026-09-01T12:00:00Z"}))).send(
        webinar.create_secret_key(webinar.SecretKeyRequest())
    )

    assert (secret.value, secret.id, secret.valid_from) == ("s3cret", "4", NOW)
    assert "s3cret" not in repr(secret)


def test_searches_name_what_to_include(connect) -> None:
    fake = FakeGoTo(answer(200, {"page": {"totalPages": 0}}))
    search = webinar.AssetsSearchReq(account_key="5")

    connect(fake).send(webinar.search_assets(search, includes=["recordingShareUrl", "webinarKey"]))

    assert fake.requests[0].url.params["includes"] == "recordingShareUrl,webinarKey"


def test_me_is_whom_the_token_belongs_to(connect) -> None:
    body = {"key": 7, "accountKey": "9", "firstName": "Olga", "accounts": [{"key": 9, "name": "Acme"}]}
    fake = FakeGoTo(answer(200, body))

    me = connect(fake).send(admin.get_me(include_admins=False))

    assert (me.key, me.account_key, me.accounts[0].key) == ("7", "9", "9")
    assert fake.requests[0].url.path == "/admin/rest/v1/me"
    assert fake.requests[0].url.params["includeAdmins"] == "false"


def test_no_users_is_an_empty_result_though_goto_says_not_found(connect) -> None:
    assert list(connect(FakeGoTo(answer(404))).send(admin.get_users("9"))) == []


def test_operations_know_product_name_method_and_path() -> None:
    operation = training.get_training("1", "2")

    assert (operation.product, operation.name, operation.method) == ("training", "get_training", "GET")
    assert operation.path == "/G2T/rest/organizers/1/trainings/2"
    assert operation.retryable


def test_wrong_query_names_are_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no query parameter"):
        OPERATIONS["webinar.get_webinar"].returning(webinar.WebinarByKey, "1", "2", query={"nope": 1})


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_a_documented_function_of_its_name(name: str) -> None:
    endpoint = OPERATIONS[name]
    module = getattr(goto, endpoint.product)
    function = getattr(module, endpoint.name)

    assert name == f"{endpoint.product}.{endpoint.name}"
    assert endpoint.name in module.__all__
    assert inspect.getdoc(function)
    assert "call" not in inspect.signature(function).parameters
    assert endpoint.function is function
