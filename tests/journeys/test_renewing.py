"""A page that stays open asks again when the clock or GoTo can have changed something, and not in between."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.factories.sessions import sign_up
from tests.hub.world import World
from tests.journeys.person import Person

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser


def test_card_is_fetched_at_the_moments_the_hub_tells_and_when_somebody_comes_back(
    world: World, meet: Callable[..., Person], cast: dict[str, User], item: SectionItem
) -> None:
    """It is nine; the item opens at five past, and the webinar starts at ten."""
    item.available_from = world.now + timedelta(minutes=5)
    item.save()
    sign_up(item.event, cast["Lena"])
    lena, asked = meet(cast["Lena"]), []
    page, card = lena.page, lena.page.locator(f"#item-{item.pk}")
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/card/") else None)
    page.add_init_script("addEventListener('htmx:afterSettle', () => { window.settled = (window.settled || 0) + 1; })")
    lena.open(f"/lessons/{item.section.lesson_id}/")
    expect(card).to_contain_text("Opens")

    def wait(minutes: int) -> None:
        # The card that came last counts its time from when it stands there.
        page.wait_for_function("count => (window.settled || 0) >= count", arg=len(asked))
        world.advance(minutes=minutes)
        lena.context.clock.fast_forward(minutes * 60_000)

    wait(minutes=5)
    expect(card).to_have_attribute("hx-trigger", re.compile("every 900s"))
    expect(card).to_contain_text("You are registered.")
    wait(minutes=14)
    page.evaluate("scrollTo(0, 1)")
    assert 1 == len(asked)
    with page.expect_response(re.compile("/card/")):
        page.evaluate("window.dispatchEvent(new Event('focus')), document.dispatchEvent(new Event('visibilitychange'))")
    assert 2 == len(asked)
    wait(minutes=15)  # 9:34; at 9:40 the hub begins to look closely
    expect(card).to_have_attribute("hx-trigger", re.compile("every 36[0-9]s|every 35[0-9]s"))
    assert 3 == len(asked)
    wait(minutes=5)
    page.evaluate("scrollTo(0, 0)")
    assert 3 == len(asked)
    wait(minutes=1)
    expect(card).to_have_attribute("hx-trigger", re.compile("every 10s"))
    wait(minutes=20)
    expect(card).to_contain_text("The organizer has not started yet.")
    expect(card).to_have_attribute("hx-trigger", re.compile("every 5s"))
    assert 5 == len(asked)


def test_dates_that_somebody_unfolded_stay_so_when_the_card_is_renewed(
    world: World, meet: Callable[..., Person], cast: dict[str, User], item: SectionItem
) -> None:
    event = item.event
    event.dates = "all"
    event.save()
    starts_at, ends_at = event.times.values_list("starts_at", "ends_at").get()
    for days in (timedelta(days=number) for number in range(1, 20)):
        event.times.create(starts_at=starts_at + days, ends_at=ends_at + days)
    lena = meet(cast["Lena"])
    page = lena.page
    lena.open(f"/lessons/{item.section.lesson_id}/")
    page.get_by_text("15 more dates").click()
    page.evaluate("document.querySelector('.live-card-dates details').classList.add('before')")
    with page.expect_response(re.compile("/card/")):
        page.evaluate("document.dispatchEvent(new Event('seen'))")
    expect(page.locator(".live-card-dates details[open]:not(.before)")).to_have_count(1)
