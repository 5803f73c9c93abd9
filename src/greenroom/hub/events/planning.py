"""Checking what an event shall be, before GoTo is asked: the same rules for every product and every door."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.products.base import Ability, EventWish, Product, TeamMemberData
from greenroom.hub.events.registration_form import is_address
from greenroom.hub.events.time_zones import find_goto_zone

# GoTo's own limits (documented).
TITLE_LENGTH, DESCRIPTION_LENGTH = 128, 2048
MOST_DATES = 60

Date = tuple[datetime, datetime]


def tidied(wish: EventWish) -> EventWish:
    """Return the same without blanks around, with times in whole seconds and a zone that GoTo takes."""
    return replace(
        wish,
        title=None if wish.title is None else " ".join(storable(wish.title).split()),
        description=None if wish.description is None else storable(wish.description).replace("\r\n", "\n").strip(),
        times=None if wish.times is None else tuple(_whole_seconds(date) for date in wish.times),
        time_zone=None if wish.time_zone is None else find_goto_zone(wish.time_zone) or wish.time_zone,
    )


def _whole_seconds(date: Date) -> Date:
    start, end = date
    return start.replace(microsecond=0), end.replace(microsecond=0)


def check_wish(product: Product, wish: EventWish, *, known: Collection[Date] = (), can_have_several: bool) -> None:
    """
    Refuse what GoTo would refuse, naming each field, so that a person learns it before anything is sent.

    Args:
        wish: tidied; what is None is not looked at.
        known: dates the event has already: they may lie in the past.
        can_have_several: whether more than one date is possible.

    Raises:
        InvalidInputError: `errors` by field, those of dates as `starts_at_0`, `ends_at_0` and so on.
    """
    errors: dict[str, str] = {}
    if wish.title is not None:
        if not wish.title:
            errors["title"] = "Give it a title."
        elif len(wish.title) > TITLE_LENGTH:
            errors["title"] = f"This has {len(wish.title)} characters; GoTo takes at most {TITLE_LENGTH}."
    if len(wish.description or "") > DESCRIPTION_LENGTH:
        given = len(wish.description or "")
        errors["description"] = f"This has {given} characters; GoTo takes at most {DESCRIPTION_LENGTH}."
    if wish.time_zone is not None and not find_goto_zone(wish.time_zone):
        errors["time_zone"] = "GoTo does not know this time zone. Choose one from the list."
    if wish.times is not None:
        errors |= _date_problems(product, wish.times, known, can_have_several)
    if errors:
        raise InvalidInputError("Some of this cannot be taken.", errors)


def _date_problems(
    product: Product, dates: tuple[Date, ...], known: Collection[Date], can_have_several: bool
) -> dict[str, str]:
    if not dates and not known and Ability.NO_DATE in product.abilities:
        return {}
    if not dates:
        return {"times": "Give it a date."}
    if len(dates) > 1 and not can_have_several:
        return {"times": "This can have one date only."}
    if len(dates) > MOST_DATES:
        return {"times": f"Give it at most {MOST_DATES} dates at a time."}
    errors = {}
    for number, (start, end) in enumerate(dates):
        if (start, end) not in known and start <= clock.now():
            errors[f"starts_at_{number}"] = "This is over already. Choose a time to come."
        if end <= start:
            errors[f"ends_at_{number}"] = "The end must come after the start."
        elif product.longest_date and end - start > product.longest_date:
            hours = int(product.longest_date.total_seconds() // 3600)
            errors[f"ends_at_{number}"] = f"A {product.words.one.lower()} lasts {hours} hours at most."
        elif any(start < other_end and other_start < end for other_start, other_end in dates[:number]):
            errors[f"starts_at_{number}"] = "This date overlaps another one."
    return errors


def can_be_made_with_several_dates(product: Product) -> bool:
    """Tell whether an event of this product can be made with several dates, whatever they mean."""
    return bool(product.abilities & {Ability.PICK_A_DATE, Ability.ALL_DATES})


def check_member(product: Product, member: TeamMemberData) -> None:
    """
    Refuse somebody whom GoTo would not put on a team.

    Raises:
        InvalidInputError: `errors` by field.
        StateConflictError: such events have no such role.
    """
    roles = {"co_organizer": Ability.CO_ORGANIZERS, "panelist": Ability.PANELISTS}
    if roles.get(member.role) not in product.abilities:
        raise StateConflictError(f"{product.words.many} have nobody in this role.")
    if member.role == "co_organizer" and member.member_key:
        return  # somebody of the account, whom GoTo knows
    if member.role == "co_organizer" and Ability.GUEST_ORGANIZERS not in product.abilities:
        raise InvalidInputError("Some of this cannot be taken.", {"member": "Choose an organizer of this account."})
    errors = {}
    if not 0 < len(member.name) <= TITLE_LENGTH:
        errors["name"] = f"Give the whole name, {TITLE_LENGTH} characters at most."
    if not is_address(member.email) or len(member.email) > TITLE_LENGTH:
        errors["email"] = "Give an e-mail address, like name@example.com."
    if errors:
        raise InvalidInputError("Some of this cannot be taken.", errors)
