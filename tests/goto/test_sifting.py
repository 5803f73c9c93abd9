"""Rows that cannot be read are set aside where the caller wants it, and stop none of the others."""

from __future__ import annotations

import pytest
from tests.goto.fakes import NOW, FakeGoTo, answer, by_page, hal, later

from greenroom.goto import UnexpectedResponseError, training, webinar

REGISTRANTS = webinar.get_all_registrants_for_webinar("1", "2")
WEBINARS = webinar.get_webinars("1", NOW, later(86_400))
GOOD, LATER = {"registrantKey": 7, "email": "a@example.com"}, {"registrantKey": 8, "email": "b@example.com"}

BAD = [
    ({"registrantKey": 9, "registrationDate": "soon"}, "$.registrationDate"),
    ({"registrantKey": ["9"]}, "$.registrantKey"),
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
