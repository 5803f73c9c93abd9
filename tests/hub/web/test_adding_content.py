"""Edit mode: choosing an event or pasting its link, adding it, setting it up, taking it out."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_item
from tests.hub.conftest import connect

from greenroom.hub.courses.models import Completion, Lesson, SectionItem
from greenroom.hub.events.models import Event, Registrant


def choose(client, section, product: str = "webinar", **query: str):
    return client.get(reverse("choose_event", args=[section.pk, product]), query)


def add(client, section, event):
    return client.post(reverse("add_event", args=[section.pk]), {"event": event, "is_required": "on"}, follow=True)


def texts(answer) -> str:
    return answer.content.decode()


def test_editor_chooses_among_the_events_of_the_product(world, pull, section, as_eda):
    soon, later = world.schedule_webinar("Ropes"), world.schedule_webinar("Rails", starts_in=timedelta(days=3))
    past = world.schedule_webinar("Long ago", starts_in=timedelta(days=-3))
    training = world.schedule_training("Forklifts")
    for key, product in ((soon, "webinar"), (later, "webinar"), (past, "webinar"), (training, "training")):
        pull(key, product)
    assert ["Ropes", "Rails"] == [one.title for one in choose(as_eda, section).context["choices"]]
    assert ["Forklifts"] == [one.title for one in choose(as_eda, section, "training").context["choices"]]
    assert ["Rails"] == [one.title for one in choose(as_eda, section, q="rai").context["choices"]]
    assert [] == list(choose(as_eda, section, "meeting").context["choices"])
    assert [404, 404] == [choose(as_eda, section, product).status_code for product in ("assist", "phone")]


def test_events_of_accounts_that_are_not_connected_are_not_offered(event, connection, section, as_eda):
    type(connection).objects.update(state="disconnected")
    answer = choose(as_eda, section)
    assert "No GoTo account is connected" in texts(answer)
    assert "Ask your site administrator to connect one." in texts(answer)


def test_chosen_event_stands_in_the_lesson(event, section, as_eda, eda):
    answer = add(as_eda, section, event.pk)
    item = SectionItem.objects.get(event=event)
    assert f"/lessons/{section.lesson_id}/?edit=1#item-{item.pk}" == answer.redirect_chain[-1][0]
    assert (section.pk, eda.pk, True) == (item.section_id, item.added_by_id, item.is_required)
    assert "“Ladder safety” is in this lesson." in texts(answer)


@pytest.mark.parametrize("starts_in", [timedelta(days=1), timedelta(days=-1)])
def test_what_is_over_is_not_required_unless_one_says_so(world, pull, section, as_eda, starts_in):
    event = pull(world.schedule_webinar(starts_in=starts_in))
    is_past = starts_in < timedelta(0)
    Event.objects.update(state="ended" if is_past else "scheduled")
    for found in ({"when": "past"} if is_past else {}, {"link": event.event_key}):
        assert is_past is not choose(as_eda, section, **found).context["is_required"]
    as_eda.post(reverse("add_event", args=[section.pk]), {"event": event.pk})
    assert not SectionItem.objects.get().is_required
    SectionItem.objects.all().delete()
    add(as_eda, section, event.pk)
    assert SectionItem.objects.get().is_required


def test_adding_twice_is_adding_once(event, section, as_eda):
    for _ in range(2):
        add(as_eda, section, event.pk)
    assert 1 == SectionItem.objects.count()


@pytest.mark.parametrize("chosen", ["", "0", "999999", "9" * 30, "²", "one", "-1", "1\0"])
def test_nothing_chosen_is_said(section, as_eda, chosen):
    answer = add(as_eda, section, chosen)
    assert (200, False) == (answer.status_code, SectionItem.objects.exists())
    assert "Choose an event first." in texts(answer)


def test_cancelled_event_cannot_be_added(event, section, as_eda):
    Event.objects.update(state="cancelled")
    assert "This event was cancelled, so it cannot be added." in texts(add(as_eda, section, event.pk))
    assert not SectionItem.objects.exists()


@pytest.mark.parametrize("state", ["disconnected", "reconnect_needed"])
def test_event_nobody_could_register_for_cannot_be_added(event, connection, section, as_eda, state):
    type(connection).objects.update(state=state)
    answer = add(as_eda, section, event.pk)
    assert "The GoTo account of this event is not connected at the moment" in texts(answer)
    assert not SectionItem.objects.exists()


def test_event_that_is_over_can_be_added_also_when_its_account_is_gone(event, connection, section, as_eda):
    type(connection).objects.update(state="disconnected")
    Event.objects.update(state="ended")
    add(as_eda, section, event.pk)
    assert 1 == SectionItem.objects.count()


def test_past_events_have_a_list_of_their_own(world, pull, event, section, as_eda):
    past = pull(world.schedule_webinar("Ropes", starts_in=timedelta(days=-2)))
    chosen = [
        as_eda.get(reverse("choose_event", args=[section.pk, "webinar"]), query).context["choices"]
        for query in ({}, {"when": "past"}, {"when": "past", "q": "rope"}, {"when": "past", "q": "ladder"})
    ]
    assert [[event], [past], [past], []] == [list(one) for one in chosen]
    answer = add(as_eda, section, past.pk)
    assert "“Ropes” is in this lesson." in texts(answer)


@pytest.mark.parametrize(
    ("found", "day"),
    [
        (True, "2026-03-05"),
        (False, "2026-03-04"),
        (False, "2026-03-06"),
        (True, "2026-03-07"),
        (True, "yesterday"),
        (True, "9999-12-31"),
        (True, ""),
    ],
)
def test_events_of_a_day_where_the_editor_lives_are_found(world, pull, section, eda, as_eda, found, day):
    """A quarter past eleven in the evening at Greenwich is the next day in Berlin."""
    type(eda).objects.update(time_zone="Europe/Berlin")
    times = [(f"2026-03-0{on}T23:15:00Z", f"2026-03-0{on}T23:45:00Z") for on in (4, 6)]
    late = pull(world.schedule_webinar("Late", type="sequence", times=times))
    choices = choose(as_eda, section, day=day, q="late").context.get("choices")
    assert ([late] if found else []) == list(choices)


def paste(client, section, link: str):
    return choose(client, section, link=link)


FORMS = (
    "{key}",
    "https://attendee.gotowebinar.com/register/{key}",
    "https://attendee.gotowebinar.com/register/{key}?source=letter&utm_medium=mail",
    "<https://register.gotowebinar.com/register/{key}/>",
    "Join us! https://attendee.gotowebinar.com/register/{key}.",
    "https://dashboard.gotowebinar.com/webinar/{key}",
    "http://goto.test/register/{key}",
    "{number}",
)


def test_any_form_of_the_link_finds_the_event(event, section, as_eda):
    for form in FORMS:
        answer = paste(as_eda, section, form.format(key=event.event_key, number=event.event_number))
        assert (200, [event]) == (answer.status_code, answer.context["choices"])
        assert "personal join link" not in texts(answer)


@pytest.mark.parametrize(
    ("status", "sentence", "link"),
    [
        (422, "None of the connected accounts has this event.", "1234567890123456789"),
        (422, "If it belongs to another account", "https://attendee.gotowebinar.com/register/1234567890123456789"),
        (422, "This link does not lead to GoTo.", "https://meet.example.com/register/1234567890123456789"),
        (422, "No event can be read from this.", "the webinar about ladders"),
        (422, "This is the link of a recording.", "https://register.gotowebinar.com/recording/8372619473829103"),
        (422, "This is the link of an event page", "https://event.gotowebinar.com/event/0b5c1f0e"),
    ],
)
def test_link_that_leads_to_no_event_says_what_it_is(event, section, as_eda, status, sentence, link):
    answer = paste(as_eda, section, link)
    assert status == answer.status_code
    assert sentence in texts(answer)
    assert link in texts(answer)
    assert "choices" not in answer.context


@pytest.mark.parametrize(
    ("is_offered", "link"),
    [
        (True, "https://attendee.gotowebinar.com/register/1234567890123456789?source=a&b=c"),
        (False, "1234567890123456789"),
        (False, "https://global.gotowebinar.com/join/1234567890123456789/123456789"),
        (False, "https://register.gotowebinar.com/recording/8372619473829103"),
    ],
)
def test_link_of_an_unknown_event_can_be_added_as_it_is_unless_it_is_personal(event, section, as_eda, is_offered, link):
    page = paste(as_eda, section, link).content.decode()
    found = re.search(rf'href="({re.escape(reverse("add_link", args=[section.pk]))}\?[^"]+)"', page)
    assert is_offered is bool(found)
    if found:
        form = as_eda.get(html.unescape(found[1])).context["form"]
        assert link == form["url"].value()


def test_personal_link_finds_the_event_with_a_warning(event, section, as_eda):
    answer = paste(as_eda, section, f"https://global.gotowebinar.com/join/{event.event_key}/123456789")
    assert [event] == answer.context["choices"]
    assert "personal join link" in texts(answer)


def test_link_of_an_account_that_is_not_connected_leads_nowhere(world, event, section, as_eda):
    world.add_stranger()
    key = world.schedule_webinar("Theirs", organizer="hanna@harbor.example")
    answer = paste(as_eda, section, key)
    assert (422, False) == (answer.status_code, Event.objects.filter(event_key=key).exists())
    assert "None of the connected accounts has this event." in texts(answer)


def test_link_of_a_second_account_is_found_there(world, event, section, as_eda, ada):
    world.add_stranger()
    key = world.schedule_webinar("Theirs", organizer="hanna@harbor.example")
    connect("hanna@harbor.example", ada)
    assert ["Theirs"] == [one.title for one in paste(as_eda, section, key).context["choices"]]


def test_event_made_a_moment_ago_is_asked_for_at_goto(world, connection, section, as_eda):
    key = world.schedule_webinar("Brand new")
    answer = paste(as_eda, section, f"https://attendee.gotowebinar.com/register/{key}")
    (found,) = answer.context["choices"]
    assert ("Brand new", key) == (found.title, found.event_key)
    add(as_eda, section, found.pk)
    assert 1 == SectionItem.objects.count()


def test_past_and_cancelled_events_are_marked(world, pull, event, section, as_eda):
    Event.objects.update(state="ended")
    assert "Over" in texts(paste(as_eda, section, event.event_key))
    Event.objects.update(state="cancelled")
    page = texts(paste(as_eda, section, event.event_key))
    assert "Cancelled" in page
    assert f'value="{event.pk}" required checked disabled' in page or "disabled" in page


def test_goto_being_down_is_told_apart_from_an_unknown_event(world, connection, section, as_eda):
    key = world.schedule_webinar("Brand new")
    world.fail(kind="status", status=503, times=20)
    answer = paste(as_eda, section, key)
    assert 422 == answer.status_code
    assert "GoTo does not answer at the moment." in texts(answer)
    assert "None of the connected accounts" not in texts(answer)


def test_what_is_pasted_is_escaped(connection, section, as_eda):
    assert "<script>alert" not in texts(paste(as_eda, section, '"><script>alert(1)</script>'))


def test_removing_leaves_event_and_registrants_where_they_are(world, item, lena, sign_up, as_eda, as_lena):
    sign_up(item.event, lena)
    answer = as_eda.post(reverse("remove_item", args=[item.pk]), follow=True)
    assert "“Ladder safety” is no longer in this lesson. It stays at GoTo as it was." in texts(answer)
    assert "Ladder safety" not in texts(as_lena.get(f"/lessons/{item.section.lesson_id}/"))
    assert (True, True) == (Event.objects.exists(), Registrant.objects.filter(gone_at=None).exists())
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(item.event.event_key)]
    assert 404 == as_eda.post(reverse("remove_item", args=[item.pk])).status_code


def test_removed_event_can_be_added_again(item, as_eda):
    as_eda.post(reverse("remove_item", args=[item.pk]))
    add(as_eda, item.section, item.event_id)
    assert 1 == SectionItem.objects.filter(removed_at=None).count()


def test_text_is_added_and_shown_as_text(section, as_eda, as_lena):
    url = reverse("add_text", args=[section.pk])
    as_eda.post(url, {"title": "Before", "text": "Look up.\n\n<b>Then</b> climb."})
    page = texts(as_lena.get(f"/lessons/{section.lesson_id}/"))
    assert "&lt;b&gt;Then&lt;/b&gt; climb." in page
    assert not SectionItem.objects.get().is_required
    assert 422 == as_eda.post(url, {"title": "Empty", "text": "  "}).status_code


def settings_url(item: SectionItem) -> str:
    return reverse("item_settings", args=[item.pk])


def test_item_is_made_optional(item, as_eda):
    assert as_eda.get(settings_url(item)).context["form"].initial["is_required"]
    answer = as_eda.post(settings_url(item), {"title": ""})
    item.refresh_from_db()
    assert not item.is_required
    assert f"/lessons/{item.section.lesson_id}/?edit=1#item-{item.pk}" == answer["Location"]


def test_lessons_and_sections_are_added_at_the_end(course, section, as_eda):
    answer = as_eda.post(reverse("create_lesson", args=[course.slug]), {"title": " Emergencies "})
    lesson = Lesson.objects.get(title="Emergencies")
    assert f"/lessons/{lesson.pk}/?edit=1" == answer["Location"]
    assert ["Working at height", "Emergencies"] == [one.title for one in course.lessons.all()]
    answer = as_eda.post(reverse("create_section", args=[lesson.pk]), {"title": "Fire"})
    last = lesson.sections.last()
    assert (f"/lessons/{lesson.pk}/?edit=1#section-{last.pk}", "Fire") == (answer["Location"], last.title)


@pytest.mark.parametrize("title", ["", "   ", "\0"])
def test_lesson_and_section_need_a_title(course, section, as_eda, title):
    for name, argument in (("create_lesson", course.slug), ("create_section", section.lesson_id)):
        answer = as_eda.post(reverse(name, args=[argument]), {"title": title}, follow=True)
        assert "Give it a title." in texts(answer)
    assert (1, 1) == (course.lessons.count(), section.lesson.sections.count())


def test_who_attended_before_the_event_was_added_has_completed_it(world, pull, section, lena, as_eda):
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": lena.email}])
    world.write_attendance(key, {lena.email: [(0, 60)]})
    world.advance(minutes=1)
    event = pull(key)
    add(as_eda, section, event.pk)
    assert "completed" == Completion.objects.get(user=lena).status


def test_titles_from_goto_are_escaped_everywhere(world, pull, section, as_ada, as_lena):
    title, described = "<script>alert(1)</script> & more", "<img src=x onerror=alert(1)>"
    event = pull(world.schedule_webinar(title, description=described))
    item = make_item(section, event)
    lesson = f"/lessons/{section.lesson_id}/"
    pages = ["/", lesson, lesson + "?edit=1", "/events/", f"/events/{event.pk}/"]
    pages += [reverse(name, args=[item.pk]) for name in ("item_card", "register", "item_settings", "roster")]
    pages += [reverse("choose_event", args=[section.pk, "webinar"])]
    for client in (as_ada, as_lena):
        for page in pages:
            found = texts(client.get(page, follow=True))
            assert "<script>alert" not in found, page
            assert "<img src=x" not in found, page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in texts(as_lena.get(lesson))
    assert "<script>alert" not in texts(add(as_ada, section, event.pk))
