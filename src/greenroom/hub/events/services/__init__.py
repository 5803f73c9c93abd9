"""Changing the mirror: what GoTo told (`mirror`, `attendance`) and what people ask of GoTo (`registration`)."""

from greenroom.hub.events.services.attendance import plan_next_reading, session_data, store_attendance, store_sessions
from greenroom.hub.events.services.deciding import dismiss, obey
from greenroom.hub.events.services.doubts import Place, Verdict, judge
from greenroom.hub.events.services.join_links import keep_join_link
from greenroom.hub.events.services.matching import forget_match, match_attendee
from greenroom.hub.events.services.mirror import (
    mark_absent_events,
    mark_cancelled,
    mark_found,
    mark_live,
    mark_missing,
    store_event,
    store_events,
    store_registration_form,
)
from greenroom.hub.events.services.people import link_new_people, link_sign_ups
from greenroom.hub.events.services.registering_many import register_many, take_off_many
from greenroom.hub.events.services.registrants import store_registrants
from greenroom.hub.events.services.registration import (
    cancel_registration,
    register,
    register_somebody,
    take_registrant_off,
)
from greenroom.hub.events.services.setting_aside import set_aside
from greenroom.hub.events.services.starting import get_start_url

__all__ = [
    "Place",
    "Verdict",
    "cancel_registration",
    "dismiss",
    "forget_match",
    "get_start_url",
    "judge",
    "keep_join_link",
    "link_new_people",
    "link_sign_ups",
    "mark_absent_events",
    "mark_cancelled",
    "mark_found",
    "mark_live",
    "mark_missing",
    "match_attendee",
    "obey",
    "plan_next_reading",
    "register",
    "register_many",
    "register_somebody",
    "session_data",
    "set_aside",
    "store_attendance",
    "store_event",
    "store_events",
    "store_registrants",
    "store_registration_form",
    "store_sessions",
    "take_off_many",
    "take_registrant_off",
]
