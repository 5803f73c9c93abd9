"""
Who may open which address: every route of the pages, for everybody of the cast.

The table in `routes` must name each route, so that a new page cannot be forgotten here.
"""

import socket
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_course, make_enrollment
from tests.hub.web.routes import ACTS, DOORS, EVERYBODY, FORMS, OPEN, POSTED, ROUTES, SHOWN, TAKING_AWAY, address

from greenroom.hub.events.models import RegistrationRequest
from greenroom.hub.web.urls import urlpatterns

EDITORS_OF_MARKETERS = (
    "new_segment", "change_segment", "new_campaign", "new_webinar_campaign", "campaign_draft", "add_campaign_step",
    "campaign_step", "new_email", "change_email", "web_form",
)  # fmt: skip


def drained(answer: Any) -> Any:
    """Read what is streamed to its end, so that its file is closed."""
    if answer.streaming:
        list(answer)
    return answer


def test_table_names_every_route() -> None:
    assert {pattern.name for pattern in urlpatterns} == ROUTES.keys() | OPEN.keys() | set(DOORS)


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_person_gets_where_they_may_and_nowhere_else(scene, cast, browser, who) -> None:
    client = browser(getattr(cast, who))
    expected, found = {}, {}
    for name in sorted(ROUTES, key=TAKING_AWAY.__contains__):
        route = ROUTES[name]
        expected[name] = route.status if who in route.people else 404
        found[name] = drained(client.generic(route.method, address(name, scene, cast.otto))).status_code
    assert expected == found


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_not_signed_in_is_asked_to(scene, cast, method) -> None:
    before = snapshot()
    client = Client()
    for name in ROUTES:
        path = address(name, scene, cast.otto)
        answer = getattr(client, method)(path)
        assert (302, f"/accounts/login/?next={path}") == (answer.status_code, answer["Location"]), name
    assert before == snapshot()


@pytest.mark.parametrize("who", [None, *EVERYBODY])
def test_what_machines_ask_is_open(db, cast, browser, who) -> None:
    client = browser(getattr(cast, who)) if who else Client()
    assert OPEN == {name: client.get(reverse(name)).status_code for name in OPEN}


def test_no_open_page_fetches_an_address_it_is_given(db) -> None:
    examples = {"int": 1, "str": "x", "slug": "x", "uuid": uuid4()}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        asked = dict.fromkeys(
            ["url", "next", "link", "address", "page", "callback"], f"http://127.0.0.1:{listening.getsockname()[1]}/"
        )
        for pattern in urlpatterns:
            if pattern.name not in ROUTES:
                kinds = {
                    name: type(one).__name__.removesuffix("Converter").lower()
                    for name, one in pattern.pattern.converters.items()
                }
                path = reverse(
                    pattern.name,
                    kwargs={name: examples.get(kind.replace("string", "str"), "x") for name, kind in kinds.items()},
                )
                for ask in (Client().get, Client().post):
                    assert ask(path, asked).status_code < 500 or pattern.name == "readyz", path
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_no_editor_reads_a_registrant(scene, cast, as_mara) -> None:
    """There may be a million of them; and what only one of them is to have must not lie about in a page."""
    for name in EDITORS_OF_MARKETERS:
        with CaptureQueriesContext(database) as queries:
            assert 200 == as_mara.get(address(name, scene, cast.otto)).status_code
        assert [] == [one["sql"] for one in queries if "events_registrant" in one["sql"]], name


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Return all rows there are, but for sessions."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_looking_changes_nothing(scene, cast, browser, who) -> None:
    client = browser(getattr(cast, who))
    before = snapshot()
    for name in SHOWN:
        if name not in ACTS:
            drained(client.get(address(name, scene, cast.otto)))
    for query in ("?edit=1", "?tab=people", "?q=ladder", "?link=ladder"):
        for name in ("lesson", "event", "events", "choose_event"):
            client.get(address(name, scene, cast.otto) + query)
    assert before == snapshot()


@pytest.mark.parametrize("who", EVERYBODY)
def test_looking_asks_goto_nothing(scene, cast, browser, world, who) -> None:
    """GoTo may be slow, down, or have no calls left for the day."""
    client = browser(getattr(cast, who))
    world.count_calls()
    asked = {}
    for name in SHOWN:
        if name not in ACTS:
            drained(client.get(address(name, scene, cast.otto)))
            asked[name] = world.list_calls()
    assert {} == {name: calls for name, calls in asked.items() if calls}


def test_what_changes_something_is_never_done_by_a_link(scene, cast, as_ada) -> None:
    before = snapshot()
    for name in POSTED:
        assert 405 == as_ada.get(address(name, scene, cast.otto)).status_code, name
    assert before == snapshot()


def test_form_from_another_site_is_refused(scene, cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada)
    before = snapshot()
    for name in (*POSTED, *FORMS):
        answer = client.post(address(name, scene, cast.otto), {"title": "Mine", "email": "otto@example.com"})
        assert 403 == answer.status_code, name
        assert "Go back, reload it and try again." in answer.content.decode(), name
    assert before == snapshot()


def test_page_that_only_shows_takes_no_form(scene, cast, as_ada) -> None:
    for name in SHOWN:
        if name not in FORMS:
            assert 405 == as_ada.post(address(name, scene, cast.otto)).status_code, name


@pytest.mark.parametrize("unknown", [999_999_999, 10**30])
def test_what_does_not_exist_is_not_found_even_by_the_admin(db, ada, browser, unknown) -> None:
    client = browser(ada)
    for name, route in ROUTES.items():
        takes = [thing for thing in route.takes if thing not in ("product", "together")]
        if not takes:
            continue
        kwargs: dict[str, Any] = {"slug": "no-such-course"} if "slug" in takes else {"pk": unknown}
        kwargs = {"name": "no.such.reader"} if "reader" in takes else kwargs
        kwargs |= {"invitation_id": unknown} if "invitation" in takes else {}
        kwargs |= {"user_id": unknown} if {"user_id", "learner", "observer"} & set(takes) else {}
        kwargs |= {"product": "webinar"} if "product" in route.takes else {}
        kwargs |= {f"{thing}_id": unknown for thing in ("member", "registrant", "person") if thing in takes}
        kwargs |= {"step": unknown} if "step" in takes else {}
        kwargs |= {"number": unknown} if "version" in takes else {}
        kwargs |= {"kind": "text"} if {"kind", "act_kind"} & {*takes} else {}
        kwargs |= {"key": "1"} if "recording" in route.takes else {}
        kwargs = {"table": "nothing"} if "table" in takes else kwargs
        kwargs = {"platform": "teletext"} if "platform" in takes else kwargs
        answer = client.generic(route.method, reverse(name, kwargs=kwargs))
        assert 404 == answer.status_code, name
        assert "There is nothing here" in answer.content.decode(), name


def test_address_that_leads_nowhere_says_so_in_our_words(db, lena, browser) -> None:
    for client in (Client(), browser(lena)):
        answer = client.get("/no/such/page/")
        assert 404 == answer.status_code
        assert "There is nothing here, or nothing that you may see." in answer.content.decode()


OF_LIVE_ITEMS = ("item_card", "register", "join", "item_settings", "completion_rule")


def test_text_has_no_live_pages(scene, as_ada) -> None:
    for name in OF_LIVE_ITEMS:
        assert 404 == as_ada.get(reverse(name, args=[scene.text.pk])).status_code, name


def test_removed_item_is_gone_for_everybody(scene, cast, as_ada) -> None:
    as_ada.post(reverse("remove_item", args=[scene.item.pk]))
    for name in OF_LIVE_ITEMS:
        assert 404 == as_ada.get(reverse(name, args=[scene.item.pk])).status_code, name


def test_outsider_cannot_cancel_what_he_reached_before(scene, cast, as_otto) -> None:
    assert 404 == as_otto.post(address("cancel_registration", scene, cast.otto)).status_code
    assert "pending" == RegistrationRequest.objects.get(user=cast.otto).state


def test_course_that_is_not_published_does_not_exist_for_its_learners(scene, cast, browser) -> None:
    scene.course.is_published = False
    scene.course.save()
    for name in ("course", "lesson", "item_card", "register", "join"):
        path = address(name, scene, cast.otto)
        assert 404 == browser(cast.lena).get(path).status_code, name
        assert 404 != browser(cast.eda).get(path).status_code, name


def test_person_who_was_taken_out_is_outside(scene, cast, as_ivan, as_lena) -> None:
    as_ivan.post(reverse("remove_from_course", args=[scene.course.slug, cast.lena.pk]))
    for name in ("course", "lesson", "item_card", "register", "join"):
        assert 404 == as_lena.get(address(name, scene, cast.otto)).status_code, name


def test_teacher_of_one_course_is_an_outsider_in_another(scene, cast, as_otto) -> None:
    make_enrollment(make_course("First aid"), cast.otto, "instructor")
    reached = {name for name in SHOWN if as_otto.get(address(name, scene, cast.otto)).status_code != 404}
    assert {
        "home", "courses", "create_course", "events", "event", "exports", "api_keys", "create_api_key",
        "oauth_authorize", "hooks_out", "automate", "automate_guide", "calendars", "notices",
    } == reached  # fmt: skip
