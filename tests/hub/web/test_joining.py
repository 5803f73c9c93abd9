"""The way in: open only when the event is, to each person their own link, which no page ever shows."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_item
from tests.hub.web.routes import SHOWN, address

from greenroom.hub.events.models import Registrant


def card(client, item, **query: str) -> str:
    return client.get(reverse("item_card", args=[item.pk]), query).content.decode()


def test_join_leads_each_person_to_their_own_link_when_live(
    world, item, course, lena, otto, as_lena, as_otto, sign_up, go_live
):
    make_enrollment(course, otto)
    sign_up(item.event, lena)
    sign_up(item.event, otto)
    world.advance(hours=1)
    go_live(item.event)
    links = []
    for user, client in ((lena, as_lena), (otto, as_otto)):
        answer = client.get(reverse("join", args=[item.pk]))
        assert (302, Registrant.objects.get(user=user).join_url) == (answer.status_code, answer["Location"])
        links.append(answer["Location"])
    assert links[0] != links[1]


@pytest.mark.parametrize(
    ("reason", "is_registered"),
    [("Join opens when the organizer starts the webinar", True), ("Register first; then you can join.", False)],
)
def test_closed_door_says_why(item, lena, as_lena, sign_up, reason, is_registered):
    if is_registered:
        sign_up(item.event, lena)
    answer = as_lena.get(reverse("join", args=[item.pk]), follow=True)
    assert [(f"/lessons/{item.section.lesson_id}/#item-{item.pk}", 302)] == answer.redirect_chain
    assert reason in answer.content.decode()


def test_who_did_not_register_is_told_to_when_it_is_live(item, as_lena, go_live):
    go_live(item.event)
    page = as_lena.get(reverse("join", args=[item.pk]), follow=True).content.decode()
    assert "The webinar is live. Register to join." in page


@pytest.mark.parametrize("status", ["WAITING", "DENIED"])
def test_who_is_not_approved_stays_outside(item, lena, as_lena, sign_up, go_live, status):
    sign_up(item.event, lena)
    Registrant.objects.update(status=status)
    go_live(item.event)
    assert as_lena.get(reverse("join", args=[item.pk]))["Location"].startswith("/lessons/")


@pytest.mark.parametrize(
    "link", ["", "https://evil.example/join/1", "https://evilgotowebinar.com/join", "http://global.gotowebinar.com/join/1",
             "javascript:alert(1)", "https://global.gotowebinar.com@evil.example/", "http://goto.test.evil.example/join"],
)  # fmt: skip
def test_join_leads_nowhere_but_to_goto(item, lena, as_lena, sign_up, go_live, link):
    sign_up(item.event, lena)
    Registrant.objects.update(join_url=link)
    go_live(item.event)
    answer = as_lena.get(reverse("join", args=[item.pk]))
    assert 409 == answer.status_code
    assert "GoTo has not given you a join link yet." in answer.content.decode()


@pytest.mark.parametrize("host", ["global.gotowebinar.com", "app.goto.com", "global.gototraining.com"])
def test_join_leads_to_gotos_hosts(item, lena, as_lena, sign_up, go_live, host):
    sign_up(item.event, lena)
    Registrant.objects.update(join_url=f"https://{host}/join/1/2")
    go_live(item.event)
    assert f"https://{host}/join/1/2" == as_lena.get(reverse("join", args=[item.pk]))["Location"]


def test_training_opens_by_its_plan(world, pull, section, lena, as_lena, sign_up):
    item = make_item(section, pull(world.schedule_training(), "training"))
    sign_up(item.event, lena)
    world.advance(minutes=44, seconds=59)
    assert "Join opens 15 minutes before the start" in card(as_lena, item)
    world.advance(seconds=1)
    assert "/join/training/" in as_lena.get(reverse("join", args=[item.pk]))["Location"]


def test_card_renews_itself_only_while_something_can_change(world, item, lena, as_lena, sign_up, go_live, connection):
    assert "hx-get" in card(as_lena, item)
    sign_up(item.event, lena)
    assert "hx-get" in card(as_lena, item)
    go_live(item.event)
    assert "every 10s" in card(as_lena, item)
    for state in ("cancelled", "missing"):
        type(item.event).objects.update(state=state)
        assert "hx-" not in card(as_lena, item)


def test_card_on_the_home_page_stays_one(item, as_lena):
    assert f'hx-get="/items/{item.pk}/card/?place=home"' in card(as_lena, item, place="home")
    assert 'hx-get="/items/' in card(as_lena, item, place='"><script>')
    assert "<script>" not in card(as_lena, item, place='"><script>')


def test_join_link_is_in_no_page(scene, cast, browser, run_jobs, go_live):
    run_jobs()
    go_live(scene.registered.event)
    links = [link for link in Registrant.objects.values_list("join_url", flat=True) if link]
    assert len(vars(cast)) == len(links)
    secrets = {part for link in links for part in (link, quote(link, safe=""), link.removeprefix("http://goto.test"))}
    led_away = ("join", "start_event", "download_recording")
    paths = [address(name, scene, cast.otto) for name in SHOWN if name not in led_away]
    lesson, event = f"/lessons/{scene.section.lesson_id}/", f"/events/{scene.registered.event_id}/"
    paths += [lesson + "?edit=1", event, event + "?tab=people", event + "?tab=attendance", "/metrics"]
    paths += [reverse(name, args=[scene.registered.pk]) for name in ("item_card", "roster", "register")]
    for user in vars(cast).values():
        client = browser(user)
        for path in paths:
            page = b"".join(client.get(path, follow=True)).decode()  # a file comes in pieces
            assert not [secret for secret in secrets if secret in page], path


def test_next_up_shows_the_nearest_date_of_each_event(world, pull, section, as_lena):
    def at(hours: float) -> list[str]:
        start = world.now + timedelta(hours=hours)
        return [start.isoformat(), (start + timedelta(hours=1)).isoformat()]

    for title, times in (("Weekly", [at(1), at(100)]), ("Tomorrow", [at(24)]), ("Second day", [at(3), at(48)])):
        make_item(section, pull(world.schedule_webinar(title, times=times, type="sequence")))
    world.advance(hours=5)
    views = as_lena.get("/").context["next_items"]
    assert ["Tomorrow", "Second day", "Weekly"] == [view.title for view in views]
