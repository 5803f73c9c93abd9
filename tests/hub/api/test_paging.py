"""Long lists come in pages, each row once, whatever happens between two of them."""

import json
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import path
from tests.factories.users import make_user

from greenroom.hub.api.dispatch import endpoint
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registry import Operation, Reply
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User


def _list_people(caller: Caller, wanted: PageInput) -> Reply[list[str]]:
    rows, cursor = take_page(User.objects.all(), wanted, caller, order="-last_name")
    return Reply(body=[one.email for one in rows], next_cursor=cursor)


_OPERATION = Operation(
    operation_id="ListPeople",
    method="GET",
    path="/things",
    summary="List people",
    description="",
    verb=Verb.READ,
    input=PageInput,
    output=list[str],
    function=_list_people,
)
urlpatterns = [path("api/v1/things", endpoint({"GET": _OPERATION}))]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def people(ada):
    """Ada, and seven whose last names are alike."""
    return [ada, *(make_user(f"P{number}") for number in range(7))]


@pytest.fixture
def caller(ada):
    return Caller(owner="key:1", user=ada, verbs=frozenset(Verb))


def test_links_lead_through_all_rows_once(call, people):
    seen, target = [], "/things?limit=3"
    while target:
        answer = call("GET", target)
        seen += json.loads(answer.content)
        link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
        parts = urlsplit(link[1]) if link else None
        target = f"{parts.path.removeprefix('/api/v1')}?{parts.query}" if parts else ""
    expected = [one.email for one in User.objects.order_by("-last_name", "-pk")]
    assert expected == seen
    assert 8 == len(expected)


def test_rows_that_come_and_go_move_no_other(caller, people):
    first, cursor = take_page(User.objects.all(), PageInput(limit=3), caller)
    first[1].delete()
    make_user("Late")
    rest, end = take_page(User.objects.all(), PageInput(limit=100, cursor=cursor), caller)
    assert ["Ada", "P0", "P1"] == [one.first_name for one in first]
    assert ["P2", "P3", "P4", "P5", "P6", "Late"] == [one.first_name for one in rest]
    assert "" == end


def test_a_page_is_one_query(caller, people, django_assert_num_queries):
    with django_assert_num_queries(1):
        take_page(User.objects.all(), PageInput(limit=3), caller)


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "W10:1abcde:x", "\u00e9", "8" * 400])
def test_a_forged_cursor_is_refused(call, people, cursor):
    answer = call("GET", f"/things?cursor={cursor}")
    assert (404, "unknown_object") == (answer.status_code, json.loads(answer.content)["code"])


def test_a_cursor_is_good_for_its_caller_only(caller, people):
    cursor = take_page(User.objects.all(), PageInput(limit=3), caller)[1]
    other = replace(caller, owner="key:2")
    with pytest.raises(UnknownObjectError):
        take_page(User.objects.all(), PageInput(limit=3, cursor=cursor), other)


def test_a_cursor_of_another_order_is_refused(caller, people):
    cursor = take_page(User.objects.all(), PageInput(limit=3), caller, order="email")[1]
    with pytest.raises(UnknownObjectError):
        take_page(User.objects.all(), PageInput(limit=3, cursor=cursor), caller)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1e3", "99999999999999999999"])
def test_a_limit_out_of_bounds_is_named(call, people, limit):
    answer = call("GET", f"/things?limit={limit}")
    assert 422 == answer.status_code
    assert ["/limit"] == [error["pointer"] for error in json.loads(answer.content)["errors"]]


def test_a_moment_orders_as_well(caller, people):
    seen, cursor = [], ""
    while not seen or cursor:
        rows, cursor = take_page(User.objects.all(), PageInput(limit=2, cursor=cursor), caller, order="joined_at")
        seen += rows
    assert list(User.objects.order_by("joined_at", "pk")) == seen


def test_the_key_of_another_does_not_open_the_page(ada, people):
    key = create_key(user=ada, name="A", verbs=[Verb.HOOKS], connection_ids=None)[1]
    assert 403 == Client().get("/api/v1/things", headers={"x-api-key": key}).status_code
