"""
What contacts have to do with events, computed from the mirror.

One statement each, for a few people as for all of an event: so that it can be made anew whenever GoTo corrects
something, and from nothing.
"""

from collections.abc import Collection

from django.db import connection

from greenroom.hub.contacts.following import wake_followers

_WHAT_THERE_IS = """
    SELECT address.contact_id, registrant.event_id,
           CASE WHEN registrant.gone_at IS NULL AND registrant.status <> 'DENIED' THEN 1 ELSE 0 END AS registered,
           CASE WHEN registrant.gone_at IS NULL AND registrant.status = 'APPROVED' THEN 1 ELSE 0 END AS approved,
           1 AS ever, registrant.registered_at, 0 AS seconds, 0 AS times
    FROM events_registrant registrant JOIN contacts_contactaddress address ON address.email = registrant.email
    WHERE registrant.event_id IN ({events}) {only}
    UNION ALL
    SELECT address.contact_id, session.event_id, 0, 0, 0, NULL,
           attendee.attended_seconds, CASE WHEN attendee.attended_seconds > 0 THEN 1 ELSE 0 END
    FROM events_attendee attendee JOIN events_eventsession session ON session.id = attendee.session_id
    LEFT JOIN events_registrant registrant ON registrant.id = attendee.registrant_id
    JOIN contacts_contactaddress address ON address.email = COALESCE(registrant.email, attendee.email)
    WHERE session.event_id IN ({events}) {only}
"""
_WRITE = """
    INSERT INTO contacts_participation (contact_id, event_id, is_registered, is_approved, was_registered,
                                        registered_at, attended_seconds, attended_percent, sessions_attended,
                                        is_final)
    SELECT found.contact_id, found.event_id, MAX(registered) = 1, MAX(approved) = 1, MAX(ever) = 1,
           MIN(registered_at), SUM(seconds), {percent}, SUM(times), {is_final}
    FROM ({what_there_is}) found JOIN events_event event ON event.id = found.event_id
    GROUP BY found.contact_id, found.event_id, event.id
    ON CONFLICT (contact_id, event_id) DO UPDATE SET
        is_registered = excluded.is_registered, is_approved = excluded.is_approved,
        was_registered = excluded.was_registered, registered_at = excluded.registered_at,
        attended_seconds = excluded.attended_seconds, attended_percent = excluded.attended_percent,
        sessions_attended = excluded.sessions_attended,
        is_final = excluded.is_final
"""
_DROP = """
    DELETE FROM contacts_participation
    WHERE event_id IN ({events}) AND (contact_id, event_id) NOT IN (
        SELECT contact_id, event_id FROM ({what_there_is}) found)
"""
# A session whose length is not known counts as attended whole by whoever was there.
_PERCENT = """
    CASE WHEN SUM(seconds) = 0 THEN 0 ELSE CAST(FLOOR({least}(100, COALESCE(100.0 * SUM(seconds) / NULLIF(
        (SELECT SUM({length}) FROM events_eventsession session WHERE session.event_id = event.id), 0), 100)))
        AS integer) END
"""
_WORDS = {
    "postgresql": {
        "least": "LEAST",
        "length": "EXTRACT(EPOCH FROM session.ended_at - session.started_at)",
    },
    "sqlite": {
        "least": "MIN",
        "length": "ROUND((julianday(session.ended_at) - julianday(session.started_at)) * 86400)",
    },
}
# Nothing is due any more, and every session that took place has its last word.
_IS_FINAL = """
    (event.attendance_due_at IS NULL
     AND EXISTS (SELECT 1 FROM events_eventsession session WHERE session.event_id = event.id)
     AND NOT EXISTS (SELECT 1 FROM events_eventsession session
                     WHERE session.event_id = event.id AND NOT session.is_final))
"""


_TOUCH = """
    INSERT INTO contacts_touchedcontact (contact_id)
    SELECT DISTINCT contact_id FROM contacts_participation WHERE event_id IN ({events}) {only}
    ON CONFLICT (contact_id) DO NOTHING
"""


def note_participations(*, events: Collection[int], contacts: Collection[int]) -> None:
    """Compute anew what these contacts have to do with these events. Two statements."""
    if events and contacts:
        _write(events, contacts)


def note_participations_of_events(events: Collection[int]) -> None:
    """Compute anew what everybody has to do with these events. Three statements."""
    if events:
        _write(events, ())
        statement = _DROP.format(events=_marks(events), what_there_is=_what_there_is(events, ()))
        _execute(statement, [*events, *events, *events])


def _write(events: Collection[int], contacts: Collection[int]) -> None:
    words = _WORDS[connection.vendor]
    statement = _WRITE.format(
        what_there_is=_what_there_is(events, contacts), is_final=_IS_FINAL, percent=_PERCENT.format(**words)
    )
    _execute(statement, [*events, *contacts, *events, *contacts])
    only = f"AND contact_id IN ({_marks(contacts)})" if contacts else ""
    _execute(_TOUCH.format(events=_marks(events), only=only), [*events, *contacts])
    wake_followers()


def _what_there_is(events: Collection[int], contacts: Collection[int]) -> str:
    only = f"AND address.contact_id IN ({_marks(contacts)})" if contacts else ""
    return _WHAT_THERE_IS.format(events=_marks(events), only=only)


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))


def _execute(statement: str, params: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
