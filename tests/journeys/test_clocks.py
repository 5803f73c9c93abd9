"""The hub's clock counts, however wrong the one of somebody's device is."""

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


def test_countdown_follows_the_hub_and_not_the_clock_of_the_browser(
    world: World, meet: Callable[..., Person], cast: dict[str, User], item: SectionItem
) -> None:
    world.advance(minutes=20)
    sign_up(item.event, cast["Lena"])
    lena = meet(cast["Lena"])
    lena.context.clock.set_system_time(world.now - timedelta(hours=3))
    lena.open(f"/lessons/{item.section.lesson_id}/")
    expect(lena.page.get_by_role("timer").first).to_have_text(re.compile(r"in (40:00|39:\d\d) min"))
