"""A meeting in a lesson: nobody registers, everybody joins by its one link, and attendance goes by address."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_item
from tests.factories.users import make_user

from greenroom.hub.courses.models import Completion, SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.sync.services import watch

LINK = "http://goto.test/join/{number}"


@pytest.fixture
def pull_meeting(world, pull):
    """Make a meeting as asked for and read it from GoTo."""
    return lambda **more: pull(world.schedule_meeting(**more), "meeting")


@pytest.fixture
def meeting(pull_meeting) -> Event:
    """A recurring meeting of Olga's whose link we know."""
    event = pull_meeting(title="Team hour", kind="recurring")
    event.join_url = LINK.format(number=event.event_number)
    event.save(update_fields=["join_url"])
    return event


@pytest.fixture
def item(section, meeting) -> SectionItem:
    return make_item(section, meeting)


def card(client, item) -> str:
    return client.get(reverse("item_card", args=[item.pk])).content.decode()


def add(client, section, event, **more: str):
    return client.post(reverse("add_event", args=[section.pk]), {"event": event.pk, **more}, follow=True)


def save_settings(client, item, **more: str):
    data = {"is_required": "on"} | more
    return client.post(reverse("item_settings", args=[item.pk]), data)


# Into the lesson


def test_meetings_are_offered_and_support_sessions_are_not(section, as_eda):
    page = as_eda.get(reverse("choose_kind", args=[section.pk])).content.decode()
    assert [True, True, True, False] == [word in page for word in (">Webinar<", ">Training<", ">Meeting<", "upport")]


def test_a_meeting_without_dates_can_be_chosen(pull_meeting, section, as_eda):
    pull_meeting(title="One date")
    pull_meeting(title="Any time", kind="recurring")
    page = as_eda.get(reverse("choose_event", args=[section.pk, "meeting"]))
    assert ["One date", "Any time"] == [one.title for one in page.context["choices"]]
    assert "No fixed date" in page.content.decode()


def test_the_pasted_link_is_the_way_in(pull_meeting, section, as_eda):
    event = pull_meeting()
    link = LINK.format(number=event.event_number)
    page = as_eda.get(reverse("choose_event", args=[section.pk, "meeting"]), {"link": link})
    assert [event] == page.context["choices"]
    assert f'name="link" value="{link}"' in page.content.decode()
    answer = add(as_eda, section, event, link=link)
    item = SectionItem.objects.get()
    assert f"/lessons/{section.lesson_id}/?edit=1#item-{item.pk}" == answer.redirect_chain[-1][0]
    assert link == Event.objects.get().join_url


def test_a_meeting_we_do_not_have_yet_is_found_by_its_link(world, connection, section, as_eda):
    number = world.schedule_meeting("New")
    page = as_eda.get(
        reverse("choose_event", args=[section.pk, "meeting"]), {"link": f"https://meet.goto.com/{number}"}
    )
    assert ["New"] == [one.title for one in page.context["choices"]]


@pytest.mark.parametrize("link", ["", "{number}", "https://meet.goto.com/999999999", "nonsense"])
def test_without_the_way_in_the_editor_is_asked_for_it(pull_meeting, section, as_eda, link):
    event = pull_meeting()
    answer = add(as_eda, section, event, link=link.format(number=event.event_number))
    item = SectionItem.objects.get()
    assert reverse("item_settings", args=[item.pk]) == answer.redirect_chain[-1][0]
    assert "Learners cannot join before." in answer.content.decode()
    assert "" == Event.objects.get().join_url


def test_a_support_session_cannot_be_added(world, pull, section, as_eda):
    event = pull(world.start_support(), "assist")
    assert "for one customer, so it cannot be in a lesson" in add(as_eda, section, event).content.decode()
    assert not SectionItem.objects.exists()


def test_the_link_can_be_pasted_later_and_is_never_shown(pull_meeting, section, as_eda):
    item = make_item(section, pull_meeting())
    number = item.event.event_number
    answer = save_settings(as_eda, item, join_link=f"Join: https://meet.goto.com/{number}, welcome")
    assert (302, f"https://meet.goto.com/{number}") == (answer.status_code, Event.objects.get().join_url)
    page = as_eda.get(reverse("item_settings", args=[item.pk])).content.decode()
    assert ("A link is kept." in page, "meet.goto.com" in page) == (True, False)
    save_settings(as_eda, item)
    assert f"https://meet.goto.com/{number}" == Event.objects.get().join_url


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("https://meet.goto.com/999999999", "leads into another meeting"),
        ("https://evil.example/join/{number}", "does not lead to GoTo"),
        ("{number}", "This is no join link."),
        ("https://www.gotomeet.me/LenaExample", "own meeting room"),
    ],
)
def test_what_is_no_way_into_the_meeting_is_refused(item, as_eda, link, sentence):
    before = item.event.join_url
    answer = save_settings(as_eda, item, join_link=link.format(number=item.event.event_number))
    assert (422, True) == (answer.status_code, sentence in answer.content.decode())
    assert before == Event.objects.get().join_url


def test_no_other_item_asks_for_a_link(event, section, as_eda):
    item = make_item(section, event)
    assert "Join link" not in as_eda.get(reverse("item_settings", args=[item.pk])).content.decode()


# Joining


def test_join_opens_for_everybody_when_the_meeting_runs(world, connection, item, as_lena):
    page = card(as_lena, item)
    assert "Join opens when the organizer starts the meeting" in page
    assert [True, False, False] == [words in page for words in ("No fixed date", "Register", "Cancel my registration")]
    shut = as_lena.get(reverse("join", args=[item.pk]), follow=True)
    assert "Join opens when the organizer starts the meeting" in shut.content.decode()
    world.launch(item.event.event_key, "meetings")
    watch(connection=connection, product="meeting")
    assert reverse("join", args=[item.pk]) in card(as_lena, item)
    answer = as_lena.get(reverse("join", args=[item.pk]))
    assert (302, item.event.join_url) == (answer.status_code, answer["Location"])


def test_no_page_shows_the_link(world, connection, item, as_lena, as_ivan, as_eda):
    world.launch(item.event.event_key, "meetings")
    watch(connection=connection, product="meeting")
    lesson, event = f"/lessons/{item.section.lesson_id}/", f"/events/{item.event_id}/"
    for client in (as_lena, as_ivan, as_eda):
        for path in (
            lesson,
            lesson + "?edit=1",
            event,
            event + "?tab=attendance",
            "/events/",
            "/",
            f"/items/{item.pk}/card/",
        ):
            assert "goto.test/join" not in client.get(path, follow=True).content.decode(), path


def test_without_a_link_nobody_is_sent_anywhere(world, connection, item, as_lena):
    Event.objects.update(join_url="")
    world.launch(item.event.event_key, "meetings")
    watch(connection=connection, product="meeting")
    assert "Your instructor can add it." in card(as_lena, item)
    assert as_lena.get(reverse("join", args=[item.pk]))["Location"].startswith("/lessons/")


@pytest.mark.parametrize("link", ["https://evil.example/join/1", "javascript:alert(1)", "https://evilgotomeet.me/1"])
def test_the_link_leads_nowhere_but_to_goto(item, as_lena, link):
    Event.objects.update(join_url=link, state="live")
    assert 409 == as_lena.get(reverse("join", args=[item.pk])).status_code


def test_registering_leads_back_to_the_lesson(item, as_lena):
    assert as_lena.get(reverse("register", args=[item.pk]))["Location"].startswith("/lessons/")


def test_an_outsider_finds_nothing(item, as_otto):
    for name in ("join", "item_card", "item_settings", "roster"):
        assert 404 == as_otto.get(reverse(name, args=[item.pk])).status_code


# Credit


def hold(world, connection, item, people) -> None:
    """Let a run of the meeting that has just ended be read."""
    world.hold_meeting(item.event.event_key, people)
    Event.objects.update(attendance_due_at=world.now)
    watch(connection=connection, product="meeting")


def test_attendance_under_the_own_address_completes_the_item(
    world, connection, item, lena, otto, as_lena, as_ivan, run_jobs
):
    hold(world, connection, item, [
        {"name": "L. F.", "email": "LENA@example.com", "joined": [[0, 30], [35, 55]]},
        {"name": otto.get_full_name(), "email": "", "joined": [[0, 60]]},
    ])  # fmt: skip
    run_jobs()
    done = Completion.objects.get()
    assert (lena, "completed", 50 * 60) == (done.user, done.status, done.attended_seconds)
    assert "You attended 50 minutes" in card(as_lena, item)
    roster = as_ivan.get(reverse("roster", args=[item.pk])).content.decode()
    assert ("Completed" in roster, "Registration" in roster) == (True, False)


def test_each_time_a_meeting_without_dates_is_held_stands_alone(world, connection, item, lena, as_lena, run_jobs):
    """The time attended most of counts; what is held later takes nothing away."""
    for minutes, status in ((20, "partial"), (55, "completed"), (5, "completed")):
        world.advance(days=7)
        hold(world, connection, item, [{"email": lena.email, "joined": [[0, minutes]]}])
        run_jobs()
        assert status == Completion.objects.get().status
    assert 55 * 60 == Completion.objects.get().attended_seconds
    assert "scheduled" == Event.objects.get().state


def test_somebody_who_comes_into_the_course_later_is_given_what_they_attended(
    world, connection, item, course, as_ivan, run_jobs
):
    hold(world, connection, item, [{"email": "late@example.com", "joined": [[0, 60]]}])
    run_jobs()
    assert not Completion.objects.exists()
    late = make_user("Late")
    as_ivan.post(reverse("course_people", args=[course.slug]), {"email": late.email, "role": "learner"})
    assert (late, "completed") == (Completion.objects.get().user, Completion.objects.get().status)


# The pages of events


def test_events_of_all_four_products_are_listed(world, pull, as_ada):
    pull(world.schedule_webinar("Ropes"))
    pull(world.schedule_training("Forklifts"), "training")
    pull(world.schedule_meeting("Team hour", kind="recurring"), "meeting")
    pull(world.start_support(), "assist")
    page = as_ada.get("/events/")
    assert ["Ropes", "Forklifts", "Team hour", "Support session"] == [one.title for one in page.context["page"]]
    text = page.content.decode()
    assert all(word in text for word in ("Webinar ·", "Training ·", "Meeting ·", "Support session ·", "No fixed date"))


def test_the_page_of_a_meeting_speaks_of_no_registration(item, as_ivan):
    page = as_ivan.get(f"/events/{item.event_id}/").content.decode()
    assert "everybody joins by the same link" in page
    assert not [words for words in ("From registered", "?tab=people", "Approval") if words in page]


def test_only_the_organizer_has_the_link_that_starts_a_meeting_without_a_sign_in(item, ivan, as_ivan):
    pages = [f"/events/{item.event_id}/", f"/events/{item.event_id}/start/"]
    assert "Start in GoTo" not in as_ivan.get(pages[0]).content.decode()
    assert 404 == as_ivan.get(pages[1]).status_code
    ivan.email = item.event.connection.organizer_email
    ivan.save()
    assert "Start in GoTo" in as_ivan.get(pages[0]).content.decode()
    assert 302 == as_ivan.get(pages[1]).status_code


def test_the_page_of_a_support_session_has_nothing_to_start(world, pull, as_ada):
    event = pull(world.start_support(), "assist")
    page = as_ada.get(f"/events/{event.pk}/").content.decode()
    assert "Status at GoTo: notStarted." in page
    assert not [words for words in ("Start in GoTo", "?tab=people", "Lena", "In lessons") if words in page]


def test_dates_to_pick_from_lead_to_each_other(world, pull, as_ada):
    times = [[(world.now + timedelta(days=day, hours=hour)).isoformat() for hour in (0, 1)] for day in (1, 8)]
    pull(world.schedule_webinar("Pick", times=times, type="series"))
    first, second = Event.objects.order_by("starts_at")
    assert ("pick_one", "pick_one") == (first.dates, second.dates)
    page = as_ada.get(f"/events/{first.pk}/").content.decode()
    assert ("People pick one of 2 dates" in page, f'href="/events/{second.pk}/"' in page) == (True, True)
    every = pull(world.schedule_webinar("All", times=times, type="sequence"))
    page = as_ada.get(f"/events/{every.pk}/").content.decode()
    assert ("all", True) == (every.dates, "One registration covers all dates." in page)
    assert not [word for word in ("series", "sequence") if word in page.lower()]
