"""Which courses may use an account: all of them, or those a site administrator has chosen."""

import pytest
from django.urls import reverse
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.hub.conftest import connect

from greenroom.hub.connections.errors import AccountNotOpenError
from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import list_usable_connections
from greenroom.hub.connections.services import set_uses
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import list_events_for
from greenroom.hub.courses.services import add_event_item
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import Event
from greenroom.hub.sync.services import find_at_goto

COURSE, FORM = ConnectionUse.UsedBy.COURSE, ConnectionUse.UsedBy.FORM
NOT_OPEN = "This event belongs to a GoTo account that is not open here."


def open_to(connection: Connection, *courses, to_all: bool = False) -> None:
    numbers = [course.pk for course in courses]
    set_uses(connection=connection, is_open_to_all=to_all, uses={COURSE: numbers})


def usable(course, used_by: str = COURSE) -> list[Connection]:
    return list(list_usable_connections(used_by=used_by, object_id=course.pk))


def test_an_account_is_open_to_all_until_somebody_says_otherwise(connection, course):
    assert [connection] == usable(course) == usable(course, FORM)


def test_an_account_can_be_opened_to_chosen_courses(connection, course):
    other = make_course("First aid")
    open_to(connection, course)
    assert ([connection], []) == (usable(course), usable(other))
    open_to(connection, other)
    assert ([], [connection]) == (usable(course), usable(other))
    open_to(connection)
    assert ([], []) == (usable(course), usable(other))


def test_a_form_with_the_number_of_a_course_is_another_thing(connection, course):
    open_to(connection, course)
    set_uses(connection=connection, is_open_to_all=False, uses={FORM: [course.pk + 1]})
    assert ([connection], []) == (usable(course), usable(course, FORM))
    open_to(connection)
    assert [course.pk + 1] == list(connection.uses.values_list("object_id", flat=True))


def test_opening_to_all_keeps_what_was_chosen(connection, course):
    open_to(connection, course, to_all=True)
    assert [connection] == usable(make_course("First aid"))
    assert [course.pk] == list(connection.uses.values_list("object_id", flat=True))


def test_choosing_the_same_twice_is_choosing_it_once(connection, course):
    open_to(connection, course)
    open_to(connection, course)
    assert 1 == ConnectionUse.objects.count()


# Where events are chosen


@pytest.fixture
def elsewhere(connection):
    """The account, open to another course only."""
    open_to(connection, make_course("First aid"))
    return connection


@pytest.fixture
def as_eda(browser, eda):
    return browser(eda)


def page(client, section, **query: str):
    return client.get(reverse("choose_event", args=[section.pk, "webinar"]), query)


def test_an_event_of_a_closed_account_is_not_offered(event, elsewhere, section, as_eda):
    answer = page(as_eda, section)
    assert (200, "No GoTo account is open to this course") == (answer.status_code, seen(answer, "No GoTo account"))
    assert event.title not in answer.content.decode()


def seen(answer, words: str) -> str:
    """Return the line that begins so."""
    text = answer.content.decode()
    begin = text.index(words)
    return text[begin : text.index("<", begin)]


def test_events_of_open_accounts_only_are_offered(world, pull, event, section, as_eda, ada, course, connection):
    world.add_stranger()
    other = connect("hanna@harbor.example", ada)
    theirs = Event.objects.create(
        connection=other, product="webinar", event_key="7", organizer_key="1", title="Harbor cranes",
        starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    open_to(other, make_course("First aid"))
    answer = page(as_eda, section)
    assert [event] == list(answer.context["choices"])
    assert theirs.title not in answer.content.decode()
    assert [] == list(page(as_eda, section, q="cranes").context["choices"])


@pytest.mark.parametrize("form", ["{key}", "https://attendee.gotowebinar.com/register/{key}", "{number}"])
def test_a_pasted_link_to_a_closed_account_is_told_without_the_title(
    world, event, connection, section, as_eda, ada, form
):
    world.add_stranger()
    connect("hanna@harbor.example", ada)
    open_to(connection, make_course("First aid"))
    answer = page(as_eda, section, link=form.format(key=event.event_key, number=event.event_number))
    assert (422, NOT_OPEN) == (answer.status_code, seen(answer, NOT_OPEN)[: len(NOT_OPEN)])
    assert event.title not in answer.content.decode()


def test_goto_is_not_asked_through_a_closed_account(world, elsewhere, course):
    key = world.schedule_webinar("Not read yet")
    world.count_calls()
    accounts = list_usable_connections(used_by=COURSE, object_id=course.pk)
    with pytest.raises(UnknownObjectError):
        find_at_goto(link=PastedLink(event_key=key), among=accounts)
    assert (0, False) == (world.count_calls(), Event.objects.filter(event_key=key).exists())


def test_an_event_of_a_closed_account_cannot_be_added_by_its_number(event, elsewhere, section, as_eda):
    answer = as_eda.post(reverse("add_event", args=[section.pk]), {"event": event.pk}, follow=True)
    assert "not open to this course" in answer.content.decode()
    assert event.title not in answer.content.decode()
    assert not section.items.exists()


def test_no_door_adds_an_event_of_a_closed_account(event, elsewhere, section, eda):
    with pytest.raises(AccountNotOpenError):
        add_event_item(section=section, event=event, actor=eda)


def test_what_stands_in_a_course_stays_there(event, connection, section, eda, as_eda, course):
    item = make_item(section, event)
    open_to(connection, make_course("First aid"))
    assert item == add_event_item(section=section, event=event, actor=eda)
    assert event.title in as_eda.get(f"/lessons/{section.lesson_id}/").content.decode()


# Where events are looked at


def test_an_editor_sees_events_of_open_accounts_and_of_their_courses(event, elsewhere, eda, ivan, ada, section):
    events = Event.objects.all()
    assert ([], [], [event]) == tuple(list(list_events_for(user, events)) for user in (eda, ivan, ada))
    make_item(section, event)
    assert [event] == list(list_events_for(eda, events))


def test_the_pages_of_events_show_nothing_of_closed_accounts(event, elsewhere, as_eda, course):
    for path in ("/", "/events/", "/events/?q=ladder"):
        answer = as_eda.get(path).content.decode()
        assert event.title not in answer
        assert "Northwind Academy" not in answer
    assert 404 == as_eda.get(f"/events/{event.pk}/").status_code


def test_who_teaches_an_allowed_course_sees_the_events(event, connection, otto):
    taught = make_section(make_course("First aid")).lesson.course
    make_enrollment(taught, otto, "instructor")
    open_to(connection, taught)
    assert [event] == list(list_events_for(otto, Event.objects.all()))
