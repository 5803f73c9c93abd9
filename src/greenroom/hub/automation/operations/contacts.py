"""What contacts move between: segments, forms and e-mails. For marketers and site administrators alone."""

from typing import Annotated, Any

import msgspec
from django.db.models import QuerySet

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.registry import operation
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.mailing.models import Email
from greenroom.hub.segments.models import Segment
from greenroom.hub.webforms.models import WebForm

_TAGS = ["Contacts"]


class ChoicesInput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class NamedThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose."""

    id: Id
    label: Annotated[str, told("Label", "Its name.")]


@operation("ListSegments", "GET", "/segments", summary="List segments", verb=Verb.READ, tags=_TAGS)
def list_segments(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the segments by name."""
    require_marketer(caller)
    return _named(Segment.objects.order_by("name"))


@operation("ListForms", "GET", "/forms", summary="List forms", verb=Verb.READ, tags=_TAGS)
def list_forms(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the forms for visitors by name."""
    require_marketer(caller)
    return _named(WebForm.objects.order_by("name"))


@operation("ListEmails", "GET", "/emails", summary="List e-mails", verb=Verb.READ, tags=_TAGS)
def list_emails(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the e-mails that are written, by name."""
    require_marketer(caller)
    return _named(Email.objects.exclude(version=None).order_by("name"))


def _named(things: QuerySet[Any]) -> list[NamedThing]:
    return [NamedThing(id=str(pk), label=name) for pk, name in things.values_list("pk", "name")]


def require_marketer(caller: Caller) -> None:
    """Let only those pass who may know of contacts; for everybody else there is nothing here."""
    if not caller.may_market:
        raise UnknownObjectError("There is nothing here for this key: it is for marketers, and for all accounts.")
