"""
The mirror: what GoTo says of events, registrants, sessions and attendance, and what we have to tell GoTo.

Keys are GoTo's own, always text, unique per product. Rows are never deleted: what is gone at GoTo is marked.
"""

from greenroom.hub.events.models.doubts import HeldAnswer, Listing, SetAsideRow
from greenroom.hub.events.models.event import Event, EventSession, EventTime, Recording, SessionAnswers
from greenroom.hub.events.models.people import Attendee, AttendeeMatch, Registrant, TeamMember
from greenroom.hub.events.models.requests import EventAct, RegistrationRequest

__all__ = [
    "Attendee",
    "AttendeeMatch",
    "Event",
    "EventAct",
    "EventSession",
    "EventTime",
    "HeldAnswer",
    "Listing",
    "Recording",
    "Registrant",
    "RegistrationRequest",
    "SessionAnswers",
    "SetAsideRow",
    "TeamMember",
]
