"""Files that are taken away: whole, and from where a download was cut."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from tests.factories.courses import make_section

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.exports.models import Export
from greenroom.hub.exports.services import request_export


@pytest.fixture(params=[*Export.Format.values, "material"])
def path(request, course, ada, event) -> str:
    """The address of a file: an export in each format, and one of a lesson."""
    if request.param != "material":
        return reverse(
            "download_export", args=[request_export(user=ada, table="events", params={}, format=request.param).pk]
        )
    item = SectionItem.objects.create(
        section=make_section(course),
        kind="file",
        position=0,
        file_name="Plan ä.pdf",
        file=ContentFile(b"0123456789" * 20_000, "x"),
    )
    return reverse("lesson_file", args=[item.pk])


def get(client, path: str, **headers: str):
    answer = client.get(path, headers=headers)
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else answer.content, answer


@pytest.fixture
def whole(as_ada, path) -> bytes:
    status, content, answer = get(as_ada, path)
    assert (200, "bytes") == (status, answer["Accept-Ranges"])
    return content


def test_it_is_the_same_each_time(as_ada, path, whole, world):
    world.advance(hours=1)
    assert (200, whole) == get(as_ada, path)[:2]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, None),
        ("bytes=-10", -10, None),
        ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None),
        ("bytes=3-3", 3, 3),
    ],
)
def test_a_part_is_sent_where_a_part_is_wanted(as_ada, path, whole, wanted, first, last):
    status, content, answer = get(as_ada, path, Range=wanted)
    expected = whole[first : None if last is None else last + 1]
    begin = first % len(whole)
    assert (206, expected, str(len(expected))) == (status, content, answer["Content-Length"])
    assert f"bytes {begin}-{begin + len(expected) - 1}/{len(whole)}" == answer["Content-Range"]


@pytest.mark.parametrize("wanted", ["bytes={size}-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(as_ada, path, whole, wanted):
    status, content, answer = get(as_ada, path, Range=wanted.format(size=len(whole)))
    assert (416, b"", f"bytes */{len(whole)}") == (status, content, answer["Content-Range"])


@pytest.mark.parametrize(
    "wanted", ["bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=²-", "", f"bytes={'9' * 30}-"]
)
def test_what_is_no_range_is_passed_over(as_ada, path, whole, wanted):
    assert (200, whole) == get(as_ada, path, Range=wanted)[:2]


def test_the_rest_is_sent_of_the_same_content_only(as_ada, path, whole):
    tag = get(as_ada, path)[2]["ETag"]
    assert (206, whole[7:]) == get(as_ada, path, **{"Range": "bytes=7-", "If-Range": tag})[:2]
    assert (200, whole) == get(as_ada, path, **{"Range": "bytes=7-", "If-Range": '"other"'})[:2]
