"""Doing one thing for many contacts at once: those chosen in a list, or all whom it finds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from greenroom.hub.actions.registry import Subject, check_settings, get_action, perform
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.jobs.registry import task
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.selectors import list_members
from greenroom.hub.users.models import User

# What may be done so: it takes nothing that cannot be given back, and reaches nobody outside.
TOGETHER = ("add_tags", "remove_tags", "add_to_segment", "remove_from_segment")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """
    Which contacts.

    Attributes:
        ids: these, out of those whom a list shows; empty means all whom it finds.
        text, tag: what the list was narrowed to, as in `list_contacts`.
        segment: whose list it is, with `decided` as in `list_members`; none means that of all contacts.
        until: the last contact there was when somebody decided.
    """

    ids: tuple[int, ...] = ()
    text: str = ""
    tag: str = ""
    segment: int | None = None
    decided: str = ""
    until: int | None = None

    def find(self) -> QuerySet[Contact]:
        """
        Return the contacts, in the order of their ids.

        Raises:
            UnknownObjectError: the segment is gone.
        """
        contacts = Contact.objects.order_by("pk")
        if self.until is not None:
            contacts = contacts.filter(pk__lte=self.until)
        if self.ids:
            return contacts.filter(pk__in=self.ids)
        if self.segment is None:
            return contacts.filter(pk__in=list_contacts(text=self.text, tag=self.tag).order_by().values("pk"))
        segment = Segment.objects.filter(pk=self.segment).first()
        if segment is None:
            raise UnknownObjectError("This segment is no longer here.")
        members = list_members(segment=segment, text=self.text, decided=self.decided)
        return contacts.filter(pk__in=members.order_by().values("contact"))


def list_together() -> list[tuple[str, str]]:
    """Return what can be done so: keys and names."""
    return [(key, get_action(key).name) for key in TOGETHER]


def act_together(*, chosen: Chosen, kind: str, given: Mapping[str, Any], actor: User) -> None:
    """
    Have something done for contacts, in the background; who comes later is not among them.

    Raises:
        UnknownObjectError: it is none of `TOGETHER`.
        InvalidInputError: the settings will not do; `errors` by name.
    """
    if kind not in TOGETHER:
        raise UnknownObjectError("There is no such action.")
    settings = check_settings(kind, given)
    until = Contact.objects.aggregate(last=Max("pk"))["last"] or 0
    act_on_contacts.enqueue(kind=kind, settings=settings, chosen=asdict(chosen) | {"until": until}, actor_id=actor.pk)


@task(max_attempts=5)
def act_on_contacts(kind: str, settings: dict[str, Any], chosen: dict[str, Any], actor_id: int = 0) -> None:
    """Do it for some hundred contacts in a transaction; begun again it changes nothing that is done."""
    # Jobs of before actors were noted have none.
    cause = f"together:{actor_id}"
    found, done = Chosen(**chosen).find(), 0
    while some := list(found.filter(pk__gt=done).values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            perform(kind, [Subject(pk, cause) for pk in some], settings)
            reached("actions.together")
        done = some[-1]
