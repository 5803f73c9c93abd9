"""Reading what GoTo varies, writing what it surely reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.goto import UnexpectedResponseError, parse_time, training, webinar, write_time
from greenroom.goto._decoding import decode
from greenroom.goto._types import write_body

T = TypeVar("T")

MOMENTS = st.datetimes(
    min_value=datetime(1980, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def read(kind: type[T], value: object) -> T:
    return decode(json.dumps(value).encode(), kind, product="webinar", operation="a_call")


def test_keys_are_text_whatever_json_holds() -> None:
    for key in (5573265432109876543, "5573265432109876543"):
        assert read(webinar.Registrant, {"registrantKey": key}).registrant_key == "5573265432109876543"


@given(st.integers(0, 10**40))
def test_keys_of_any_size_are_exact(key: int) -> None:
    registrant = read(webinar.Registrant, {"registrantKey": key})

    assert registrant.registrant_key == str(key)
    assert type(registrant.registrant_key) is str


@pytest.mark.parametrize("key", [1.5, True, None, [], {}, [1]])
def test_what_is_no_key_is_refused(key: object) -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        read(list[webinar.Registrant], [{"registrantKey": key}])
    assert "registrantKey" in caught.value.path


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01T14:03:21Z",
        "2026-09-01T14:03:21.000Z",
        "2026-09-01T14:03:21.+0000",
        "2026-09-01T14:03:21+0000",
        "2026-09-01T14:03:21+00:00",
        "2026-09-01T16:03:21+02:00",
        "2026-09-01T16:03:21+0200",
        "2026-09-01T09:33:21-04:30",
        "2026-09-01T14:03:21",
        "2026-9-1T14:3:21Z",
        "2026-09-01 14:03:21 UTC",
        "09/01/2026 14:03:21",
        "9/1/2026 2:03:21 PM",
        "9/1/2026, 2:03:21 pm UTC",
        "9/1/2026 4:03:21 PM +0200",
        1788271401,
        1788271401000,
        "1788271401000",
        "1788271401",
    ],
)
def test_times_of_every_shape_are_one_moment_in_utc(text: object) -> None:
    expected = datetime(2026, 9, 1, 14, 3, 21, tzinfo=UTC)

    assert parse_time(text) == expected
    assert parse_time(text).tzinfo is UTC
    assert read(webinar.Registrant, {"registrantKey": 1, "registrationDate": text}).registration_date == expected


@given(MOMENTS, OFFSETS)
def test_offsets_do_not_move_the_moment(moment: datetime, zone: timezone) -> None:
    assert parse_time(moment.astimezone(zone).isoformat()) == moment


@given(MOMENTS)
def test_epoch_milliseconds_are_exact_to_the_millisecond(moment: datetime) -> None:
    milliseconds = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
    expected = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if milliseconds >= 100_000_000_000:  # before 1973 the number reads as seconds
        assert parse_time(milliseconds) == expected


@given(MOMENTS, OFFSETS)
def test_written_times_are_utc_with_z_and_read_back(moment: datetime, zone: timezone) -> None:
    written = write_time(moment.astimezone(zone))

    assert len(written) == 20
    assert written.endswith("Z")
    assert parse_time(written) == moment.replace(microsecond=0)


def test_times_without_a_zone_are_not_sent() -> None:
    with pytest.raises(ValueError, match="time zone"):
        write_time(datetime(2026, 9, 1))  # noqa: DTZ001


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_what_is_no_time_is_a_value_error_at_most(value: object) -> None:
    try:
        moment = parse_time(value)
    except ValueError:
        return
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("text", ["13/1/2026", "9/31/2026", "9/1/2026 0:30 AM", "9/1/2026 13:00 PM", "9/1/26", "9/1"])
def test_what_is_no_us_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_midnight_and_noon_of_us_dates() -> None:
    assert parse_time("9/1/2026 12:05 AM") == datetime(2026, 9, 1, 0, 5, tzinfo=UTC)
    assert parse_time("9/1/2026 12:05 PM") == datetime(2026, 9, 1, 12, 5, tzinfo=UTC)
    assert parse_time("9/1/2026") == datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), 10**30, -(10**30)])
def test_numbers_beyond_all_times_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_time(number)


def test_an_empty_time_is_none() -> None:
    assert read(webinar.Registrant, {"registrantKey": 1, "registrationDate": ""}).registration_date is None


def test_recordings_are_told_in_utc() -> None:
    recording = read(training.Recording, {"recordingId": 1, "startDate": "2016-03-31T17:07:49+02:00"})

    assert recording.start_date == datetime(2016, 3, 31, 15, 7, 49, tzinfo=UTC)
    assert recording.start_date.tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "field", "body"),
    [
        (webinar.Webinar, "webinar_id", {"webinarKey": 1, "webinarID": "123456789"}),
        (webinar.Webinar, "webinar_id", {"webinarKey": 1, "webinarId": 123456789}),
        (webinar.SessionInfoStatistics, "webinar_id", {"webinarID": "123456789"}),
        (webinar.Webinar, "subject", {"webinarKey": 1, "name": "123456789"}),
        (webinar.Registrant, "join_url", {"registrantKey": 1, "joinUrl": "123456789"}),
        (webinar.Registrant, "join_url", {"registrantKey": 1, "joinURL": "123456789"}),
        (webinar.Registrant, "join_url", {"registrantKey": 1, "joinLink": "123456789"}),
        (webinar.Coorganizer, "join_link", {"joinUrl": "123456789"}),
        (webinar.Panelist, "panelist_key", {"panelistId": 123456789}),
        (webinar.Panelist, "panelist_key", {"panelistKey": "123456789"}),
        (training.HostUrl, "host_url", {"hostURL": "123456789"}),
        (training.HostUrl, "host_url", {"hostUrl": "123456789"}),
        (webinar.WebinarStartUrl, "start_url", {"startUrl": "123456789"}),
    ],
)
def test_every_spelling_is_read(kind: type, field: str, body: object) -> None:
    assert getattr(read(kind, body), field) == "123456789"


@pytest.mark.parametrize("word", ["APPROVED", "Approved", "approved"])
def test_known_words_are_compared_without_case(word: str) -> None:
    registrant = read(webinar.Registrant, {"registrantKey": 1, "status": word})

    assert registrant.status is webinar.RegistrantStatus.APPROVED
    assert registrant.status == "APPROVED"


def test_unknown_words_are_kept_in_upper_case() -> None:
    registrant = read(webinar.Registrant, {"registrantKey": 1, "status": "Pondering"})

    assert registrant.status == "PONDERING"
    assert f"{registrant.status}" == "PONDERING"
    assert msgspec.json.encode(registrant.status) == b'"PONDERING"'


def test_recurrence_keeps_gotos_own_case() -> None:
    assert read(webinar.Webinar, {"webinarKey": 1, "recurrenceType": "SERIES"}).recurrence_type == "series"


def test_nulls_and_missing_members_are_the_same() -> None:
    sparse = read(training.Training, {"trainingKey": 1})
    nulls = read(training.Training, {"trainingKey": 1} | dict.fromkeys(("name", "times", "organizers", "trainingId")))

    assert sparse == nulls
    assert (sparse.name, sparse.times, sparse.training_id) == ("", (), None)


def test_unknown_members_are_ignored() -> None:
    assert read(webinar.Webinar, {"webinarKey": 1, "omid": "x", "broadcast": {"a": [1]}}).webinar_key == "1"


def test_numbers_written_as_text_are_read() -> None:
    assert read(training.Session, {"sessionKey": 1, "duration": "75"}).duration == 75


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("$[1].email", [{"registrantKey": 1}, {"registrantKey": 2, "email": {"secret": 1}}]),
        ("$[0].registrationDate", [{"registrantKey": 1, "registrationDate": "secret"}]),
        ("$[0].registrantKey", [{"email": "secret"}]),
        ("$", {"secret": 1}),
        ("$", "secret"),
    ],
)
def test_a_malformed_body_is_named_by_its_place_only(path: str, body: object) -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        read(list[webinar.Registrant], body)
    assert caught.value.path == path
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert (caught.value.product, caught.value.operation) == ("webinar", "a_call")


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"registrantKey": 1e999}', b"null"])
def test_what_is_no_json_of_ours_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponseError):
        decode(body, webinar.Registrant, product="webinar", operation="a_call")


def test_reprs_do_not_show_links_and_addresses() -> None:
    registrant = read(
        webinar.Registrant,
        {"registrantKey": 1, "email": "lena@example.com", "joinUrl": "https://x.example/join/1/2", "status": "WAITING"},
    )

    assert "registrant_key='1'" in repr(registrant)
    assert "join_url=***" in repr(registrant)
    assert "lena@" not in repr([registrant])
    assert "x.example" not in repr(registrant.__rich_repr__())


def test_every_model_hides_what_admits_its_bearer() -> None:
    """New members with such names must be added to the hidden ones, or named here as public."""
    from greenroom.goto import Token, admin, assist, meeting, scim, seeit, webhooks
    from greenroom.goto._types import HIDDEN, Model

    public = {"registration_url", "callback_url", "confirmation_email", "disable_confirmation_email"}
    public |= {"suppress_email", "spec_url", "documentation_url", "partner_object_url", "session_status_callback_url"}
    public |= {"reminder_email", "absentee_follow_up_email", "attendee_follow_up_email"}
    models = [
        model
        for module in (webinar, training, meeting, scim, admin, assist, seeit, webhooks)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Model)
    ]
    telling = {
        name
        for model in [Token, *models]
        for name in model.__struct_fields__
        if name.endswith(("_url", "_link", "email", "_token"))
    }
    assert len(models) > 120
    assert telling - HIDDEN == public


def test_bodies_hold_no_none_and_times_in_utc() -> None:
    times = (webinar.DateTimeRange(
        start_time=datetime(2026, 9, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        end_time=datetime(2026, 9, 1, 13, 0, 0, 999, tzinfo=UTC),
    ),)  # fmt: skip
    body = webinar.WebinarReqCreate(subject="S", times=times, recurrence_end=date(2026, 12, 1), is_breakout=False)

    assert json.loads(write_body(body)) == {
        "subject": "S",
        "times": [{"startTime": "2026-09-01T12:00:00Z", "endTime": "2026-09-01T13:00:00Z"}],
        "recurrenceEnd": "2026-12-01",
        "isBreakout": False,
    }


def test_bodies_hold_keys_as_the_schema_types_them() -> None:
    big = "5573265432109876543"

    assert write_body(training.TrainingOrganizers(organizers=(big,))) == b'{"organizers":[%b]}' % big.encode()
    assert json.loads(write_body(webinar.AssetsSearchReq(account_key=big))) == {"accountKey": big}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (rb"Lena\ud83d", "Lena\N{REPLACEMENT CHARACTER}"),
        (rb"\udc4bLena", "\N{REPLACEMENT CHARACTER}Lena"),
        (rb"\ud83d\udc4b", "\N{WAVING HAND SIGN}"),
        (rb"Le\u0000na", "Le\0na"),
        (b"Le\0na", "Le\0na"),
        (b"Le\tna\x1f", "Le\tna\x1f"),
        (b"L\xe9na", "L\N{REPLACEMENT CHARACTER}na"),
        (b"Lena\xed\xa0\xbd", "Lena" + "\N{REPLACEMENT CHARACTER}" * 3),
    ],
)
def test_one_odd_name_loses_nobody_and_no_digit(written: bytes, read_as: str) -> None:
    odd = b'{"registrantKey": 55732654321098765432109, "firstName": "%b"}' % written
    body = b'[{"registrantKey": 1, "firstName": "Ivan"}, %b, {"registrantKey": 3, "firstName": "Ol\xc3\xa9"}]' % odd

    people = decode(body, list[webinar.Registrant], product="webinar", operation="a_call")

    assert ["1", "55732654321098765432109", "3"] == [person.registrant_key for person in people]
    assert ["Ivan", read_as, "Ol\N{LATIN SMALL LETTER E WITH ACUTE}"] == [person.first_name for person in people]


def test_an_odd_name_and_an_odd_spelling_are_read_together() -> None:
    body = rb'[{"registrantKey": 1, "firstName": "\ud83d", "joinURL": "https://x.example"}]'

    [person] = decode(body, list[webinar.Registrant], product="webinar", operation="a_call")

    assert ("\N{REPLACEMENT CHARACTER}", "https://x.example") == (person.first_name, person.join_url)


def test_a_byte_order_mark_is_passed_over() -> None:
    body = b'\xef\xbb\xbf{"registrantKey": 1}'

    assert decode(body, webinar.Registrant, product="webinar", operation="a_call").registrant_key == "1"


@pytest.mark.parametrize("body", [{}, {"error": "unavailable"}, {"Performance": {}}])
def test_an_answer_without_any_known_member_is_unexpected(body: object) -> None:
    """All its members may be missing, but then it is no performance of a session."""
    with pytest.raises(UnexpectedResponseError) as caught:
        read(webinar.SessionPerformance, body)
    assert caught.value.path == "$"


def test_a_row_without_any_known_member_is_named_by_its_place() -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        read(list[webinar.Poll], [{"question": "Why?"}, {"error": "unavailable"}])
    assert caught.value.path == "$[1]"


def test_known_members_that_are_null_are_known() -> None:
    assert read(list[webinar.Poll], [{"question": None}]) == [webinar.Poll()]
    assert read(webinar.Webhook, {"webhookKey": None}) == webinar.Webhook()
