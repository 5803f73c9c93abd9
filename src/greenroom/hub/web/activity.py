"""What happened, in words: facts of the ledger as people read them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime

from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.contacts.models import Contact, Import, Merge, Purpose
from greenroom.hub.contacts.selectors import list_facts_of
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import list_facts_about
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import SubmissionAct

Kind = Fact.Kind

# How a fact about a person is said after their name, with the variant of its badge.
_OF_A_PERSON = {
    Kind.REGISTERED: ("registered", "info"),
    Kind.APPROVED: ("was approved", "ok"),
    Kind.DENIED: ("was denied", "bad"),
    Kind.CANCELLED: ("is no longer registered", "quiet"),
    Kind.JOINED: ("joined", "live"),
    Kind.ATTENDED: ("attended", "ok"),
    Kind.ABSENT: ("did not attend", "quiet"),
}
_OF_A_CONTACT = {
    Kind.ENROLLED: ("began a course", "info"),
    Kind.ITEM_COMPLETED: ("completed an item", "ok"),
    Kind.COURSE_COMPLETED: ("completed a course", "ok"),
    Kind.MAIL_SENT: ("was sent a mail", "info"),
    Kind.MAIL_OPENED: ("opened a mail", "ok"),
    Kind.MAIL_CLICKED: ("followed a link", "ok"),
    Kind.FORM_SUBMITTED: ("submitted a form", "info"),
    Kind.CAMPAIGN_STEP: ("moved on in a campaign", "quiet"),
    Kind.CONSENT_GRANTED: ("agreed", "ok"),
    Kind.CONSENT_WITHDRAWN: ("withdrew consent", "bad"),
    Kind.CONTACT_SILENCED: ("is not to be contacted", "bad"),
    Kind.LEFT: ("left", "quiet"),
    Kind.SURVEY_SUBMITTED: ("answered the survey", "ok"),
    Kind.MAIL_BOUNCED: ("could not be reached by a mail", "bad"),
    Kind.CONTACT_CREATED: ("became a contact", "info"),
    Kind.SEGMENT_ENTERED: ("came into a segment", "ok"),
    Kind.SEGMENT_LEFT: ("left a segment", "quiet"),
    Kind.TAG_ADDED: ("was given the tag", "info"),
    Kind.TAG_REMOVED: ("lost the tag", "quiet"),
}
# What a person's timeline can be narrowed to.
SUBJECTS: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "sign-ups": ("Sign-ups", (Kind.REGISTERED, Kind.APPROVED, Kind.DENIED, Kind.CANCELLED)),
    "attendance": ("Attendance", (Kind.JOINED, Kind.LEFT, Kind.ATTENDED, Kind.ABSENT, Kind.SURVEY_SUBMITTED)),
    "mail": ("Mail", (Kind.MAIL_SENT, Kind.MAIL_OPENED, Kind.MAIL_CLICKED, Kind.MAIL_BOUNCED)),
    "forms": ("Forms", (Kind.FORM_SUBMITTED,)),
    "campaigns": ("Campaigns", (Kind.CAMPAIGN_STEP,)),
    "segments": ("Segments", (Kind.SEGMENT_ENTERED, Kind.SEGMENT_LEFT)),
    "tags": ("Tags", (Kind.TAG_ADDED, Kind.TAG_REMOVED)),
    "consent": ("Consent", (Kind.CONSENT_GRANTED, Kind.CONSENT_WITHDRAWN, Kind.CONTACT_SILENCED)),
    "courses": ("Courses", (Kind.ENROLLED, Kind.ITEM_COMPLETED, Kind.COURSE_COMPLETED)),
}
_OF_TAGS = (Kind.TAG_ADDED, Kind.TAG_REMOVED)
_AHEAD = {Event.State.SCHEDULED, Event.State.LIVE}
# Facts that are not about an event say by one of these what they are about.
_NAMES_OF_THINGS = ("title", "subject", "name", "form", "tag")
# Or by the id of what it was about.
_THINGS: dict[str, type[Model]] = {"segment_id": Segment, "purpose_id": Purpose}
_OF_THE_EVENT = {
    Kind.EVENT_CREATED: ("First seen at GoTo", "info"),
    Kind.EVENT_CHANGED: ("Changed at GoTo", "warn"),
    Kind.EVENT_CANCELLED: ("Cancelled at GoTo", "bad"),
    Kind.SESSION_STARTED: ("Started", "live"),
    Kind.SESSION_ENDED: ("Ended", "quiet"),
    Kind.ATTENDANCE_FINAL: ("Attendance became final", "ok"),
    Kind.RECORDING_READY: ("A recording is ready", "info"),
}
_WORDS = {**_OF_A_PERSON, **_OF_A_CONTACT, **_OF_THE_EVENT}
_MEMBERS = {
    "title": "Title",
    "starts_at": "Start",
    "ends_at": "End",
    "time_zone": "Time zone",
    "description": "Description",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a member of an event was and is; moments are given as such, so that they are shown in the viewer's zone."""

    member: str
    before: str | datetime
    after: str | datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line of a timeline.

    Attributes:
        person: whose doing it is told as, in an event's timeline; empty for what happened to the event itself.
        event: where it happened, in a person's timeline.
        thing: what else it was about, such as a mail, a form or a step of a campaign.
        campaign: whose step that is; None when it is no longer here.
        percent: of the event that they attended.
        cause: by whom or what they were tagged, in words.
        way_in: whether they have a link to join an event that is not over, in words.
    """

    happened_at: datetime
    person: str
    event: Event | None
    words: str
    variant: str
    changes: tuple[Change, ...]
    seconds: int | None
    thing: str = ""
    campaign: Campaign | None = None
    percent: int | None = None
    cause: str = ""
    way_in: str = ""


def list_activity(*, event: Event) -> QuerySet[Fact]:
    """Return the facts about an event that are told to people, the latest first."""
    facts = list_facts_about(event_id=event.pk).filter(kind__in=[*_OF_A_PERSON, *_OF_THE_EVENT])
    return facts.order_by("-happened_at", "-pk")


def tell(facts: Sequence[Fact]) -> list[Entry]:
    """Put facts into words. One query, for the names."""
    people = Registrant.objects.defer("join_url").in_bulk({one.registrant_id for one in facts if one.registrant_id})
    return [_entry(one, person=_person(one, people)) for one in facts]


def list_activity_of(*, contact: Contact, subject: str = "") -> QuerySet[Fact]:
    """Return the facts about a contact that are told to people, the latest first; of a subject of `SUBJECTS` alone."""
    kinds = SUBJECTS[subject][1] if subject in SUBJECTS else (*_OF_A_PERSON, *_OF_A_CONTACT)
    return list_facts_of(contact=contact).filter(kind__in=kinds)


def tell_of_one(contact: Contact, facts: Sequence[Fact]) -> list[Entry]:
    """Put facts about one person into words. Some queries, however many facts there are."""
    events = Event.objects.in_bulk({one.event_id for one in facts if one.event_id})
    shares = contact.participations.filter(event__in=events, attended_seconds__gt=0)
    percents = dict(shares.values_list("event_id", "attended_percent"))
    campaigns = Campaign.objects.in_bulk({one.data["campaign"] for one in facts if one.kind == Kind.CAMPAIGN_STEP})
    things, ways_in, causes = _name_things(facts), _find_ways_in(facts, events), _tell_causes(facts)
    return [
        replace(
            _of_one(fact, events, percents, things),
            campaign=campaigns.get(fact.data.get("campaign")),
            cause=causes.get(fact.pk, ""),
            way_in=ways_in.get(fact.pk, ""),
        )
        for fact in facts
    ]


def _name_all(model: type[Model]) -> Callable[[Collection[int]], Mapping[int, str]]:
    return lambda keys: {pk: str(one) for pk, one in model._default_manager.in_bulk(keys).items()}


def _name_forms_of_acts(keys: Collection[int]) -> Mapping[int, str]:
    return dict(SubmissionAct.objects.filter(pk__in=keys).values_list("pk", "submission__form__name"))


def _name_mergers(keys: Collection[int]) -> Mapping[int, str]:
    merges = Merge.objects.filter(pk__in=keys, merged_by__isnull=False).select_related("merged_by")
    return {one.pk: str(one.merged_by) for one in merges}


# By what the cause of a tag begins with: whose names are looked up, how it is said, and how when they are gone.
_CAUSES: dict[str, tuple[Callable[[Collection[int]], Mapping[int, str]], str, str]] = {
    "person": (_name_all(User), "by {}", "by somebody who is gone"),
    "together": (_name_all(User), "by {}, together with others", "together with others"),
    "program": (_name_all(User), "by a program of {}", "by a program"),
    "form": (_name_forms_of_acts, "by the form “{}”", "by a form"),
    "campaign": (_name_all(Campaign), "by the campaign “{}”", "by a campaign that is no longer here"),
    "import": (_name_all(Import), "from the file {}", "from a file"),
    "merge": (_name_mergers, "by {}, who merged this contact with another", "by merging with another contact"),
    "unmerge": (_name_mergers, "when a merge with another contact was undone", "when a merge was undone"),
}


def _tell_causes(facts: Sequence[Fact]) -> dict[int, str]:
    """Say by whom or what people were tagged, by fact. One query for each kind of cause that there is."""
    asked: dict[str, dict[int, int]] = {}
    for one in facts:
        kind, _, rest = str(one.data.get("cause", "")).partition(":")
        if one.kind in _OF_TAGS and kind in _CAUSES:
            asked.setdefault(kind, {})[one.pk] = int(rest.partition(":")[0])
    return {pk: sentence for kind, keys in asked.items() for pk, sentence in _say_causes(kind, keys).items()}


def _say_causes(kind: str, keys: Mapping[int, int]) -> dict[int, str]:
    find, words, gone = _CAUSES[kind]
    names = find(set(keys.values()))
    return {pk: words.format(names[key]) if key in names else gone for pk, key in keys.items()}


def _find_ways_in(facts: Sequence[Fact], events: Mapping[int, Event]) -> dict[int, str]:
    """Say of each sign-up for an event that is not over whether they have a link to join. One query."""
    now = clock.now()
    ahead = {pk for pk, event in events.items() if event.state in _AHEAD and (event.ends_at or now) >= now}
    sign_ups = [one for one in facts if one.kind in (Kind.REGISTERED, Kind.APPROVED) and one.event_id in ahead]
    registrants = Registrant.objects.filter(pk__in={one.registrant_id for one in sign_ups}, gone_at=None)
    has_link = {one.pk: bool(one.join_url) for one in registrants.only("join_url")}
    words = {True: "can join by their own link", False: "no link to join yet"}
    return {one.pk: words[has_link[one.registrant_id]] for one in sign_ups if one.registrant_id in has_link}


def _of_one(
    fact: Fact, events: Mapping[int, Event], percents: Mapping[int, int], things: Mapping[tuple[str, int], str]
) -> Entry:
    entry = _entry(fact, event=events.get(fact.event_id or 0))
    if fact.kind == Kind.ATTENDED:
        return replace(entry, percent=percents.get(fact.event_id or 0))
    named = (things.get((name, fact.data[name]), "one that is no longer here") for name in _THINGS if name in fact.data)
    return replace(entry, thing=entry.thing or next(named, ""))


def _name_things(facts: Sequence[Fact]) -> dict[tuple[str, int], str]:
    """Return what facts name by its id. One query for each kind of thing that there is."""
    return {
        (name, pk): str(thing)
        for name, model in _THINGS.items()
        if (wanted := {one.data[name] for one in facts if one.data.get(name)})
        for pk, thing in model._default_manager.in_bulk(wanted).items()
    }


def _person(fact: Fact, people: Mapping[int, Registrant]) -> str:
    if fact.kind not in _OF_A_PERSON:
        return ""
    known = people.get(fact.registrant_id or 0)
    return known.get_full_name() if known else fact.email or "Somebody"


def _entry(fact: Fact, *, person: str = "", event: Event | None = None) -> Entry:
    words, variant = _WORDS[Kind(fact.kind)]
    return Entry(
        fact.happened_at,
        person,
        event,
        words,
        variant,
        _changes(fact.data) if fact.kind == Kind.EVENT_CHANGED else (),
        fact.data.get("attended_seconds"),
        _thing(fact) if event is None else "",
    )


def _thing(fact: Fact) -> str:
    if fact.kind == Kind.CAMPAIGN_STEP:
        words = str(fact.data["words"])
        return f"{words[:1].upper()}{words[1:]}, in “{fact.data['name']}”"
    return next((str(fact.data[name]) for name in _NAMES_OF_THINGS if fact.data.get(name)), "")


def _changes(data: Mapping[str, Any]) -> tuple[Change, ...]:
    told = [(name, value) for name, value in data.items() if name in _MEMBERS and isinstance(value, list)]
    return tuple(Change(_MEMBERS[name], _readable(name, old), _readable(name, new)) for name, (old, new) in told)


def _readable(name: str, value: Any) -> str | datetime:
    if name.endswith("_at") and value:
        return parse_datetime(value) or str(value)
    return str(value or "nothing")
