"""Reading lists page by page."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from tests.goto.fakes import NOW, FakeGoTo, answer, by_page, hal, later

from greenroom.goto import Operation, Page, UnexpectedResponseError, assist, scim, seeit, training, webinar
from greenroom.goto._paging import Walk

WEBINARS = webinar.get_webinars("1", NOW, later(86_400))
REGISTRANTS = webinar.get_all_registrants_for_webinar("1", "2")
ATTENDEES = webinar.get_attendees_for_all_webinar_sessions("1", "2")
SEEIT_SESSIONS = seeit.sessions_get()
COMPANIES = assist.get_companies()


def keyed(*keys: object) -> list[dict[str, object]]:
    return [{"webinarKey": key} for key in keys]


def data(keys: list[int], *, page: int, total: int, limit: int | None = 2) -> object:
    body = {"data": [{"registrantKey": key} for key in keys], "total": total, "page": page}
    return answer(200, body | ({"limit": limit, "pageSize": len(keys)} if limit else {}))


def test_hal_pages_are_read_to_the_last(connect) -> None:
    pages = [hal("webinars", keyed(*k), number=n, total_pages=2, total=3) for n, k in enumerate([(1, 2), (3,)])]
    fake = FakeGoTo(by_page(pages))

    items = connect(fake).iterate(WEBINARS, page_size=2)

    assert [item.webinar_key for item in items] == ["1", "2", "3"]
    assert [(r.url.params["page"], r.url.params["size"]) for r in fake.requests] == [("0", "2"), ("1", "2")]
    assert fake.requests[0].url.params["fromTime"] == "2026-09-01T12:00:00Z"


def test_missing_embedded_is_an_empty_list(connect) -> None:
    fake = FakeGoTo(hal("webinars", [], number=0, total_pages=0, total=0))

    assert connect(fake).iterate(WEBINARS) == []
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (WEBINARS, {"_embedded": {"webinars": []}}),
        (WEBINARS, {"_embedded": {}, "page": {"totalElements": 0}}),
        (WEBINARS, {"_embedded": None, "page": {"totalElements": 4, "totalPages": 2, "number": 2}}),
        (WEBINARS, []),
        (webinar.get_webhooks("g2w"), {}),
        (webinar.get_webhooks("g2w"), {"_embedded": {}}),
        (REGISTRANTS, {"data": [], "total": 0}),
        (REGISTRANTS, {"total": 0}),
        (REGISTRANTS, []),
        (SEEIT_SESSIONS, {"content": []}),
        (SEEIT_SESSIONS, {"page": {"totalElements": 0}}),
        (COMPANIES, {"companies": []}),
        (COMPANIES, {"total": 0}),
        (scim.get_users(), {"totalResults": 0}),
        (scim.get_groups(), {"totalResults": 0, "resources": []}),
    ],
)
def test_what_says_that_there_is_nothing_is_an_empty_list(connect, operation: Operation[Any], body: object) -> None:
    assert list(connect(FakeGoTo(answer(200, body))).send(operation)) == []


@pytest.mark.parametrize(
    ("operation", "path", "body"),
    [
        (WEBINARS, "$._embedded.webinars", {}),
        (WEBINARS, "$._embedded.webinars", {"_embedded": {}}),
        (WEBINARS, "$._embedded.webinars", {"page": {}}),
        (WEBINARS, "$._embedded.webinars", {"page": {"totalElements": 3, "totalPages": 1, "number": 0}}),
        (
            WEBINARS,
            "$._embedded.webinars",
            {"_embedded": {"others": [{"webinarKey": 1}]}, "page": {"totalElements": 0}},
        ),
        (WEBINARS, "$", {"error": "unavailable"}),
        (webinar.get_webhooks("g2w"), "$", {"error": "unavailable"}),
        (webinar.get_webhooks("g2w"), "$._embedded.webhooks", {"_embedded": {"others": [{"webhookKey": 1}]}}),
        (webinar.create_user_subscriptions([]), "$._embedded.userSubscriptions", {}),
        (REGISTRANTS, "$.data", {}),
        (REGISTRANTS, "$.data", {"total": 3}),
        (SEEIT_SESSIONS, "$.content", {}),
        (SEEIT_SESSIONS, "$.content", {"page": {"totalElements": 3, "totalPages": 1}}),
        (COMPANIES, "$.companies", {}),
        (COMPANIES, "$.companies", {"total": 3}),
        (scim.get_users(), "$.resources", {"totalResults": 3}),
        (scim.get_groups(), "$", {"error": "unavailable"}),
    ],
)
def test_a_page_without_its_list_is_unexpected(connect, operation: Operation[Any], path: str, body: object) -> None:
    """A list that was lost on the way must not read as one that is empty."""
    with pytest.raises(UnexpectedResponseError) as caught:
        connect(FakeGoTo(answer(200, body))).send(operation)
    assert path == caught.value.path


@pytest.mark.parametrize("stranger", [{}, {"error": "unavailable"}, {"webinarKey": 1}])
def test_a_row_of_something_else_is_unexpected(connect, stranger: object) -> None:
    rows = hal("attendeeParticipationResponses", [{"registrantKey": 1}, stranger], number=0, total_pages=1, total=2)

    with pytest.raises(UnexpectedResponseError) as caught:
        connect(FakeGoTo(rows)).send(ATTENDEES)
    assert caught.value.path == "$._embedded.attendeeParticipationResponses[1]"


def test_items_that_moved_to_the_next_page_are_given_once(connect) -> None:
    """A webinar was added in front while we read, so the second page begins with one we had."""
    pages = [hal("webinars", keyed(*k), number=n, total_pages=2, total=4) for n, k in enumerate([(1, 2), (2, 3)])]

    items = connect(FakeGoTo(by_page(pages))).iterate(WEBINARS, page_size=2)

    assert [item.webinar_key for item in items] == ["1", "2", "3"]


def test_the_same_key_as_number_and_text_is_the_same_item(connect) -> None:
    pages = [hal("webinars", keyed(*k), number=n, total_pages=2, total=4) for n, k in enumerate([(1,), ("1", 2)])]

    assert len(connect(FakeGoTo(by_page(pages))).iterate(WEBINARS)) == 2


def test_an_empty_page_ends_the_list_though_more_are_promised(connect) -> None:
    """Webinars were deleted while we read."""
    pages = [
        hal("webinars", keyed(1, 2), number=0, total_pages=3, total=6),
        hal("webinars", [], number=1, total_pages=1, total=2),
    ]
    fake = FakeGoTo(by_page(pages))

    assert len(connect(fake).iterate(WEBINARS, page_size=2)) == 2
    assert len(fake.requests) == 2


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end(connect) -> None:
    pages = [
        hal("webinars", keyed(1, 2), number=0, total_pages=2, total=4),
        hal("webinars", keyed(3, 4), number=1, total_pages=3, total=5),
        hal("webinars", keyed(5), number=2, total_pages=3, total=5),
    ]

    assert len(connect(FakeGoTo(by_page(pages))).iterate(WEBINARS, page_size=2)) == 5


def test_a_server_that_always_sends_the_first_page_is_left(connect) -> None:
    fake = FakeGoTo(hal("webinars", keyed(1), number=0, total_pages=3, total=3))

    assert len(connect(fake).iterate(WEBINARS)) == 1
    assert len(fake.requests) == 3


def test_a_server_that_tells_no_end_is_left_when_it_repeats_itself(connect) -> None:
    fake = FakeGoTo(answer(200, {"data": [{"registrantKey": 1}]}))

    assert len(connect(fake).iterate(REGISTRANTS)) == 1
    assert len(fake.requests) == 2


def test_data_pages_are_read_to_the_last_with_limit(connect) -> None:
    fake = FakeGoTo(by_page([data([1, 2], page=0, total=3), data([3], page=1, total=3)]))

    items = connect(fake).iterate(REGISTRANTS, page_size=2)

    assert [item.registrant_key for item in items] == ["1", "2", "3"]
    assert [(r.url.params["page"], r.url.params["limit"]) for r in fake.requests] == [("0", "2"), ("1", "2")]
    assert "size" not in fake.requests[0].url.params


def test_data_pages_without_limit_in_the_answer_end_with_an_empty_one(connect) -> None:
    pages = [data([1, 2], page=0, total=3, limit=None), data([3], page=1, total=3, limit=None)]
    fake = FakeGoTo(by_page([*pages, data([], page=2, total=3, limit=None)]))

    assert len(connect(fake).iterate(REGISTRANTS, page_size=2)) == 3


def test_recordings_of_a_webinar_are_data_pages_without_limit(connect) -> None:
    body = {"data": [{"recordingAssetKey": "a"}], "total": 1, "page": 0, "pageSize": 200}
    fake = FakeGoTo(answer(200, body))

    assert [asset.recording_asset_key for asset in connect(fake).iterate(webinar.get_recording_assets("2"))] == ["a"]
    assert len(fake.requests) == 1


def test_registrants_sent_without_a_page_are_one_bare_array(connect) -> None:
    fake = FakeGoTo(answer(200, [{"registrantKey": 1}, {"registrantKey": 2}]))

    page = connect(fake).send(REGISTRANTS)

    assert [item.registrant_key for item in page] == ["1", "2"]
    assert (len(page), page[1].registrant_key, page.is_last, page.total) == (2, "2", True, 2)
    assert str(fake.requests[0].url).endswith("/webinars/2/registrants")


def test_bare_arrays_are_iterated_as_they_are(connect) -> None:
    fake = FakeGoTo(answer(200, [{"trainingKey": 1}, {"trainingKey": 1}]))

    assert len(connect(fake).iterate(training.get_all_trainings("1"))) == 2
    assert fake.requests[0].url.query == b""


def test_attendees_of_two_sessions_are_two_rows_of_one_person(connect) -> None:
    rows = [{"registrantKey": 5, "sessionKey": s, "email": "lena@example.com"} for s in (1, 2, 2)]
    page = hal("attendeeParticipationResponses", rows, number=0, total_pages=1, total=3)

    items = connect(FakeGoTo(page)).iterate(ATTENDEES)

    assert [item.session_key for item in items] == ["1", "2"]


def test_an_item_that_moved_far_while_a_list_is_read_is_given_once() -> None:
    walk = Walk(WEBINARS.paging, page_size=200)
    given = [row for number in range(40) for row in walk.take(page_of(range(number * 200, number * 200 + 200)))]

    assert [] == list(walk.take(page_of([0, 199, 4000])))
    assert 8000 == len({row.webinar_key for row in given}) == len(given)


def test_what_was_given_long_ago_is_forgotten() -> None:
    """Else a million registrants would fill the memory with their keys; the bound is documented."""
    walk = Walk(WEBINARS.paging, page_size=200)
    for number in range(101):
        walk.take(page_of(range(number * 200, number * 200 + 200)))

    assert ["7"] == [row.webinar_key for row in walk.take(page_of([7, 10_300]))]


def test_memory_does_not_grow_with_the_list() -> None:
    walk = Walk(WEBINARS.paging, page_size=200)
    held = []
    tracemalloc.start()
    try:
        for number in range(300):
            walk.take(page_of(range(number * 200, number * 200 + 200)))
            if number in (199, 299):
                held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert held[1] == pytest.approx(held[0], rel=0.05)


def page_of(keys: Iterable[int]) -> Page[webinar.Webinar]:
    return Page(tuple(webinar.Webinar(webinar_key=str(key)) for key in keys), total_pages=1000)


def test_rows_without_any_key_are_all_kept(connect) -> None:
    rows = [{"attendanceTimeInSeconds": 60}] * 2
    page = hal("attendeeParticipationResponses", rows, number=0, total_pages=1, total=2)

    assert len(connect(FakeGoTo(page)).iterate(ATTENDEES)) == 2


def test_pages_give_number_total_and_raw_bytes(connect) -> None:
    first = hal("webinars", keyed(1, 2), number=0, total_pages=2, total=3)
    pages = connect(FakeGoTo(by_page([first, hal("webinars", keyed(3), number=1, total_pages=2, total=3)]))).pages(
        WEBINARS, page_size=2
    )

    assert [(page.number, page.total, len(page)) for page in pages] == [(0, 3, 2), (1, 3, 1)]
    assert pages[0].content == first.content
    assert [item.webinar_key for item in pages[0]] == ["1", "2"]


def test_pages_can_begin_in_the_middle(connect) -> None:
    fake = FakeGoTo(hal("webinars", keyed(9), number=4, total_pages=5, total=9))

    connect(fake).iterate(webinar.get_webinars("1", NOW, NOW, page=4), page_size=2)

    assert [r.url.params["page"] for r in fake.requests] == ["4"]


@pytest.mark.parametrize("page_size", [0, 201])
def test_page_sizes_goto_does_not_know_are_refused(connect, page_size: int) -> None:
    with pytest.raises(ValueError, match="page_size"):
        connect(FakeGoTo(answer(200, []))).iterate(WEBINARS, page_size=page_size)


def test_what_is_no_list_is_not_iterated(connect) -> None:
    with pytest.raises(TypeError, match="list"):
        connect(FakeGoTo(answer(200, {"webinarKey": 1}))).iterate(webinar.get_webinar("1", "2"))


def test_a_torn_page_names_the_place(connect) -> None:
    body = {"_embedded": {"webinars": [{"webinarKey": 1}, {"webinarKey": 2, "subject": 7}]}}

    with pytest.raises(UnexpectedResponseError) as caught:
        connect(FakeGoTo(answer(200, body))).iterate(WEBINARS)
    assert caught.value.path.endswith("[1].subject")
