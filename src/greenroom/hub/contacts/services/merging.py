"""
Making one contact of two, and two of one again.

Everything that names the other contact is made to name the one that is kept, whichever part of the hub it belongs to:
the models' own foreign keys tell where. Where both have what only one may have, the kept one's counts, and the other's
is put aside for undoing. Of what both said about consent the most restrictive counts.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint
from django.db.models.deletion import Collector
from django.utils.dateparse import parse_datetime

from greenroom.hub.contacts.following import settle_before_merge, told_of_merge
from greenroom.hub.contacts.models import (
    Consent,
    ConsentRecord,
    Contact,
    ContactTag,
    ContactWord,
    Merge,
    Participation,
    TouchedContact,
)
from greenroom.hub.contacts.services.keeping import FIELDS, follow
from greenroom.hub.contacts.services.participations import note_participations
from greenroom.hub.contacts.services.tags import tell_tags
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User

# Made anew rather than moved, or put together below.
_FOLLOWS = (ContactWord, TouchedContact, Participation, Consent)
_FILLED = ("email", *FIELDS)
_STRICTEST_FIRST = (Consent.State.WITHDRAWN, Consent.State.SERVICE_ONLY, Consent.State.GRANTED)
_SILENCES = (*Contact.Silence.values, "")


def merge_contacts(*, kept: Contact, other: Contact, actor: User) -> Merge:
    """
    Make one contact of two, in one transaction. What is known of the kept one stays; the other fills what is empty.

    Raises:
        InvalidInputError: it is one contact already.
        UnknownObjectError: one of them is gone.
    """
    if kept.pk == other.pk:
        raise InvalidInputError("Choose somebody else: this is the same contact.")
    with transaction.atomic():
        kept, other = _lock(kept.pk, other.pk)
        before = {
            "other": serializers.serialize("json", [other]),
            "filled": {name: getattr(other, name) for name in _FILLED if not getattr(kept, name)},
            "silence": [_iso(kept.do_not_contact_at), kept.do_not_contact_reason],
            "created_at": _iso(kept.created_at),
            "consents": serializers.serialize("json", Consent.objects.filter(contact__in=[kept, other])),
            "dropped": "",
            "moved": {},
        }
        events = _events_of(kept, other)
        with told_of_merge(kept):
            settled = settle_before_merge(kept, other)
            _join_consents(kept, other)
            dropped, before["moved"] = _move(kept, other)
            before["dropped"] = serializers.serialize("json", [*settled, *dropped])
        _fill(kept, other)
        other.delete()
        _renew([kept], events)
        merge = Merge.objects.create(
            kept=kept, other_id=json.loads(before["other"])[0]["pk"], snapshot=json.dumps(before), merged_by=actor,
            merged_at=clock.now(),
        )  # fmt: skip
        tell_tags(Fact.Kind.TAG_ADDED, _list_moved_tags(kept, before), f"merge:{merge.pk}")
        return merge


def _lock(*pks: int) -> list[Contact]:
    found = {one.pk: one for one in Contact.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    if len(found) < len(pks):
        raise StateConflictError("One of these contacts is no longer there.")
    return [found[pk] for pk in pks]


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _events_of(*contacts: Contact) -> set[int]:
    return set(Participation.objects.filter(contact__in=contacts).values_list("event_id", flat=True))


def _renew(contacts: Sequence[Contact], events: set[int]) -> None:
    """Make anew what follows from addresses and names."""
    Participation.objects.filter(contact__in=contacts).delete()
    note_participations(events=events, contacts=[one.pk for one in contacts])
    follow(contacts)


def _fill(kept: Contact, other: Contact) -> None:
    for name in _FILLED:
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    kept.created_at = min(kept.created_at, other.created_at)
    kept.last_active_at = max(filter(None, (kept.last_active_at, other.last_active_at)), default=None)
    stricter = min((kept, other), key=lambda one: _SILENCES.index(one.do_not_contact_reason))
    kept.do_not_contact_at, kept.do_not_contact_reason = stricter.do_not_contact_at, stricter.do_not_contact_reason
    kept.save()


def _join_consents(kept: Contact, other: Contact) -> None:
    """Let the strictest of what both said count; what one of them never said says nothing."""
    said = {(one.purpose_id, one.channel): one for one in kept.consents.all()}
    for one in other.consents.all():
        known = said.get((one.purpose_id, one.channel))
        if known and _STRICTEST_FIRST.index(Consent.State(known.state)) <= _STRICTEST_FIRST.index(
            Consent.State(one.state)
        ):
            continue
        Consent.objects.update_or_create(
            contact=kept,
            purpose_id=one.purpose_id,
            channel=one.channel,
            defaults={"state": one.state, "changed_at": one.changed_at},
        )
        ConsentRecord.objects.create(
            contact=kept, purpose_id=one.purpose_id, channel=one.channel, state=one.state,
            source=ConsentRecord.Source.MERGE, happened_at=clock.now(),
        )  # fmt: skip
    other.consents.all().delete()


def _move(kept: Contact, other: Contact) -> tuple[list[Model], dict[str, list[int]]]:
    """Have all rows name the kept contact; return those put aside, and the keys of those moved, by place."""
    dropped: list[Model] = []
    moved: dict[str, list[int]] = {}
    for place, field in _references():
        rows = field.model._base_manager.filter(**{field.name: other})
        for doubled in _doubled(rows, field, kept):
            dropped += _take_out(doubled)
        moved[place] = list(rows.values_list("pk", flat=True))
        rows.update(**{field.name: kept})
    return dropped, moved


def _references() -> Iterator[tuple[str, "ForeignKey[Any, Any]"]]:
    """Give every foreign key to contacts, with the name under which it is kept for undoing."""
    for relation in Contact._meta.related_objects:
        field = relation.field
        if isinstance(field, ForeignKey) and field.model not in _FOLLOWS:
            yield f"{field.model._meta.label}.{field.name}", field


def _list_moved_tags(kept: Contact, before: dict[str, Any]) -> list[ContactTag]:
    """Return the tags that the kept contact has of the other. One query."""
    moved = before["moved"].get("contacts.ContactTag.contact", ())
    return list(ContactTag.objects.filter(pk__in=moved, contact=kept).select_related("tag"))


def _doubled(rows: QuerySet, field: "ForeignKey[Any, Any]", kept: Contact) -> Iterator[QuerySet]:
    """Give the rows of the other contact beside which the kept one has its own, for each constraint that says so."""
    if field.unique:
        if field.model._base_manager.filter(**{field.name: kept}).exists():
            yield rows
        return
    for constraint in field.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and field.name in constraint.fields:
            same = {name: OuterRef(name) for name in constraint.fields if name != field.name}
            condition = constraint.condition or Q()
            own = field.model._base_manager.filter(condition, **{field.name: kept}, **same)
            yield rows.filter(condition).filter(Exists(own))


def _take_out(rows: QuerySet) -> list[Model]:
    """Delete rows with all that hangs on them, and return everything that was deleted."""
    collector = Collector(using=rows.db, origin=rows)
    collector.collect(list(rows))
    found = [one for instances in collector.data.values() for one in instances]
    found += [one for some in collector.fast_deletes for one in some]
    rows.delete()
    return found


def undo_merge(*, merge: Merge) -> Contact:
    """
    Make two contacts again of what was merged, and return the one that was gone.

    What came since stays with the contact that was kept. What they said since about consent counts for both where it
    is stricter.

    Raises:
        StateConflictError: it was undone already.
    """
    with transaction.atomic():
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        if merge.undone_at:
            raise StateConflictError("This was undone already.")
        (kept,) = _lock(merge.kept_id)
        before = json.loads(merge.snapshot)
        events = _events_of(kept)
        given_back = _list_moved_tags(kept, before)
        _restore(before["other"])
        other = Contact.objects.get(pk=merge.other_id)
        with told_of_merge(kept):
            for place, field in _references():
                rows = field.model._base_manager.filter(pk__in=before["moved"].get(place, ()), **{field.name: kept})
                rows.update(**{field.name: other})
            _restore(before["dropped"])
        _empty(kept, before)
        _part_consents(kept, other, merge, before["consents"])
        _part_silence(kept, other, merge, before["silence"])
        _renew([kept, other], events)
        tell_tags(Fact.Kind.TAG_REMOVED, given_back, f"unmerge:{merge.pk}")
        merge.undone_at = clock.now()
        merge.save(update_fields=["undone_at"])
    return other


def _restore(rows: str) -> None:
    for one in serializers.deserialize("json", rows or "[]"):
        if _has_place(one.object):
            one.save()


def _has_place(row: Model) -> bool:
    """Tell whether all that a row names is still here, and no other row has come to stand where it stood."""
    keys = [one for one in row._meta.concrete_fields if isinstance(one, ForeignKey)]
    named = [(one.related_model, getattr(row, one.attname)) for one in keys]
    if not all(pk is None or model._base_manager.filter(pk=pk).exists() for model, pk in named):
        return False
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError:
        return False
    return True


def _empty(kept: Contact, before: dict[str, Any]) -> None:
    """Take out of the kept contact what the other one had filled in, unless it was changed since."""
    for name, value in before["filled"].items():
        if getattr(kept, name) == value:
            setattr(kept, name, "")
    kept.created_at = parse_datetime(before["created_at"]) or kept.created_at
    kept.save(update_fields=[*before["filled"], "created_at"])


def _part_consents(kept: Contact, other: Contact, merge: Merge, rows: str) -> None:
    since = list(kept.consents.filter(changed_at__gt=merge.merged_at))
    kept.consents.filter(changed_at__lte=merge.merged_at).delete()
    newer = {(one.purpose_id, one.channel): one for one in since}
    for row in serializers.deserialize("json", rows):
        one: Any = row.object
        said = newer.get((one.purpose_id, one.channel))
        if said and said.state == Consent.State.WITHDRAWN:
            one.state, one.changed_at = said.state, said.changed_at
        if one.contact_id == other.pk or not said:
            row.save()


def _part_silence(kept: Contact, other: Contact, merge: Merge, silence: Sequence[str | None]) -> None:
    if kept.do_not_contact_at and kept.do_not_contact_at > merge.merged_at:
        Contact.objects.filter(pk=other.pk).update(
            do_not_contact_at=kept.do_not_contact_at, do_not_contact_reason=kept.do_not_contact_reason
        )
        return
    at, reason = silence
    Contact.objects.filter(pk=kept.pk).update(
        do_not_contact_at=parse_datetime(at) if at else None, do_not_contact_reason=reason
    )
