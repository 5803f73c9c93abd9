"""The pages of events: finding one, and what those who teach it see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.users import make_user

from greenroom.hub.connections.models import Connection
from greenroom.hub.courses.models import Course, SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.sync.models import SyncRun


@pytest.fixture
def events(world, pull, connection):
    """Four events in different states, one of another account."""
    for title, days in (("Past", -3), ("Ropes", 1), ("Rails", 2)):
        pull(world.schedule_webinar(title, starts_in=timedelta(days=days)))
    pull(world.schedule_training("Forklifts", starts_in=timedelta(days=3)), "training")
    other = Connection.objects.create(
        account_key="2", organizer_key="2", organizer_name="Omar", organizer_email="o@x.example", connected_at=world.now
    )
    Event.objects.filter(title="Rails").update(connection=other, state="cancelled")
    return {one.title: one for one in Event.objects.all()}


def titles(client, **query: str) -> list[str]:
    return [one.title for one in client.get("/events/", query).context["page"]]


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (["Ropes", "Rails", "Forklifts"], {}),
        (["Past"], {"when": "past"}),
        (["Forklifts"], {"product": "training"}),
        (["Rails"], {"state": "cancelled"}),
        (["Ropes"], {"q": " ROP "}),
        (["Ropes"], {"q": "{key}"}),
        (["Ropes"], {"q": "{number}"}),
        (["Rails"], {"account": "{omar}"}),
        ([], {"q": "%"}),
        ([], {"state": "nonsense"}),
        ([], {"product": "meeting"}),
    ],
)
def test_events_are_found_by_what_is_asked(events, as_ada, expected, query):
    ropes = events["Ropes"]
    known = {"key": ropes.event_key, "number": ropes.event_number, "omar": events["Rails"].connection_id}
    assert expected == titles(as_ada, **{name: value.format(**known) for name, value in query.items()})


def test_nonsense_in_the_address_is_passed_over(events, as_ada):
    for account in ("²", "9" * 40, "-1", "x", "\0"):
        for page in ("²", "9" * 40, "-1", "x"):
            assert ["Ropes", "Rails", "Forklifts"] == titles(as_ada, account=account, page=page), (account, page)


def test_no_search_stumbles_over_odd_characters(event, section, as_ada):
    pages = ["/events/", "/people/", f"/events/{event.pk}/", reverse("choose_event", args=[section.pk, "webinar"])]
    for page in pages:
        for name in ("q", "state", "when", "product", "tab", "link"):
            answer = as_ada.get(
                page, {name: "a\0b%_\\'\"\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")}
            )
            assert answer.status_code in {200, 422}, (page, name)


@pytest.fixture
def held(world, pull, section, lena):
    """A webinar that is over, with two who registered and one who came."""
    people = [{"email": lena.email, "first_name": "Lena", "last_name": "Example"}, {"email": "ben@example.com"}]
    key = world.schedule_webinar("Held", starts_in=timedelta(hours=-1), registrants=people)
    world.write_attendance(key, {lena.email: [(0, 30)]})
    world.advance(minutes=1)
    event = pull(key)
    make_item(section, event)
    return event


def test_who_teaches_sees_who_registered_and_who_came(held, as_ivan):
    path = reverse("event", args=[held.pk])
    assert [("Invited", 2), ("Registered", 2), ("Attended", 1)] == as_ivan.get(path).context["funnel"]
    emails = {
        tab: [one.email for one in as_ivan.get(path, {"tab": tab}).context["page"]] for tab in ("people", "attendance")
    }
    assert ({"lena@example.com", "ben@example.com"}, ["lena@example.com"]) == (
        set(emails["people"]),
        emails["attendance"],
    )
    found = as_ivan.get(path, {"tab": "people", "q": "BEN"}).context["page"]
    assert ["ben@example.com"] == [one.email for one in found]


def test_attendance_is_told_of_the_session_and_of_the_plan(held, as_ivan):
    """Lena stayed 30 minutes of a session of 60; of a plan of 45 minutes that is more."""
    held.times.update(ends_at=F("starts_at") + timedelta(minutes=45))
    path = f"{reverse('event', args=[held.pk])}?tab=attendance"
    page = as_ivan.get(path)
    assert [(Decimal("50.0"), Decimal("66.6"))] == [(one.of_session, one.of_plan) for one in page.context["stays"]]
    assert "66.6 %" in page.content.decode()
    held.times.all().delete()
    assert [(Decimal("50.0"), None)] == [(one.of_session, one.of_plan) for one in as_ivan.get(path).context["stays"]]


def test_editor_sees_the_event_and_no_person(held, as_eda):
    for tab in ("overview", "people", "attendance"):
        page = as_eda.get(reverse("event", args=[held.pk]), {"tab": tab}).content.decode()
        assert "Held" in page
        assert "@example.com" not in page.replace("eda@example.com", ""), tab


def test_teacher_of_another_course_sees_no_person(held, otto, as_otto):
    make_enrollment(make_course("First aid"), otto, "instructor")
    page = as_otto.get(reverse("event", args=[held.pk]), {"tab": "people"}).content.decode()
    assert "lena@example.com" not in page
    assert 404 == as_otto.post(reverse("sync_event", args=[held.pk])).status_code


def test_event_names_only_the_courses_its_viewer_may_see(held, as_ivan, as_ada):
    make_item(make_section(make_course("Secret course"), "Hidden"), held)
    path = reverse("event", args=[held.pk])
    assert "Secret course" not in as_ivan.get(path).content.decode()
    assert "Workplace safety" in as_ivan.get(path).content.decode()
    assert "Secret course" in as_ada.get(path).content.decode()


def test_event_is_read_anew_when_asked(item, as_ivan, ivan):
    answer = as_ivan.post(reverse("sync_event", args=[item.event_id]), follow=True)
    assert 'hx-get="?tab=overview&amp;looks=1" hx-trigger="every 2s"' in answer.content.decode()
    run = SyncRun.objects.get(event_key=item.event.event_key)
    assert (ivan.pk, "waiting") == (run.requested_by_id, run.state)


@pytest.mark.parametrize(
    ("tab", "told"),
    [
        ("team", "Nobody but the organizer"),
        ("recordings", "No recordings"),
        ("answers", "Nothing was asked in this session."),
    ],
)
def test_what_is_being_read_appears_without_reloading(held, as_ivan, run_jobs, tab, told):
    path = reverse("event", args=[held.pk])
    run_jobs()
    Event.objects.update(team_read_at=None, recordings_read_at=None)
    page = as_ivan.get(path, {"tab": tab}).content.decode()
    assert (True, False) == (f'hx-get="?tab={tab}&amp;looks=1" hx-trigger="every 2s"' in page, told in page)
    later = as_ivan.get(path, {"tab": tab, "looks": "4"}).content.decode()
    assert 'looks=5" hx-trigger="every 6s"' in later
    last = as_ivan.get(path, {"tab": tab, "looks": "10"}).content.decode()
    assert (True, False) == ("GoTo has not answered yet." in last, "hx-trigger=" in last)
    run_jobs()
    page = as_ivan.get(path, {"tab": tab, "looks": "5"}).content.decode()
    assert (False, True) == ("This is being read from GoTo." in page or "looks=" in page, told in page)


@pytest.mark.parametrize("tab", ["team", "recordings", "answers"])
def test_what_can_not_be_read_says_so(held, connection, as_ivan, tab):
    type(connection).objects.update(state="reconnect_needed")
    page = as_ivan.get(reverse("event", args=[held.pk]), {"tab": tab}).content.decode()
    assert "has to be connected again before this can be read." in page
    assert not any(words in page for words in ("looks=", "Nobody but the organizer", "No recordings"))


def test_event_of_an_account_that_is_gone_is_not_read(item, connection, as_ivan):
    type(connection).objects.update(state="reconnect_needed")
    answer = as_ivan.post(reverse("sync_event", args=[item.event_id]), follow=True)
    assert "The GoTo account of this event has to be connected again first." in answer.content.decode()
    assert not SyncRun.objects.filter(event_key=item.event.event_key).exists()


@pytest.mark.parametrize(
    ("status", "sentence", "state"), [(409, "has to be connected to GoTo again", "reconnect_needed")]
)
def test_starting_without_the_account_says_what_is_wrong(item, connection, as_ivan, status, sentence, state):
    type(connection).objects.update(state=state)
    answer = as_ivan.get(reverse("start_event", args=[item.event_id]))
    assert (status, True) == (answer.status_code, sentence in answer.content.decode())


def test_starting_leads_to_goto_or_says_why_not(world, item, as_ivan):
    path = reverse("start_event", args=[item.event_id])
    assert as_ivan.get(path)["Location"].startswith("http://goto.test/")
    world.fail(kind="status", status=503, times=20)
    assert 503 == as_ivan.get(path).status_code
    world.control("DELETE", "faults")
    world.fail(kind="status", status=404, times=20)
    answer = as_ivan.get(path)
    assert (404, True) == (answer.status_code, "GoTo no longer has this event" in answer.content.decode())


def test_days_without_registrations_are_shown_too(world, event, as_ada):
    for number, days in enumerate((40, 3, 3, 0)):
        at = world.now - timedelta(days=days)
        event.registrants.create(registrant_key=f"{number}", email=f"{number}@x.example", registered_at=at)
    by_day = as_ada.get(reverse("event", args=[event.pk])).context["by_day"]
    assert (30, [("27 Feb", 2), ("28 Feb", 0), ("1 Mar", 0), ("2 Mar", 1)]) == (len(by_day), by_day[-4:])


def funnel(client, event: Event) -> list[tuple[str, int]]:
    return client.get(reverse("event", args=[event.pk])).context["funnel"]


def test_invited_are_the_learners_who_find_the_event_and_whoever_registered(held, nina, as_ada):
    """Lena learns and registered, Ben registered by another door, and Nina learns and has not registered."""
    assert [("Invited", 3), ("Registered", 2), ("Attended", 1)] == funnel(as_ada, held)
    Course.objects.update(is_published=False)
    assert [("Registered", 2), ("Attended", 1)] == funnel(as_ada, held)


def test_invited_are_also_those_of_other_courses_who_may_pick_the_event_as_a_date(
    held, nina, lena, as_ada, pull, world
):
    """Noor learns in another course, whose item names another date; of its learners Lena is counted once."""
    other = pull(world.schedule_webinar("Another date"))
    Event.objects.filter(pk__in=[held.pk, other.pk]).update(recurrence_key="clinic", dates="pick_one")
    course = make_course("Clinics")
    item = make_item(make_section(course), other, picks_date=True)
    for user in (lena, make_user("Noor")):
        make_enrollment(course, user)
    assert ("Invited", 4) == funnel(as_ada, held)[0]
    SectionItem.objects.filter(pk=item.pk).update(picks_date=False)
    assert ("Invited", 3) == funnel(as_ada, held)[0]


def test_cancelled_dates_are_none_that_people_can_pick(pull, world, as_ada):
    dates = [pull(world.schedule_webinar()) for _ in range(3)]
    Event.objects.filter(pk__in=[one.pk for one in dates]).update(recurrence_key="clinic", dates="pick_one")
    first, _, third = [reverse("event", args=[one.pk]) for one in dates]
    assert "People pick one of 3 dates" in as_ada.get(first).content.decode()
    Event.objects.filter(pk=dates[2].pk).update(state="cancelled")
    page = as_ada.get(first).content.decode()
    assert ("People pick one of 2 dates" in page, third in page) == (True, False)
    Event.objects.filter(pk=dates[1].pk).update(state="missing")
    assert "People pick one" not in as_ada.get(first).content.decode()


def test_nobody_is_said_to_have_stayed_away_before_it_is_over(world, pull, as_ada):
    event = pull(world.schedule_webinar("To come", registrants=2))
    assert [("Registered", 2)] == funnel(as_ada, event)
    world.launch(event.event_key)
    Event.objects.update(state=Event.State.LIVE)
    assert [("Registered", 2)] == funnel(as_ada, event)


@pytest.fixture
def nina(course):
    """Another learner of the course."""
    nina = make_user("Nina")
    make_enrollment(course, nina)
    return nina


def test_who_is_not_approved_is_told_apart(held, as_ada):
    held.registrants.filter(email="ben@example.com").update(status="WAITING")
    assert [("Invited", 2), ("Registered", 2), ("Approved", 1), ("Attended", 1)] == funnel(as_ada, held)
