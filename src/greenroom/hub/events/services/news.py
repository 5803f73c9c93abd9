"""
Applying what GoTo tells by itself. It may come twice, late, in any order, or never.

A body is taken at its word only where nothing we know speaks against it. Everything else is a hint to ask GoTo, whose
answer counts: so nothing older overwrites anything newer, and nobody comes back whom GoTo no longer has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from greenroom.goto import GoTo, ResourceNotFoundError, UnexpectedResponseError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.facts import about_join, about_survey
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import EventData, RegistrantData
from greenroom.hub.events.products.webhooks import EventNews, JoinNews, News, SignUpNews, SurveyNews
from greenroom.hub.events.services.mirror import as_listed, mark_absent_events, mark_cancelled, store_event
from greenroom.hub.events.services.registrants import place_of_registrants
from greenroom.hub.events.services.setting_aside import set_aside
from greenroom.hub.events.services.sign_ups import store_sign_ups, take_off
from greenroom.hub.ledger.services import NewFact, append

# GoTo's clock and ours are taken to agree this far.
_CLOCKS_DIFFER = timedelta(seconds=5)
# So few people are asked for one by one, more by one list of all.
_ONE_BY_ONE = 3
# Somebody who came in so lately shows that the event runs; it is then watched for a while.
_LATELY, _WATCHED_FOR = timedelta(minutes=15), timedelta(minutes=5)


class Outcome(StrEnum):
    """What became of a piece of news."""

    APPLIED = "applied"
    UNDECIDED = "undecided"  # only GoTo can tell: see `ask_goto`
    UNKNOWN_EVENT = "unknown_event"  # GoTo was asked, and has no such event
    GONE = "gone_at_goto"  # nor this person
    UNREADABLE = "unreadable_at_goto"  # it answered, and what it said of this person cannot be read


@dataclass(frozen=True, slots=True)
class Answers:
    """
    What GoTo said when it was asked, by event key and by registrant key; None where it has no such thing.

    Attributes:
        unreadable: keys of those about whom it said something that cannot be read.
    """

    events: Mapping[str, EventData | None] = field(default_factory=dict)
    people: Mapping[str, RegistrantData | None] = field(default_factory=dict)
    unreadable: Collection[str] = frozenset()


UNASKED = Answers()


def group_by_event(news: Sequence[News]) -> dict[tuple[str, str], list[News]]:
    """Return news by the event they are about, in the order given."""
    groups: dict[tuple[str, str], list[News]] = {}
    for one in news:
        groups.setdefault((one.product, one.event_key), []).append(one)
    return groups


def apply_news(*, connection: Connection, news: Sequence[News], answers: Answers = UNASKED) -> list[Outcome]:
    """
    Write down what GoTo told, and return what became of each piece, in their order. Asks GoTo nothing.

    One transaction; a constant number of statements for each event. May be repeated.

    Args:
        connection: whose webhook brought it.
        answers: what GoTo said about the news of one event.
    """
    outcomes: dict[News, Outcome] = {}
    groups = group_by_event(news)
    with transaction.atomic():
        known = _known_events(groups)
        for key, group in groups.items():
            outcomes |= _apply_to_event(connection, known.get(key), group, answers)
    return [outcomes[one] for one in news]


def ask_goto(*, connection: Connection, news: Sequence[News]) -> Answers:
    """
    Ask GoTo what the news of one event leave open. Must not be used inside a transaction.

    One call for an event that is unknown or has changed, and then none about people. Else one for each person, or one
    for all of them when they are many. Rows of that list which cannot be read are set aside and stop no others.

    Raises:
        HubError, GotoError: as `open_goto`.
    """
    [(key, group)] = group_by_event(news).items()
    event = _known_events([key]).get(key)
    product, event_key = get_product(key[0]), key[1]
    owner = event.connection if event else connection
    with open_goto(owner, sets_aside=True) as goto:
        if event is None or _is_to_be_read(group):
            organizer_key = event.organizer_key if event else owner.organizer_key
            return Answers(events={event_key: product.get_event(goto, organizer_key, event_key)})
        keys = _open_people(event, group, _rows(event, group))
        return _ask_by_list(goto, event, keys) if len(keys) > _ONE_BY_ONE else _ask_one_by_one(goto, event, keys)


def _known_events(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Event]:
    wanted = Q(product__in={product for product, _ in keys}, event_key__in={key for _, key in keys})
    return {(one.product, one.event_key): one for one in Event.objects.filter(wanted).select_related("connection")}


def _is_to_be_read(group: Sequence[News]) -> bool:
    """Tell whether these news of an event that we have mean that it may not be as it was."""
    return any(isinstance(one, EventNews) and not one.is_new for one in group)


def _ask_by_list(goto: GoTo, event: Event, keys: set[str]) -> Answers:
    listing = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    listed = {one.registrant_key: one for one in listing.rows() if one.registrant_key in keys}
    rows = goto.take_set_aside()
    set_aside(place=place_of_registrants(event), rows=rows)
    if rows:  # any of those who were not listed may be behind one that cannot be read
        return Answers(people=listed, unreadable=keys - listed.keys())
    return Answers(people={key: listed.get(key) for key in keys})


def _ask_one_by_one(goto: GoTo, event: Event, keys: set[str]) -> Answers:
    product = get_product(event.product)
    found: dict[str, RegistrantData | None] = {}
    unreadable = set()
    for key in keys:
        try:
            found[key] = product.get_registrant(goto, event.organizer_key, event.event_key, key)
        except ResourceNotFoundError:
            found[key] = None
        except UnexpectedResponseError:
            unreadable.add(key)
    return Answers(people=found, unreadable=unreadable)


# What it means


def _apply_to_event(
    connection: Connection, event: Event | None, group: Sequence[News], answers: Answers
) -> dict[News, Outcome]:
    event_key = group[0].event_key
    was_asked = event_key in answers.events
    if event is None and not was_asked:
        return dict.fromkeys(group, Outcome.UNDECIDED)
    if was_asked:
        event = _store_answer(connection, event, answers.events[event_key], group)
    if event is None:
        return dict.fromkeys(group, Outcome.UNKNOWN_EVENT)
    is_open = _is_to_be_read(group) and not was_asked
    outcomes: dict[News, Outcome] = {
        one: Outcome.UNDECIDED if is_open and not one.is_new else Outcome.APPLIED
        for one in group
        if isinstance(one, EventNews)
    }
    return outcomes | _apply_to_people(event, group, answers)


def _store_answer(
    connection: Connection, event: Event | None, found: EventData | None, group: Sequence[News]
) -> Event | None:
    """Write down what GoTo said of the event when asked; None when neither it nor we have it."""
    if found:
        if event:
            connection, found = event.connection, as_listed(found, event)
        return store_event(connection=connection, product=group[0].product, found=found)
    if event is None or _is_over(event):
        return event  # what took place stays, also when it was deleted since
    if any(isinstance(one, EventNews) and one.is_deleted for one in group):
        mark_cancelled(event=event)
    else:
        mark_absent_events(events=[event])
    return event


def _is_over(event: Event) -> bool:
    return event.ends_at is not None and event.ends_at < clock.now()


PeopleNews = SignUpNews | JoinNews | SurveyNews


def _person_key(one: PeopleNews) -> str:
    return one.registrant.registrant_key if isinstance(one, SignUpNews) else one.registrant_key


def _by_person(group: Sequence[News]) -> dict[str, list[PeopleNews]]:
    people: dict[str, list[PeopleNews]] = {}
    for one in group:
        if isinstance(one, SignUpNews | JoinNews | SurveyNews):
            people.setdefault(_person_key(one), []).append(one)
    return people


def _rows(event: Event, group: Sequence[News]) -> dict[str, Registrant]:
    rows = Registrant.objects.filter(event=event, registrant_key__in=_by_person(group))
    return {one.registrant_key: one for one in rows}


def _open_people(event: Event, group: Sequence[News], rows: Mapping[str, Registrant]) -> set[str]:
    return {key for key, about in _by_person(group).items() if _is_open(event, rows.get(key), about)}


def _is_open(event: Event, row: Registrant | None, about: Sequence[PeopleNews]) -> bool:
    """Tell whether only GoTo can say what these news of one person mean."""
    sign_ups = [one for one in about if isinstance(one, SignUpNews)]
    if not sign_ups:
        return row is None
    first = sign_ups[0]
    if any(one.is_off or one.registrant != first.registrant for one in sign_ups):
        return True
    if row is None:
        return not _is_since_last_reading(event, first.told_at or first.registrant.registered_at)
    return not row.is_there or not _says_the_same(row, first.registrant)


def _is_since_last_reading(event: Event, told_at: datetime | None) -> bool:
    """Tell whether the last list of registrants cannot have known: it was read before."""
    read_at = event.registrants_read_at
    return read_at is None or (told_at is not None and told_at > read_at + _CLOCKS_DIFFER)


def _says_the_same(row: Registrant, told: RegistrantData) -> bool:
    # When somebody signed up is not compared: of those we signed up we have our own time.
    mine = (row.email, row.first_name, row.last_name, row.status)
    theirs = (told.email, told.first_name, told.last_name, told.status)
    return mine == theirs and told.join_url in {"", row.join_url}


def _apply_to_people(event: Event, group: Sequence[News], answers: Answers) -> dict[News, Outcome]:
    people = _by_person(group)
    if not people:
        return {}
    rows, told = _rows(event, group), answers.people
    untold = _open_people(event, group, rows) - told.keys()
    store_sign_ups(event=event, found=_to_be_stored(people, rows, untold, told))
    gone = {key for key in people if told.get(key, ...) is None}
    for key in gone:
        _lose(event, key, people[key])
    rows = _rows(event, group)
    _append_facts(event, [(one, rows[key]) for key, about in people.items() if key in rows for one in about])
    unreadable = dict.fromkeys(untold & set(answers.unreadable), Outcome.UNREADABLE)
    doubts = dict.fromkeys(untold, Outcome.UNDECIDED) | dict.fromkeys(gone, Outcome.GONE) | unreadable
    return {one: _outcome(one, doubts.get(key), key in rows) for key, about in people.items() for one in about}


def _to_be_stored(
    people: Mapping[str, Sequence[PeopleNews]],
    rows: Mapping[str, Registrant],
    untold: Collection[str],
    answers: Mapping[str, RegistrantData | None],
) -> list[RegistrantData]:
    """Return the sign-ups as they are to be written: as GoTo answered, or as it told where that needs no asking."""
    wanted = []
    for key, about in people.items():
        told = next((one.registrant for one in about if isinstance(one, SignUpNews)), None)
        one = answers.get(key, told if key not in untold else None)
        row = rows.get(key)
        if one and not (row and row.is_there and _says_the_same(row, one)):
            wanted.append(one)
    # The order in which lists have them: two writers who meet then wait for each other and not in a circle.
    return sorted(wanted, key=lambda one: (one.registered_at or clock.now(), one.registrant_key))


def _lose(event: Event, key: str, about: Sequence[PeopleNews]) -> None:
    """Believe that somebody is off the event when GoTo has said so twice; else have the list looked at."""
    if any(isinstance(one, SignUpNews) and one.is_off for one in about):
        take_off(event=event, registrant_key=key)
    else:
        Event.objects.filter(pk=event.pk).update(registrants_due_at=clock.now(), registrants_digest="")


def _append_facts(event: Event, told: Sequence[tuple[PeopleNews, Registrant]]) -> None:
    facts = [fact for one, registrant in told if (fact := _fact(event, one, registrant))]
    append(facts)
    came = [one.joined_at for one, _ in told if isinstance(one, JoinNews)]
    now = clock.now()
    if came and event.state != Event.State.LIVE and now - max(came) <= _LATELY:
        not_yet = Q(watched_until=None) | Q(watched_until__lt=now + _WATCHED_FOR)
        Event.objects.filter(not_yet, pk=event.pk).update(watched_until=now + _WATCHED_FOR)


def _fact(event: Event, one: PeopleNews, registrant: Registrant) -> NewFact | None:
    if isinstance(one, JoinNews):
        return about_join(event, registrant, session_key=one.session_key, joined_at=one.joined_at)
    if isinstance(one, SurveyNews):
        return about_survey(
            event,
            registrant,
            session_key=one.session_key,
            survey=one.survey,
            answers=one.answers,
            sent_at=one.told_at or clock.now(),
        )
    return None  # a sign-up's facts are written with its row


def _outcome(one: PeopleNews, doubt: Outcome | None, is_known: bool) -> Outcome:
    """Say what became of news of somebody; `doubt` is why GoTo's answer, or the lack of one, speaks against them."""
    if isinstance(one, SignUpNews):
        is_as_told = doubt is None or (doubt == Outcome.GONE and one.is_off)
    else:
        is_as_told = is_known  # that somebody came stays true when they are off the event since
    return Outcome.APPLIED if is_as_told else doubt or Outcome.GONE
