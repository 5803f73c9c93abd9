"""
What GoToMeeting is sent. Its members are written in lower case, other than in its answers.

Source: GoTo's GoToMeeting specification (documented).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from greenroom.goto._types import Body
from greenroom.goto.meeting.models import MeetingType, Product


def _lower(name: str) -> str:
    """Write a member's name as these requests have it: start_time is starttime."""
    return name.replace("_", "")


class MeetingReqCreate(Body, frozen=True, kw_only=True, rename=_lower):
    """
    A meeting to schedule; GoTo wants every member.

    Attributes:
        subject: at most 100 characters; `<` and `>` are sent as the entities GoTo wants.
        start_time, end_time: moments.
        password_required: people need a password to join.
        conference_call_info: PSTN, Free, Hybrid, Private, VoIP, or a text of at most 255 characters of one's own.
        meeting_type: immediate, scheduled or recurring.
        timezone_key: deprecated by GoTo; must be sent, and sent empty.
    """

    subject: str
    start_time: datetime
    end_time: datetime
    password_required: bool = False
    conference_call_info: str = "Hybrid"
    meeting_type: MeetingType = MeetingType.SCHEDULED
    timezone_key: Literal[""] = ""


class MeetingReqUpdate(MeetingReqCreate, frozen=True, kw_only=True, rename=_lower):
    """
    A meeting's new definition, whole: what is left out here goes back to its default.

    Attributes: as of `MeetingReqCreate`.
    """


class OrganizerReq(Body, frozen=True, kw_only=True):
    """
    An organizer to make; GoTo mails them.

    Attributes:
        organizer_email, first_name, last_name: who.
        product_type: what they may use.
    """

    organizer_email: str
    first_name: str
    last_name: str
    product_type: Product


class OrganizerStatus(Body, frozen=True, kw_only=True):
    """
    A change of what an organizer may use; either member, not both.

    Attributes:
        product_type: one product to add; each takes a call of its own.
        status: suspended takes all products away.
    """

    product_type: Product | None = None
    status: Literal["suspended"] | None = None
