"""A call of each of GoToMeeting's operations."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.calls.world import LATER, LONG_AGO, Call, account_of
from tests.sandbox.doors import MEETING, NOW, Door, new_sandbox, sign_up
from tests.sandbox.doors import meeting as course_planning

from greenroom.goto import meeting

RANGE = {"start_date": LONG_AGO, "end_date": LATER}
PIA = meeting.OrganizerReq(
    organizer_email="pia@example.com", first_name="Pia", last_name="Noss", product_type=meeting.Product.G2W
)
TOMORROW = {"start_time": NOW + timedelta(days=1), "end_time": NOW + timedelta(days=1, hours=1)}


class World:
    """Olga's account with Omar, a group, a meeting to come and one that was held."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        account_key = account_of(olga)
        self.group_key = olga.control("groups", {"account_key": account_key, "name": "Trainers"})["key"]
        body = {"account_key": account_key, "email": "omar@northwind.example", "group_key": self.group_key}
        self.omar_key = olga.control("organizers", body)["key"]
        token = olga.control("tokens", {"organizer_key": self.omar_key})["access_token"]
        self.omar = Door(olga.sandbox, token, self.omar_key)
        self.key = str(olga.post(f"{MEETING}/meetings", course_planning()).json()[0]["meetingid"])
        self.held_key = self._hold(olga.organizer_key)
        self._hold(self.omar_key)
        olga.control("meetings", {"organizer_key": self.omar_key, "kind": "recurring"})

    def _hold(self, organizer_key: str) -> str:
        """Have two people in a meeting that is over."""
        key = str(self.olga.control("meetings", {"organizer_key": organizer_key, "title": "Was held"})["key"])
        people = [{"name": "Ada Ferro", "email": "ada@example.com"}, {"name": "A guest"}]
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        self.olga.control(f"meetings/{key}/attendance", times | {"people": people})
        return key


CALLS: dict[str, Call[World]] = {
    "groups.get": lambda w: meeting.groups_get(),
    "groups.groupKey.attendees.get": lambda w: meeting.groups_group_key_attendees_get(w.group_key),
    "groups.groupKey.historicalMeetings.get": lambda w: meeting.groups_group_key_historical_meetings_get(
        w.group_key, **RANGE
    ),
    "groups.groupKey.meetings.get": lambda w: meeting.groups_group_key_meetings_get(w.group_key, **RANGE),
    "groups.groupKey.organizers.get": lambda w: meeting.groups_group_key_organizers_get(w.group_key),
    "groups.groupKey.organizers.post": lambda w: meeting.groups_group_key_organizers_post(w.group_key, PIA),
    "groups.groupKey.upcomingMeetings.get": lambda w: meeting.groups_group_key_upcoming_meetings_get(w.group_key),
    "historicalMeetings.get": lambda w: meeting.historical_meetings_get(**RANGE),
    "meetings.get": lambda w: meeting.meetings_get(**RANGE),
    "meetings.post": lambda w: meeting.meetings_post(meeting.MeetingReqCreate(subject="Plans", **TOMORROW)),
    "meetings.meetingId.get": lambda w: meeting.meetings_meeting_id_get(w.key),
    "meetings.meetingId.put": lambda w: meeting.meetings_meeting_id_put(
        w.key, meeting.MeetingReqUpdate(subject="Another name", **TOMORROW)
    ),
    "meetings.meetingId.delete": lambda w: meeting.meetings_meeting_id_delete(w.key),
    "meetings.meetingId.attendees.get": lambda w: meeting.meetings_meeting_id_attendees_get(w.held_key),
    "meetings.meetingId.start.get": lambda w: meeting.meetings_meeting_id_start_get(w.key),
    "organizers.get": lambda w: meeting.organizers_get(),
    "organizers.post": lambda w: meeting.organizers_post(PIA),
    "organizers.delete": lambda w: meeting.organizers_delete("omar@northwind.example"),
    "organizers.organizerKey.get": lambda w: meeting.organizers_organizer_key_get(w.omar_key),
    "organizers.organizerKey.put": lambda w: meeting.organizers_organizer_key_put(
        w.omar_key, meeting.OrganizerStatus(status="suspended")
    ),
    "organizers.organizerKey.delete": lambda w: meeting.organizers_organizer_key_delete(w.omar_key),
    "organizers.organizerKey.attendees.get": lambda w: meeting.organizers_organizer_key_attendees_get(
        w.omar_key, **RANGE
    ),
    "organizers.organizerKey.historicalMeetings.get": lambda w: (
        meeting.organizers_organizer_key_historical_meetings_get(w.omar_key, **RANGE)
    ),
    "organizers.organizerKey.meetings.get": lambda w: meeting.organizers_organizer_key_meetings_get(
        w.omar_key, scheduled=True
    ),
    "organizers.organizerKey.upcomingMeetings.get": lambda w: meeting.organizers_organizer_key_upcoming_meetings_get(
        w.omar_key
    ),
    "upcomingMeetings.get": lambda w: meeting.upcoming_meetings_get(),
}
