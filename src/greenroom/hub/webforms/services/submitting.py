"""
Taking what visitors send.

It is stored first, with the contact, the consent, the fact and all that is to be done, in one transaction that asks
nobody outside. Whatever happens then, nobody has to type it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from greenroom.hub.contacts.addresses import normalize
from greenroom.hub.contacts.keepers import DataSubject, forgets, tells
from greenroom.hub.contacts.models import Consent, ConsentRecord, Contact, ContactAddress, CustomField
from greenroom.hub.contacts.services import change_contact, make_contact, record_consent, set_values
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.mailing.services import queue_letter
from greenroom.hub.webforms.answers import (
    CONTACT_FIELDS,
    Answer,
    list_custom_fields,
    read_answers,
    read_contact_values,
    read_custom_values,
    store_answers,
)
from greenroom.hub.webforms.errors import FormClosedError, TooManySubmissionsError
from greenroom.hub.webforms.models import FormField, Submission, WebForm
from greenroom.hub.webforms.services.performing import queue_acts
from greenroom.hub.webforms.tokens import Shown, sign_confirmation

State = Submission.State

# Machines fill in a form at once.
_QUICKEST = timedelta(seconds=1)
# An office may share one network address; nobody sends a form for the same address more often than this.
_FROM_ONE_PLACE, _WITHIN = 40, timedelta(minutes=10)
_FOR_ONE_ADDRESS, _IN_ALL = 10, timedelta(hours=1)
# So long is kept what nobody has confirmed or accepted.
_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    What a visitor sent, as the door has read it.

    Attributes:
        shown: the page it was typed into.
        visitor: `tokens.digest_visitor` of the network address.
        page: where the form was shown, as the browser told.
        is_suspicious: something was filled in that people do not see.
        proven_contact: id of the contact whose browser this is, when that is proven.
    """

    answers: Sequence[Answer]
    shown: Shown
    visitor: str
    page: str = ""
    is_suspicious: bool = False
    proven_contact: int | None = None


def submit(*, form: WebForm, sent: Sent) -> Submission:
    """
    Keep what a visitor sent, and have done what follows. Asks nobody outside; the same page sent twice is sent once.

    Raises:
        FormClosedError: the form takes no answers now.
        TooManySubmissionsError: too much comes from there, or for that address.
    """
    if repeated := Submission.objects.filter(nonce=sent.shown.nonce).first():
        return repeated
    if not form.is_open:
        raise FormClosedError("This form is closed. Ask whoever gave you the address.")
    email = _email_in(sent.answers)
    _refuse_too_many(form, sent.visitor, email)
    try:
        with transaction.atomic():
            submission = _store(form, sent, email)
            if submission.state == State.ACCEPTED:
                _take_in(submission, is_proven=_is_theirs(sent.proven_contact, email))
            elif submission.state == State.UNCONFIRMED:
                _ask_to_confirm(submission)
            reached("webforms.submitted")
            return submission
    except IntegrityError:  # the same page was sent twice at the same moment
        if repeated := Submission.objects.filter(nonce=sent.shown.nonce).first():
            return repeated
        raise


def _email_in(answers: Sequence[Answer]) -> str:
    return next(normalize(one.values[0]) for one in answers if one.kind == FormField.Kind.EMAIL)


def _refuse_too_many(form: WebForm, visitor: str, email: str) -> None:
    now = clock.now()
    from_there = form.submissions.filter(visitor_digest=visitor, submitted_at__gt=now - _WITHIN)
    for_them = form.submissions.filter(email=email, submitted_at__gt=now - _IN_ALL)
    if from_there.count() >= _FROM_ONE_PLACE or for_them.count() >= _FOR_ONE_ADDRESS:
        raise TooManySubmissionsError("This was sent very often just now. Wait ten minutes, then send it again.")


def _store(form: WebForm, sent: Sent, email: str) -> Submission:
    is_too_quick = sent.shown.age < _QUICKEST
    if sent.is_suspicious or is_too_quick:
        state = State.SET_ASIDE
    elif form.asks_to_confirm and not _is_theirs(sent.proven_contact, email):
        state = State.UNCONFIRMED
    else:
        state = State.ACCEPTED
    return Submission.objects.create(
        form=form,
        state=state,
        email=email,
        answers=store_answers(sent.answers),
        searched="\n".join(one.shown for one in sent.answers).casefold(),
        nonce=sent.shown.nonce,
        visitor_digest=sent.visitor,
        page=sent.page,
        submitted_at=clock.now(),
    )


def _is_theirs(contact_id: int | None, email: str) -> bool:
    """Tell whether an address belongs to the contact whose browser it came from."""
    return contact_id is not None and ContactAddress.objects.filter(contact=contact_id, email=email).exists()


def _take_in(submission: Submission, *, is_proven: bool) -> None:
    """Make of a submission what it is to be: a contact, what they agreed to, a fact, and acts."""
    fields, answers = list(submission.form.fields.select_related("purpose")), read_answers(submission.answers)
    told = read_contact_values(fields, answers)
    own = {name: value for name, value in told.items() if name in CONTACT_FIELDS}
    submission.contact = _keep_contact(submission.email, own, is_proven)
    submission.save(update_fields=["contact"])
    _keep_customs(submission.contact, read_custom_values(told, list_custom_fields(fields)), is_proven)
    for field in fields:
        _note_consent(submission, field, answers, is_proven)
    append(
        [
            NewFact(
                kind=Fact.Kind.FORM_SUBMITTED,
                happened_at=clock.now(),
                dedupe_key=f"form_submitted:{submission.pk}",
                contact_id=submission.contact.pk,
                email=submission.email,
                data={"form_id": submission.form_id, "form": submission.form.name, "submission_id": submission.pk},
            )
        ]
    )
    queue_acts(submission)


def _keep_contact(email: str, values: dict[str, str], is_proven: bool) -> Contact:
    """
    Return the contact with this address, a new one if need be.

    What we know of somebody is not overwritten by what a stranger could have typed: only what is missing is filled in,
    unless it is proven that the person wrote it.
    """
    contact = Contact.objects.filter(addresses__email=email).first()
    if contact is None:
        try:
            with transaction.atomic():
                return make_contact(source=Contact.Source.FORM, email=email, **values)
        except (IntegrityError, InvalidInputError):  # another door has made them at the same moment
            contact = Contact.objects.get(addresses__email=email)
    known = {name: getattr(contact, name) for name in (*CONTACT_FIELDS, "time_zone")}
    told = {name: value for name, value in values.items() if value and (is_proven or not known[name])}
    if any(known[name] != value for name, value in told.items()):
        contact = change_contact(contact=contact, **known | told)
    return contact


def _keep_customs(contact: Contact, values: Sequence[tuple[CustomField, str]], is_proven: bool) -> None:
    """Write what was told for custom fields, by the same rule: a stranger only fills in what is missing."""
    filled = set() if is_proven else set(contact.field_values.values_list("field_id", flat=True))
    set_values(values=[(contact.pk, field, text) for field, text in values if field.pk not in filled])


def _note_consent(submission: Submission, field: FormField, answers: Sequence[Answer], is_proven: bool) -> None:
    """
    Note what a person agreed to, with the words they were shown.

    Who took a consent back before gives it again only where it is proven that it is them: anybody can type an address.
    """
    given = next((one for one in answers if one.field == field.pk and one.values), None)
    if given is None or field.purpose is None or submission.contact is None:
        return
    contact, purpose = submission.contact, field.purpose
    was_withdrawn = contact.consents.filter(purpose=purpose, state=Consent.State.WITHDRAWN).exists()
    if not is_proven and (was_withdrawn or contact.do_not_contact_at):
        return
    record_consent(
        contacts=[contact.pk],
        purpose=purpose,
        state=Consent.State.GRANTED,
        source=ConsentRecord.Source.FORM,
        wording=given.label,
        details={
            "form_id": submission.form_id,
            "submission_id": submission.pk,
            "is_confirmed": submission.confirmed_at is not None,
            "visitor": submission.confirmed_by_digest or submission.visitor_digest,
        },
    )


_CONFIRM = """Somebody sent the form “{title}” with your address.

If it was you, open this link and confirm it:
{link}

The link works for seven days. If it was not you, do nothing: then nothing happens.
"""


def _ask_to_confirm(submission: Submission) -> None:
    """Mail the person a link by which they say that it was them."""
    link = settings.PUBLIC_URL + reverse("confirm_form", args=[sign_confirmation(submission.pk)])
    queue_letter(
        to=submission.email,
        subject=f"Please confirm: {submission.form.title}",
        text=_CONFIRM.format(title=submission.form.title, link=link),
        dedupe_key=f"form_confirm:{submission.pk}",
        cause=f"form:{submission.form_id}",
    )


def confirm_submission(*, submission: Submission, visitor: str) -> Submission:
    """
    Take in what a person has confirmed by the link that was mailed to them. May be repeated.

    Raises:
        StateConflictError: it was not waiting for that.
    """
    with transaction.atomic():
        waiting = Submission.objects.filter(pk=submission.pk, state=State.UNCONFIRMED)
        now = clock.now()
        if waiting.update(state=State.ACCEPTED, confirmed_at=now, confirmed_by_digest=visitor):
            submission.refresh_from_db()
            _take_in(submission, is_proven=True)
        elif submission.confirmed_at is None:
            raise StateConflictError("There is nothing to confirm here any more.")
    return submission


def accept_submission(*, submission: Submission) -> None:
    """
    Take in what was set aside because it looked made by a machine, as if it had not.

    Raises:
        StateConflictError: it is not set aside any more.
    """
    needs_word = submission.form.asks_to_confirm
    state = State.UNCONFIRMED if needs_word else State.ACCEPTED
    with transaction.atomic():
        if not Submission.objects.filter(pk=submission.pk, state=State.SET_ASIDE).update(state=state):
            raise StateConflictError("This has been accepted meanwhile.")
        submission.state = state
        if needs_word:
            _ask_to_confirm(submission)
        else:
            _take_in(submission, is_proven=False)


@tells("forms")
def tell_submissions(person: DataSubject) -> Any:
    """Tell what somebody sent by forms."""
    return [
        {
            "form": one.form.name, "email": one.email, "sent_at": one.submitted_at, "state": one.state,
            "confirmed_at": one.confirmed_at, "shown_on": one.page, "answers": one.answers,
            "problems": [act.problem for act in one.acts.all() if act.problem],
        }
        for one in _list_of(person).select_related("form").prefetch_related("acts").order_by("pk")
    ]  # fmt: skip


@forgets
def forget_submissions(person: DataSubject) -> None:
    """Forget what somebody sent by forms, confirmed or not."""
    _list_of(person).delete()


def _list_of(person: DataSubject) -> QuerySet[Submission]:
    return Submission.objects.filter(Q(contact=person.contact) | Q(email__in=person.emails))


def forget_unaccepted() -> int:
    """Delete what nobody has confirmed or accepted for a month, and return how much that was."""
    old = Submission.objects.exclude(state=State.ACCEPTED).filter(submitted_at__lt=clock.now() - _KEPT_FOR)
    return old.delete()[0]
