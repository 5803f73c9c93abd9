"""
Recording what people agreed to and took back, with the evidence.

What a person did themselves counts more than what others say of them: a list or a colleague cannot bring back a
consent that the person withdrew, and older evidence changes nothing that is newer.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import Channel, Consent, ConsentRecord, Contact, Purpose
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.texts import storable
from greenroom.hub.ledger import services as ledger
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User

_BY_THEMSELVES = {ConsentRecord.Source.FORM, ConsentRecord.Source.MAIL, ConsentRecord.Source.PREFERENCES}
# What the person alone can take back.
_THEIR_WISH = {Contact.Silence.ASKED, Contact.Silence.COMPLAINED}
_FACTS = {
    Consent.State.GRANTED: Fact.Kind.CONSENT_GRANTED,
    Consent.State.WITHDRAWN: Fact.Kind.CONSENT_WITHDRAWN,
}
_NAME_LENGTH = 100


def add_purpose(*, name: str, wording: str) -> Purpose:
    """
    Add something that people may be written to for.

    Raises:
        InvalidInputError: a name or the wording is missing, or another purpose has the name.
    """
    values = _checked(name, wording, owner=None)
    return Purpose.objects.create(**values, created_at=clock.now())


def change_purpose(*, purpose: Purpose, name: str, wording: str) -> Purpose:
    """
    Rename a purpose or change how people are asked; evidence keeps the words that were shown then.

    Raises:
        InvalidInputError: as `add_purpose`.
    """
    purpose.name, purpose.wording = _checked(name, wording, owner=purpose).values()
    purpose.save(update_fields=["name", "wording"])
    return purpose


def _checked(name: str, wording: str, *, owner: Purpose | None) -> dict[str, str]:
    name, wording, errors = storable(name.strip()), storable(wording.strip()), {}
    if not 0 < len(name) <= _NAME_LENGTH:
        errors["name"] = f"Give a name, {_NAME_LENGTH} characters at most."
    elif (known := Purpose.objects.filter(name=name).first()) and known != owner:
        errors["name"] = "Another purpose has this name."
    if not wording:
        errors["wording"] = "Give the sentence by which a person agrees."
    if errors:
        raise InvalidInputError("This is not saved.", errors)
    return {"name": name, "wording": wording}


def record_consent(
    *,
    contacts: Collection[int],
    purpose: Purpose,
    state: Consent.State,
    source: ConsentRecord.Source,
    channel: Channel = Channel.EMAIL,
    wording: str = "",
    actor: User | None = None,
    happened_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """
    Note what contacts agreed to or took back for a purpose, and return for how many of them it counts now.

    All evidence is kept, also where it changes nothing. A person who agrees by themselves is written to again, had
    they asked to be left alone. A constant number of statements for up to a thousand contacts.

    Args:
        contacts: ids; those that are not there are passed over.
        wording: what they were shown or said; the purpose's own when it is empty and they agree.
        actor: who did it for them, if somebody did.
        happened_at: now, unless it was before.
        details: what else proves it, such as the form and its version; no addresses.
    """
    at = happened_at or clock.now()
    shown = wording or (purpose.wording if state == Consent.State.GRANTED else "")
    with transaction.atomic():
        present = _lock(contacts)
        said = Consent.objects.filter(contact__in=present, purpose=purpose, channel=channel)
        known = {one.contact_id: one for one in said}
        counting = [pk for pk in present if _counts(known.get(pk), state, source, at)]
        records = ConsentRecord.objects.bulk_create(
            ConsentRecord(
                contact_id=pk, purpose=purpose, channel=channel, state=state, source=source, wording=storable(shown),
                actor=actor, happened_at=at, details=dict(details or {}),
            )
            for pk in present
        )  # fmt: skip
        Consent.objects.bulk_create(
            [Consent(contact_id=pk, purpose=purpose, channel=channel, state=state, changed_at=at) for pk in counting],
            update_conflicts=True,
            unique_fields=["contact", "purpose", "channel"],
            update_fields=["state", "changed_at"],
        )
        if state == Consent.State.GRANTED and source in _BY_THEMSELVES:
            asked = Contact.objects.filter(pk__in=counting, do_not_contact_reason=Contact.Silence.ASKED)
            asked.update(do_not_contact_at=None, do_not_contact_reason="")
        _tell([one for one in records if one.contact_id in set(counting)])
        touch(counting)
    return len(counting)


def _counts(known: Consent | None, state: str, source: str, at: datetime) -> bool:
    if known is None:
        return True
    is_brought_back = known.state == Consent.State.WITHDRAWN and state != Consent.State.WITHDRAWN
    return at >= known.changed_at and not (is_brought_back and source not in _BY_THEMSELVES)


def _lock(contacts: Collection[int]) -> list[int]:
    rows = Contact.objects.select_for_update().filter(pk__in=contacts).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _tell(records: Sequence[ConsentRecord]) -> None:
    """Append the facts of what counts; a consent that was noted by mistake and taken out again is none."""
    ledger.append(
        ledger.NewFact(
            kind=_FACTS[Consent.State(one.state)],
            happened_at=one.happened_at,
            dedupe_key=f"consent:{one.pk}",
            contact_id=one.contact_id,
            data={"purpose_id": one.purpose_id, "channel": one.channel, "source": one.source},
        )
        for one in records
        if one.state in _FACTS
    )


def stop_contacting(
    *,
    contacts: Collection[int],
    reason: Contact.Silence,
    source: ConsentRecord.Source,
    wording: str = "",
    actor: User | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """
    Have nobody write to contacts any more, for whatever purpose, and return for how many that is new.

    A person's own wish takes the place of other reasons. A constant number of statements for up to a thousand contacts.
    """
    now = clock.now()
    with transaction.atomic():
        rows = Contact.objects.filter(pk__in=_lock(contacts)).exclude(do_not_contact_reason__in=_THEIR_WISH)
        if reason not in _THEIR_WISH:
            rows = rows.filter(do_not_contact_at=None)
        silenced = list(rows.values_list("pk", flat=True))
        Contact.objects.filter(pk__in=silenced).update(do_not_contact_at=now, do_not_contact_reason=reason)
        records = _note_silence(silenced, Consent.State.WITHDRAWN, source, wording, actor, details)
        ledger.append(
            ledger.NewFact(
                kind=Fact.Kind.CONTACT_SILENCED,
                happened_at=now,
                dedupe_key=f"consent:{one.pk}",
                contact_id=one.contact_id,
                data={"reason": reason, "source": source},
            )
            for one in records
        )
        touch(silenced)
    return len(silenced)


def resume_contacting(*, contact: Contact, actor: User, wording: str = "") -> None:
    """
    Let a contact be written to again, as far as they consented.

    Raises:
        StateConflictError: they asked for it themselves; only they can take that back.
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        if contact.do_not_contact_reason in _THEIR_WISH:
            raise StateConflictError(
                "They asked for it themselves. Only they can change it, with a form or on their preference page."
            )
        Contact.objects.filter(pk=contact.pk).update(do_not_contact_at=None, do_not_contact_reason="")
        _note_silence([contact.pk], Consent.State.SERVICE_ONLY, ConsentRecord.Source.HAND, wording, actor, None)
        touch([contact.pk])


def _note_silence(
    contacts: Sequence[int],
    state: Consent.State,
    source: ConsentRecord.Source,
    wording: str,
    actor: User | None,
    details: Mapping[str, Any] | None,
) -> list[ConsentRecord]:
    return ConsentRecord.objects.bulk_create(
        ConsentRecord(
            contact_id=pk, purpose=None, channel=Channel.EMAIL, state=state, source=source, wording=storable(wording),
            actor=actor, happened_at=clock.now(), details=dict(details or {}),
        )
        for pk in contacts
    )  # fmt: skip
