"""
What GoToMeeting answers. Times are UTC; durations are minutes.

Several of GoTo's schemas are one model here where they differ only in members that may be missing. Numbers come
as text in some answers, keys under two spellings.

Source: GoTo's GoToMeeting specification (documented); what may be missing or empty: its remarks on deprecated
members and the GoTo facts on meetings (observed).
"""

from __future__ import annotations

import msgspec

from greenroom.goto._types import EscapedText, Key, Model, UtcTime, Word


class MeetingType(Word):
    """What kind of meeting it is; the dates of a recurring one mean nothing."""

    IMMEDIATE = "immediate"
    RECURRING = "recurring"
    SCHEDULED = "scheduled"


class MeetingStatus(Word):
    """Whether a meeting is running."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class Product(Word):
    """What an organizer may use; G2W and G2T include G2M."""

    G2M = "G2M"
    G2T = "G2T"
    G2W = "G2W"
    OPENVOICE = "OPENVOICE"


class Status(Word):
    """Whether an organizer, or those of a group, may host meetings."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Group(Model, frozen=True, kw_only=True):
    """
    A group of organizers.

    Attributes:
        group_key: GoTo's key.
        parent_key: of the group above; its own where there is none.
        group_name: its name.
        num_organizers: how many organizers are in it.
        status: whether they may host meetings.
    """

    group_key: Key = msgspec.field(name="groupkey")
    parent_key: Key | None = None
    group_name: str = ""
    num_organizers: int | None = None
    status: Status | None = None


class Organizer(Model, frozen=True, kw_only=True):
    """
    A person who may host meetings; of an account or of a group.

    Attributes:
        organizer_key: GoTo's key.
        email, first_name, last_name: who.
        group_id, group_name: where they belong.
        max_num_attendees_allowed: people in one of their sessions.
        products: what they may use.
        status: whether they may host meetings.
    """

    organizer_key: Key
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    group_id: Key | None = None
    group_name: str = ""
    max_num_attendees_allowed: int | None = None
    products: tuple[Product, ...] = ()
    status: Status | None = None


class OrganizerShort(Model, frozen=True, kw_only=True):
    """
    An organizer who was made.

    Attributes:
        key: the organizer key.
        email: their address.
    """

    key: Key
    email: str = ""


class MeetingCreated(Model, frozen=True, kw_only=True):
    """
    A meeting that was scheduled; the only answer with its join link, so keep that.

    Attributes:
        meeting_id: the nine digits, which are also its key.
        unique_meeting_id: the same, kept by GoTo for old clients.
        join_url: everybody's way in; a secret. Its host changed over the years: never build it.
        conference_call_info: how people hear each other.
        max_participants: people at most.
    """

    meeting_id: Key = msgspec.field(name="meetingid")
    unique_meeting_id: Key | None = None
    join_url: str | None = msgspec.field(name="joinURL", default=None)
    conference_call_info: str = ""
    max_participants: int | None = None


class MeetingById(Model, frozen=True, kw_only=True):
    """
    One meeting in detail.

    Attributes:
        meeting_id: the nine digits.
        meeting_key, unique_meeting_id: the same, kept by GoTo for old clients.
        subject: as written by the organizer.
        meeting_type: immediate, scheduled or recurring.
        status: whether it is running.
        start_time, end_time: moments (UTC); nothing to rely on for a recurring meeting.
        duration: minutes.
        create_time: deprecated by GoTo and always empty.
        conference_call_info: how people hear each other.
        max_participants: people at most.
        password_required: people need a password to join.
    """

    meeting_id: Key
    meeting_key: Key | None = None
    unique_meeting_id: Key | None = None
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    status: MeetingStatus | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    duration: int | None = None
    create_time: UtcTime | None = None
    conference_call_info: str = ""
    max_participants: int | None = None
    password_required: bool | None = None


class MeetingByOrganizer(Model, frozen=True, kw_only=True):
    """
    A meeting in an organizer's old list, which GoTo deprecated.

    Attributes: as of `MeetingById`; the past ones may have members of `MeetingHistory` that are not read.
    """

    meeting_id: Key = msgspec.field(name="meetingid")
    unique_meeting_id: Key | None = None
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    status: MeetingStatus | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    create_time: UtcTime | None = None
    conference_call_info: str = ""
    max_participants: int | None = None
    password_required: bool | None = None


class UpcomingMeeting(Model, frozen=True, kw_only=True):
    """
    A meeting to come, or running now.

    Attributes:
        meeting_id: the nine digits.
        organizer_key, account_key: whose it is.
        email, first_name, last_name: the organizer.
        group_name: of the organizer; only in a group's list.
        subject: as written by the organizer.
        meeting_type: immediate, scheduled or recurring.
        status: whether it is running; in a group's list always INACTIVE.
        start_time, end_time: moments (UTC); nothing to rely on for a recurring meeting.
        conference_call_info: how people hear each other; not in a group's list.
        locale: the organizer's language in GoTo's pages.
        password_required: people need a password to join.
    """

    meeting_id: Key
    organizer_key: Key | None = None
    account_key: Key | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    group_name: str = ""
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    status: MeetingStatus | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    conference_call_info: str = ""
    locale: str = ""
    password_required: bool | None = None


class Recording(Model, frozen=True, kw_only=True):
    """
    The recording of a past meeting. Not documented; observed.

    Attributes:
        download_url, share_url: links; secrets.
    """

    download_url: str | None = None
    share_url: str | None = None


class HistoricalMeeting(Model, frozen=True, kw_only=True):
    """
    One ended run of a meeting; a recurring meeting has several with the same meeting ID.

    Attributes:
        meeting_id: the nine digits.
        session_id: of this run; not in a group's list.
        organizer_key, account_key: whose it is.
        email, first_name, last_name: the organizer.
        group_name: of the organizer; only in a group's list.
        subject: as written by the organizer.
        meeting_type: immediate, scheduled or recurring.
        start_time, end_time: of this run (UTC).
        duration: minutes, which GoTo gives as text.
        num_attendees: people who were there, which GoTo gives as text.
        conference_call_info: how people heard each other; not in a group's list.
        locale: the organizer's language in GoTo's pages.
        recording: observed, not documented.
    """

    meeting_id: Key
    session_id: Key | None = None
    organizer_key: Key | None = None
    account_key: Key | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    group_name: str = ""
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    duration: int | None = None
    num_attendees: int | None = None
    conference_call_info: str = ""
    locale: str = ""
    recording: Recording | None = None


class MeetingHistory(Model, frozen=True, kw_only=True):
    """
    One ended run of a meeting in the old lists, which GoTo deprecated.

    Attributes: as of `HistoricalMeeting`, and
        meeting_instance_key: of this run.
        meeting_key, unique_meeting_id, new_meeting_id: the meeting ID again, the last one formatted.
        new_organizer_key: the organizer key again.
        date: start_time again.
        password_required, status: deprecated by GoTo and always empty.
    """

    meeting_id: Key
    meeting_instance_key: Key | None = None
    session_id: Key | None = None
    meeting_key: Key | None = None
    unique_meeting_id: Key | None = None
    new_meeting_id: Key | None = None
    organizer_key: Key | None = None
    new_organizer_key: Key | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    group_name: str = ""
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    date: UtcTime | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    duration: int | None = None
    num_attendees: int | None = None
    conference_call_info: str = ""
    password_required: bool | None = None
    status: str | None = None


class Attendee(Model, frozen=True, kw_only=True):
    """
    One stay of a person in one run of a meeting; who comes back has a row for each stay (assumed).

    Attributes:
        attendee_name: the person's whole name, as typed.
        attendee_email: their address; empty when they did not tell.
        join_time, leave_time: of the stay (UTC).
        duration: minutes; of the stay in the lists by organizer and group, of the meeting in the list by meeting.
        meeting_id: the nine digits.
        meeting_instance_key: of this run.
        new_meeting_id: the meeting ID, formatted; only in the list by organizer.
        subject, meeting_type, conference_call_info: of the meeting.
        start_time, end_time: of the run (UTC).
        num_attendees: people in the run.
        organizer_key, email, first_name, last_name: the organizer, not the attendee.
        group_name: of the organizer; NA in the list by meeting.
        name: the attendee's name in the list by meeting, the organizer's in the list by organizer.
    """

    attendee_name: str = ""
    attendee_email: str = ""
    join_time: UtcTime | None = None
    leave_time: UtcTime | None = None
    duration: int | None = None
    meeting_id: Key | None = None
    meeting_instance_key: Key | None = None
    new_meeting_id: Key | None = None
    subject: EscapedText = ""
    meeting_type: MeetingType | None = None
    conference_call_info: str = ""
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    num_attendees: int | None = None
    organizer_key: Key | None = msgspec.field(name="organizerkey", default=None)
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    group_name: str = ""
    name: str = ""


class StartUrl(Model, frozen=True, kw_only=True):
    """
    The organizer's way in.

    Attributes:
        host_url: starts the meeting without a login; a short-lived secret, never keep or show it.
    """

    host_url: str = msgspec.field(name="hostURL")
