"""
What GoToAssist Seeit answers. GoTo writes times as milliseconds since 1970; here they are moments (UTC).

Source: GoTo's GoToAssist Seeit specification (documented).
"""

from __future__ import annotations

from greenroom.goto._types import Model, UtcTime, Word


class SessionStatus(Word):
    """How far a session is."""

    CREATED = "CREATED"
    STARTED = "STARTED"
    JOINED = "JOINED"
    FINISHED = "FINISHED"


class SessionDataStatus(Word):
    """Whether a session's photos, notes and recording can be had; they go after 72 hours."""

    NO_DATA = "NO_DATA"
    PROCESSING = "PROCESSING"
    AVAILABLE = "AVAILABLE"


class Session(Model, frozen=True, kw_only=True):
    """
    A session that was made; it starts when its address is opened in a browser.

    Attributes:
        uuid: its key.
        support_key: nine digits that people type; used again for others later, so never a key.
        start_url: starts the session; a secret, valid until it has ended.
    """

    uuid: str
    support_key: str = ""
    start_url: str | None = None


class SessionDetails(Model, frozen=True, kw_only=True):
    """
    A session; GoTo keeps it for 90 days.

    Attributes: as of `Session`, and
        session_status: how far it is.
        technician_email: who helps.
        session_create_time, session_start_time, session_join_time, session_end_time: moments (UTC), None while
            it has not come to that.
        session_notes: at most 1000 characters.
        session_recorded: it is being recorded.
        session_data_status: whether photos, notes and recording can be had.
        session_data_photo_count, session_data_photo_notes_count: numbers.
        session_data_size: bytes of the file, 0 for none.
        session_data_download_url: of a zip file; a secret.
        session_data_download_url_expiration: until when (UTC).
    """

    uuid: str
    support_key: str = ""
    start_url: str | None = None
    session_status: SessionStatus | None = None
    technician_email: str = ""
    session_create_time: UtcTime | None = None
    session_start_time: UtcTime | None = None
    session_join_time: UtcTime | None = None
    session_end_time: UtcTime | None = None
    session_notes: str = ""
    session_recorded: bool | None = None
    session_data_status: SessionDataStatus | None = None
    session_data_photo_count: int | None = None
    session_data_photo_notes_count: int | None = None
    session_data_size: int | None = None
    session_data_download_url: str | None = None
    session_data_download_url_expiration: UtcTime | None = None
