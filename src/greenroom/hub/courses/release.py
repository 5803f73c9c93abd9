"""When courses, lessons and items are open to those who take or observe them. Who makes them sees all, at any time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from greenroom.hub.courses.models import Lesson, SectionItem


@dataclass(frozen=True, slots=True)
class Closed:
    """That something is not open, in words, and the moment they end with."""

    words: str
    at: datetime


def find_closed(thing: Lesson | SectionItem, now: datetime) -> Closed | None:
    """Tell why a lesson or an item is not open, or None when it is; each boundary belongs to what begins at it."""
    if thing.available_from and now < thing.available_from:
        return Closed("Opens", thing.available_from)
    if thing.available_until and now >= thing.available_until:
        return Closed("Closed since", thing.available_until)
    return None


def is_open(now: datetime, prefix: str = "") -> Q:
    """Return the same as a condition on rows; `prefix` leads to the lesson or item, such as `section__lesson__`."""
    has_begun = Q(**{f"{prefix}available_from": None}) | Q(**{f"{prefix}available_from__lte": now})
    is_not_over = Q(**{f"{prefix}available_until": None}) | Q(**{f"{prefix}available_until__gt": now})
    return has_begun & is_not_over


def is_shown(now: datetime, prefix: str = "") -> Q:
    """Return that those who take or observe a course see it, as a condition on rows; `prefix` leads to the course."""
    has_begun = Q(**{f"{prefix}publish_at": None}) | Q(**{f"{prefix}publish_at__lte": now})
    return Q(**{f"{prefix}is_published": True}) & has_begun


def takes_people(now: datetime, prefix: str = "") -> Q:
    """Return that a course has not closed to whoever is new, as a condition on rows; `prefix` leads to the course."""
    return Q(**{f"{prefix}close_at": None}) | Q(**{f"{prefix}close_at__gt": now})
