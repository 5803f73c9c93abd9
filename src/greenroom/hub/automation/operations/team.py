"""Who helps to hold an event, and mails that GoTo sends again."""

from typing import Annotated, Literal

import msgspec

from greenroom.goto import GotoError
from greenroom.hub.automation.acting import ACT_PENDING, as_reply, carry_out, key_of_act
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import find_event, find_registrant
from greenroom.hub.automation.operations.events import EventInput
from greenroom.hub.automation.operations.registrants import RegistrantInput
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.acts import Act
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.automation.shapes.events import EventId
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.models import Event, TeamMember
from greenroom.hub.events.products.base import TeamMemberData
from greenroom.hub.events.services.acts import add_team_member, remove_team_member, resend_confirmation
from greenroom.hub.events.services.team import keep_team_fresh, read_team

_TAGS = ["Team"]

Role = Annotated[Literal["co_organizer", "panelist"], told("Role", "co_organizer; or panelist, which webinars have.")]


class ListedMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who helps to hold an event."""

    id: Id
    label: Annotated[str, told("Label", "Name, or address where there is no name.")]
    role: Annotated[str, told("Role", "co_organizer or panelist.")]
    member_key: Annotated[str, told("Member key", "What GoTo calls them; may be empty.")]
    name: Annotated[str, told("Name", "The whole name.")]
    email: Annotated[str, told("Email", "The address.")]


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to add to which event."""

    event: EventId
    role: Role
    name: Annotated[str, told("Name", "The whole name; not needed with a key.", max_length=128)] = ""
    email: Annotated[str, told("Email", "Where GoTo sends the invitation; not needed with a key.", max_length=128)] = ""
    member_key: Annotated[
        str, told("Organizer key", "Of a co-organizer of the same account; trainings take no others.", max_length=64)
    ] = ""


class MemberInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to take off which event."""

    event: EventId
    role: Role
    member_key: Annotated[
        str, told("Member key", "As List team tells.", choices="ListTeam", min_length=1, max_length=64)
    ]


@operation("ListTeam", "GET", "/events/{event}/team", summary="List team", verb=Verb.READ, tags=_TAGS)
def list_team(caller: Caller, wanted: EventInput) -> list[ListedMember]:
    """Returns the co-organizers and panelists of an event."""
    event = find_event(caller, "", wanted.event)
    _have_team_read(event)
    return [
        ListedMember(
            id=one.member_key,
            label=one.name or one.email,
            role=one.role,
            member_key=one.member_key,
            name=one.name,
            email=one.email,
        )
        for one in event.team.all()
    ]


def _have_team_read(event: Event) -> None:
    """Read the team now if nobody has, in the background if it was long ago."""
    if event.team_read_at is not None:
        keep_team_fresh(event=event)
        return
    try:
        read_team.call(event_id=event.pk, is_waited_for=True)
    except GotoError as error:
        raise StateConflictError("GoTo does not tell this now. Try again later.") from error


@operation(
    "AddTeamMember",
    "POST",
    "/events/{event}/team",
    summary="Add co-organizer or panelist",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def add_member(caller: Caller, wanted: NewMember) -> Reply[Act]:
    """Puts somebody on the team of an event; GoTo invites them by mail. Who is on it already is not added again."""
    event = find_event(caller, "", wanted.event)
    member = TeamMemberData(wanted.role, wanted.member_key, wanted.name, wanted.email)
    key = key_of_act(caller, "AddTeamMember")
    return as_reply(
        carry_out(
            lambda: add_team_member(event=event, member=member, idempotency_key=key, actor=caller.user),
            {"member": "member_key"},
        )
    )


@operation(
    "RemoveTeamMember",
    "DELETE",
    "/events/{event}/team/{role}/{member_key}",
    summary="Remove co-organizer or panelist",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def remove_member(caller: Caller, wanted: MemberInput) -> Reply[Act]:
    """Takes somebody off the team of an event."""
    event = find_event(caller, "", wanted.event)
    team = TeamMember.objects.select_related("event__connection")
    member = team.filter(event=event, role=wanted.role, member_key=wanted.member_key).first()
    if member is None:
        raise UnknownObjectError("Nobody with this key is on the team. List team tells who is.")
    key = key_of_act(caller, "RemoveTeamMember")
    return as_reply(carry_out(lambda: remove_team_member(member=member, idempotency_key=key, actor=caller.user)))


@operation(
    "ResendConfirmation",
    "POST",
    "/events/{event}/registrants/{registrant_key}/resend",
    summary="Send confirmation again",
    verb=Verb.REGISTER,
    other_statuses=ACT_PENDING,
    tags=["Registrants"],
)
def send_confirmation_again(caller: Caller, wanted: RegistrantInput) -> Reply[Act]:
    """Has GoTo mail a registrant the confirmation again. GoTo can do this for webinars only."""
    registrant = find_registrant(find_event(caller, "", wanted.event), wanted.registrant_key)
    key = key_of_act(caller, "ResendConfirmation")
    return as_reply(
        carry_out(lambda: resend_confirmation(registrant=registrant, idempotency_key=key, actor=caller.user))
    )
