"""Rows that cannot be read are set aside where the caller wants it, and stop none of the others."""

from __future__ import annotations

import pytest
from tests.goto.fakes import NOW, FakeGoTo, SyncClient, answer, by_page, hal, later

from greenroom.goto import UnexpectedResponseError, assist, training, webinar

REGISTRANTS = webinar.get_all_registrants_for_webinar("1", "2")
WEBINARS = webinar.get_webinars("1", NOW, later(86_400))
GOOD, LATER = {"registrantKey": 7, "email": "a@example.com"}, {"registrantKey": 8, "email": "b@example.com"}

BAD = [
    ({"registrantKey": 9, "registrationDate": "soon"}, "$.registrationDate"),
    ({"registrantKey": ["9"]}, "$.registrantKey"),
    ({"registrantKey": "9" * 65}, "$.registrantKey"),
    ({"registrantKey": "9\0"}, "$.registrantKey"),
    ("nobody", "$"),
    (None, "$"),
]


@pytest.mark.parametrize(("bad", "path"), BAD)
def test_bad_row_is_set_aside_with_its_raw_form_and_the_place(connect, bad, path) -> None:
    goto = connect(FakeGoTo(answer(200, [GOOD, bad, LATER])), sets_aside=True)
    assert ["7", "8"] == [one.registrant_key for one in goto.send(REGISTRANTS)]
    (row,) = goto.take_set_aside()
    assert ("webinar", "get_all_registrants_for_webinar", path) == (row.product, row.operation, row.path)
    assert answer(200, [bad]).json() == answer(200, b"[%b]" % row.raw).json()
    assert [] == goto.take_set_aside()


@pytest.mark.parametrize(("bad", "path"), BAD)
def test_bad_row_makes_the_list_unreadable_by_default(connect, bad, path) -> None:
    goto = connect(FakeGoTo(answer(200, [GOOD, bad, LATER])))
    with pytest.raises(UnexpectedResponseError):
        goto.send(REGISTRANTS)
    assert [] == goto.take_set_aside()


def test_pages_are_read_to_the_last_with_a_bad_row_on_each(connect) -> None:
    rows = [[{"webinarKey": "1"}, {"webinarKey": "x", "times": 5}], [{"times": []}, {"webinarKey": "3"}]]
    pages = [hal("webinars", some, number=n, total_pages=2, total=4) for n, some in enumerate(rows)]
    goto = connect(FakeGoTo(by_page(pages)), sets_aside=True)
    assert ["1", "3"] == [one.webinar_key for one in goto.iterate(WEBINARS, page_size=2)]
    assert ["$.times", "$.webinarKey"] == [row.path for row in goto.take_set_aside()]


def test_bad_row_of_a_list_in_a_member_is_set_aside(connect) -> None:
    goto = connect(FakeGoTo(answer(200, {"sessions": [{"sessionId": 1}, {"sessionId": []}]})), sets_aside=True)
    assert ["1"] == [one.session_id for one in goto.send(assist.get_sessions(NOW, later(60)))]
    assert ["$.sessionId"] == [row.path for row in goto.take_set_aside()]


def test_only_row_is_set_aside_too(connect) -> None:
    goto = connect(FakeGoTo(answer(200, [BAD[0][0]])), sets_aside=True)
    assert [] == list(goto.send(REGISTRANTS))
    assert 1 == len(goto.take_set_aside())


@pytest.mark.parametrize(
    "body", [[BAD[0][0]] * 2, {"errorCode": "Odd"}, b"<p>Please wait", {"data": "none", "total": 1}], ids=str
)
def test_where_nothing_can_be_read_it_is_no_matter_of_rows(connect, body) -> None:
    goto = connect(FakeGoTo(answer(200, body)), sets_aside=True)
    with pytest.raises(UnexpectedResponseError):
        goto.send(REGISTRANTS)
    assert [] == goto.take_set_aside()


def test_row_tells_nothing_of_people_when_printed(connect) -> None:
    bad = {"email": "secret@example.com", "registrationDate": "?"}
    goto = connect(FakeGoTo(answer(200, [GOOD, bad])), sets_aside=True)
    goto.send(REGISTRANTS)
    assert "secret" not in repr(goto.take_set_aside())


def test_page_in_place_of_an_empty_answer_is_no_success(connect) -> None:
    goto = connect(FakeGoTo(answer(200, b"<!doctype html><title>Please wait</title>")))
    with pytest.raises(UnexpectedResponseError):
        goto.send(webinar.delete_registrant("1", "2", "3"))


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"deleted"])
def test_other_words_for_nothing_are_a_success(connect, body) -> None:
    assert connect(FakeGoTo(answer(200, body))).send(training.cancel_training("1", "2")) is None


def rows_of(body: object, **options: object) -> list[str]:
    fetched = SyncClient(FakeGoTo(answer(200, body)), **options).fetch(REGISTRANTS)
    return [one.registrant_key for one in fetched.rows()]


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 1_001, 2_000, 2_001])
def test_list_in_pieces_is_the_list(count) -> None:
    assert [str(n) for n in range(count)] == rows_of([{"registrantKey": n, "firstName": ",]"} for n in range(count)])


@pytest.mark.parametrize("body", [b'{"data": [{"registrantKey": "7"}], "total": 1}', b" [ ] ", b"\xef\xbb\xbf[]"])
def test_body_that_is_no_bare_list_is_read_whole(body) -> None:
    value = SyncClient(FakeGoTo(answer(200, body))).send(REGISTRANTS)
    assert [one.registrant_key for one in value] == rows_of(body)


def test_bad_rows_at_the_end_of_a_long_list_are_set_aside() -> None:
    client = SyncClient(
        FakeGoTo(answer(200, [{"registrantKey": n} for n in range(1_000)] + ["nobody"] * 2)), sets_aside=True
    )
    assert 1_000 == len(list(client.fetch(REGISTRANTS).rows()))
    assert [b'"nobody"'] * 2 == [row.raw for row in client.take_set_aside()]


def test_half_a_character_in_one_name_makes_nobody_unreadable() -> None:
    body = b"[%b]" % b",".join([b'{"registrantKey": 1}'] * 1_500 + [b'{"registrantKey": 2, "firstName": "\\ud800"}'])
    assert "2" == rows_of(body)[-1]


@pytest.mark.parametrize("body", [b"<p>Please wait", b'{"errorCode": "Odd"}', b"[1, 2", b"[" * 5_000])
def test_rows_of_what_is_no_list_are_an_error(body) -> None:
    with pytest.raises(UnexpectedResponseError):
        rows_of(body)
