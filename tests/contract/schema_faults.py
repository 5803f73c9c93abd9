"""Where GoTo's own files are not what GoTo does: what the checks of the sandbox let pass, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema
from tests.contract.published import Specification


class SchemaFault(NamedTuple):
    """
    One place of one answer.

    Attributes:
        place: the path of the member, `[]` for any item of a list; empty for the whole body.
        says: what the schema says of it.
        answered: what the sandbox answers instead.
        reason: why, and how that is known.
        instead: the schema to check the place against, where another one of the same file is meant.
    """

    product: str
    operation: str
    place: str
    says: str
    answered: str
    reason: str
    instead: str | None = None


_STATUS = (
    "required",
    "no such member",
    "the schema requires it of every webinar, and declares it nowhere (documented)",
)
_NO_MOMENT = ("a moment", "an empty text", "its own text says that it is always empty (documented)")
_TEXT_KEY = ("a number", "a text", "the keys in the attendees of all sessions are texts (observed)")

SCHEMA_FAULTS = (
    SchemaFault("webinar", "getAllAccountWebinars", "_embedded.webinars[].status", *_STATUS),
    SchemaFault("webinar", "getWebinars", "_embedded.webinars[].status", *_STATUS),
    SchemaFault(
        "webinar",
        "getAttendeesForAllWebinarSessions",
        "_embedded.attendeeParticipationResponses[].registrantKey",
        *_TEXT_KEY,
    ),
    SchemaFault(
        "webinar",
        "getAttendeesForAllWebinarSessions",
        "_embedded.attendeeParticipationResponses[].sessionKey",
        *_TEXT_KEY,
    ),
    SchemaFault(
        "webinar",
        "getAllRegistrantsForWebinar",
        "",
        "one of a list and a page, and not the other",
        "a list, without `page` and `limit`",
        "the page's schema names no type, so every list fits it as well and never just one of both (documented)",
        instead="#/components/schemas/RegistrantArray",
    ),
    SchemaFault(
        "training",
        "registerForTraining",
        "registrantKey",
        "a text",
        "a number",
        "a new registrant's key is a number, all others are texts (observed)",
    ),
    SchemaFault(
        "meeting",
        "meetings.get",
        "[].passwordRequired",
        "true or false",
        "an empty text",
        "the operation's own text says that it is always empty (documented)",
    ),
    SchemaFault("meeting", "meetings.meetingId.get", "[].createTime", *_NO_MOMENT),
    SchemaFault("meeting", "organizers.organizerKey.meetings.get", "[].createTime", *_NO_MOMENT),
)

# Parameters that are flagged as required, and are not: product, operation, parameter -> why.
PARAMETER_FAULTS = {
    ("webinar", "getInSessionWebinars", "toTime"): "its own text says that all are listed without it (documented)",
}


def schema_faults_of(product: str, operation: str) -> dict[str, SchemaFault]:
    """Find an operation's faults, by place."""
    return {one.place: one for one in SCHEMA_FAULTS if (one.product, one.operation) == (product, operation)}


def place_of(problem: jsonschema.ValidationError) -> str:
    """Name the member a problem is about as `SchemaFault.place` does."""
    steps = [*problem.absolute_path, *_missing_member(problem)]
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _missing_member(problem: jsonschema.ValidationError) -> Iterator[str]:
    """A missing member is told of the object that should have it."""
    if problem.validator == "required":
        yield from (name for name in problem.validator_value if name not in problem.instance)


def unexplained_problems(
    published: Specification, schema: dict[str, Any], body: Any, faults: dict[str, SchemaFault]
) -> Iterator[str]:
    """Yield where a body does not fit its schema, apart from known faults; and known faults that are not there."""
    seen = set()
    for problem in published.problems(schema, body):
        place = place_of(problem)
        seen.add(place)
        if place not in faults:
            yield f"{place}: {problem.message}"
        elif meant := faults[place].instead:
            yield from (f"{place_of(one)}: {one.message}" for one in published.problems({"$ref": meant}, body))
    yield from (f"{place}: the fault is listed, but not there" for place in faults.keys() - seen)
