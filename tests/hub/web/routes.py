"""Every route of the pages: how it is asked for, and who gets there."""

from typing import Any, NamedTuple

from django.urls import reverse


class Route(NamedTuple):
    """Its method, where it leads, and the people of the cast who get there."""

    method: str
    status: int
    people: tuple[str, ...]
    takes: tuple[str, ...] = ()


EVERYBODY = ("otto", "obi", "lena", "asa", "eda", "ivan", "mara", "ada")
MEMBERS = ("obi", "lena", "asa", "eda", "ivan", "ada")
TAKING_PART = ("lena", "asa", "eda", "ivan")
SEEING_RESULTS = ("asa", "ivan", "ada")
EDITORS = ("eda", "ivan", "ada")
TEACHERS = ("ivan", "ada")
MARKETERS = ("mara", "ada")
WHO_SEE_EVENTS = ("eda", "ivan", "mara", "ada")
ADMINS = ("ada",)

ROUTES = {
    "home": Route("GET", 200, EVERYBODY),
    "courses": Route("GET", 200, EVERYBODY),
    "create_course": Route("GET", 200, TEACHERS),
    "course": Route("GET", 200, MEMBERS, ("slug",)),
    "course_settings": Route("GET", 200, EDITORS, ("slug",)),
    "create_lesson": Route("POST", 302, EDITORS, ("slug",)),
    "course_people": Route("GET", 200, TEACHERS, ("slug",)),
    "remove_from_course": Route("POST", 302, TEACHERS, ("slug", "user_id")),
    "import_people": Route("GET", 200, TEACHERS, ("slug",)),
    "course_enrolment": Route("GET", 200, TEACHERS, ("slug",)),
    "enter_course": Route("GET", 302, MEMBERS, ("slug",)),
    "leave_course": Route("POST", 302, ("lena",), ("slug",)),
    "course_invitations": Route("GET", 200, TEACHERS, ("slug",)),
    "revoke_invitation": Route("POST", 302, TEACHERS, ("slug", "invitation")),
    "lesson": Route("GET", 200, MEMBERS, ("lesson",)),
    "move_lesson": Route("POST", 302, EDITORS, ("lesson",)),
    "move_section": Route("POST", 302, EDITORS, ("section",)),
    "move_item": Route("POST", 302, EDITORS, ("item",)),
    "create_section": Route("POST", 302, EDITORS, ("lesson",)),
    "choose_kind": Route("GET", 200, EDITORS, ("section",)),
    "add_event": Route("POST", 302, EDITORS, ("section",)),
    "add_text": Route("GET", 200, EDITORS, ("section",)),
    "add_link": Route("GET", 200, EDITORS, ("section",)),
    "add_file": Route("GET", 200, EDITORS, ("section",)),
    "add_recording": Route("GET", 200, EDITORS, ("section",)),
    "choose_event": Route("GET", 200, EDITORS, ("section", "product")),
    "item_card": Route("GET", 200, MEMBERS, ("item",)),
    "register": Route("GET", 200, TAKING_PART, ("item",)),
    "cancel_registration": Route("POST", 302, TAKING_PART, ("registered",)),
    "item_settings": Route("GET", 200, EDITORS, ("item",)),
    "completion_rule": Route("GET", 200, EDITORS, ("item",)),
    "change_material": Route("GET", 200, EDITORS, ("text",)),
    "lesson_file": Route("GET", 200, MEMBERS, ("file",)),
    "watch_recording": Route("GET", 302, MEMBERS, ("recorded",)),
    "remove_item": Route("POST", 302, EDITORS, ("item",)),
    "roster": Route("GET", 200, SEEING_RESULTS, ("item",)),
    "register_everybody": Route("GET", 200, TEACHERS, ("item",)),
    "roster_standing": Route("GET", 200, TEACHERS, ("item",)),
    "stop_roster": Route("POST", 302, TEACHERS, ("item",)),
    "join": Route("GET", 302, TAKING_PART, ("item",)),
    "calendars": Route("GET", 200, EVERYBODY),
    "make_calendar_address": Route("POST", 200, EVERYBODY),
    "revoke_calendar_address": Route("POST", 302, EVERYBODY),
    "events": Route("GET", 200, WHO_SEE_EVENTS),
    "event": Route("GET", 200, (*WHO_SEE_EVENTS, "asa"), ("event",)),
    "new_event": Route("GET", 200, ADMINS),
    "create_event": Route("GET", 200, ADMINS, ("product",)),
    "change_event": Route("GET", 200, ADMINS, ("event",)),
    "cancel_event": Route("GET", 200, ADMINS, ("event",)),
    "event_acts": Route("GET", 200, ADMINS, ("event",)),
    "add_to_team": Route("GET", 200, ADMINS, ("event",)),
    "remove_from_team": Route("POST", 302, ADMINS, ("event", "member")),
    "add_registrant": Route("GET", 200, ADMINS, ("event",)),
    "confirm_again": Route("POST", 302, ADMINS, ("event", "registrant")),
    "sign_ups": Route("GET", 200, SEEING_RESULTS, ("event",)),
    "act": Route("GET", 200, ADMINS, ("act",)),
    "settle_act": Route("POST", 302, ADMINS, ("act",)),
    "sync_event": Route("POST", 302, SEEING_RESULTS, ("event",)),
    "start_event": Route("GET", 302, TEACHERS, ("event",)),
    "download_recording": Route("GET", 302, SEEING_RESULTS, ("event", "recording")),
    "exports": Route("GET", 200, EVERYBODY),
    "start_export": Route("POST", 404, (), ("table",)),
    "export": Route("GET", 200, ADMINS, ("export",)),
    "download_export": Route("GET", 200, ADMINS, ("export",)),
    "unmatched": Route("GET", 200, ADMINS),
    "match_attendee": Route("POST", 302, ADMINS, ("attendee",)),
    "held_answers": Route("GET", 200, ADMINS),
    "decide_held_answer": Route("POST", 302, ADMINS, ("held",)),
    "set_aside_rows": Route("GET", 200, ADMINS),
    "set_aside_row": Route("GET", 200, ADMINS, ("row",)),
    "connections": Route("GET", 200, ADMINS),
    "connect": Route("POST", 302, ADMINS),
    "connection_callback": Route("GET", 302, ADMINS),
    "account": Route("GET", 200, ADMINS, ("connection",)),
    "change_uses": Route("POST", 422, ADMINS, ("connection",)),
    "disconnect": Route("POST", 302, ADMINS, ("connection",)),
    "webhooks": Route("GET", 200, ADMINS, ("connection",)),
    "check_webhooks": Route("POST", 302, ADMINS, ("connection",)),
    "renew_webhook_secret": Route("POST", 302, ADMINS, ("connection",)),
    "apply_failed": Route("POST", 302, ADMINS, ("connection",)),
    "sync_runs": Route("GET", 200, ADMINS),
    "start_sync": Route("POST", 302, ADMINS),
    "sync_run": Route("GET", 200, ADMINS, ("run",)),
    "site_health": Route("GET", 200, ADMINS),
    "retry_jobs": Route("POST", 302, ADMINS),
    "retry_job": Route("POST", 302, ADMINS, ("job",)),
    "reader": Route("GET", 200, ADMINS, ("reader",)),
    "automate": Route("GET", 200, WHO_SEE_EVENTS),
    "automate_guide": Route("GET", 200, WHO_SEE_EVENTS, ("platform",)),
    "api_keys": Route("GET", 200, WHO_SEE_EVENTS),
    "create_api_key": Route("GET", 200, WHO_SEE_EVENTS),
    "revoke_api_key": Route("POST", 302, ADMINS, ("api_key",)),
    "hooks_out": Route("GET", 200, WHO_SEE_EVENTS),
    "hook_out": Route("GET", 200, ADMINS, ("hook",)),
    "switch_hook": Route("POST", 302, ADMINS, ("hook",)),
    "renew_hook_secret": Route("POST", 200, ADMINS, ("hook",)),
    "send_hook_sample": Route("POST", 302, ADMINS, ("hook",)),
    "replay_hook": Route("POST", 422, ADMINS, ("hook",)),
    "end_hook": Route("POST", 302, ADMINS, ("hook",)),
    "hook_delivery": Route("GET", 200, ADMINS, ("delivery",)),
    "send_hook_delivery_again": Route("POST", 302, ADMINS, ("delivery",)),
    "take_back_leave": Route("POST", 302, ADMINS, ("grant",)),
    "oauth_clients": Route("GET", 200, ADMINS),
    "register_oauth_client": Route("GET", 200, ADMINS),
    "remove_oauth_client": Route("POST", 302, ADMINS, ("oauth_client",)),
    "oauth_authorize": Route("GET", 422, WHO_SEE_EVENTS),
    "contacts": Route("GET", 200, MARKETERS),
    "add_contact": Route("GET", 200, MARKETERS),
    "contact": Route("GET", 200, MARKETERS, ("contact",)),
    "change_contact": Route("GET", 200, MARKETERS, ("contact",)),
    "custom_fields": Route("GET", 200, MARKETERS),
    "change_custom_field": Route("GET", 200, MARKETERS, ("custom_field",)),
    "delete_custom_field": Route("POST", 302, MARKETERS, ("custom_field",)),
    "tag_contact": Route("POST", 302, MARKETERS, ("contact",)),
    "purposes": Route("GET", 200, MARKETERS),
    "change_purpose": Route("GET", 200, MARKETERS, ("purpose",)),
    "contact_consent": Route("GET", 200, MARKETERS, ("contact",)),
    "silence_contact": Route("POST", 302, MARKETERS, ("contact",)),
    "resume_contact": Route("POST", 302, MARKETERS, ("contact",)),
    "segments": Route("GET", 200, MARKETERS),
    "new_segment": Route("GET", 200, MARKETERS),
    "segment": Route("GET", 200, MARKETERS, ("segment",)),
    "change_segment": Route("GET", 200, MARKETERS, ("segment",)),
    "delete_segment": Route("POST", 302, MARKETERS, ("segment",)),
    "add_to_segment": Route("GET", 200, MARKETERS, ("segment",)),
    "segment_person": Route("GET", 200, MARKETERS, ("segment", "person")),
    "decide_in_segment": Route("POST", 302, MARKETERS, ("segment", "person")),
    "people": Route("GET", 200, ADMINS),
    "add_person": Route("GET", 200, ADMINS),
}
# What machines ask has no sign-in; the style page is there only in development.
OPEN = {"healthz": 200, "readyz": 503, "metrics": 200, "style": 404, "api_docs": 200}
# Where the address or what is brought proves who is there. See `tests/hub/intake`, `test_join_links`
# `test_feeds`, `test_invitations` and `test_visiting`.
DOORS = (
    "goto_hook",
    "unsubscribe_hook",
    "join_as_registrant",
    "registration_confirmed",
    "join_as_anybody",
    "calendar_feed",
    "accept_invitation",
    "form_page",
    "embedded_form",
    "form_sent",
    "confirm_form",
)

FORMS = (
    "create_course",
    "course_settings",
    "add_text",
    "add_link",
    "add_file",
    "add_recording",
    "change_material",
    "register",
    "register_everybody",
    "item_settings",
    "completion_rule",
    "course_people",
    "import_people",
    "course_enrolment",
    "enter_course",
    "course_invitations",
    "reader",
    "add_person",
    "create_api_key",
    "register_oauth_client",
    "oauth_authorize",
    "create_event",
    "change_event",
    "cancel_event",
    "add_to_team",
    "add_registrant",
    "add_contact",
    "change_contact",
    "custom_fields",
    "change_custom_field",
    "purposes",
    "change_purpose",
    "contact_consent",
    "new_segment",
    "change_segment",
)
POSTED = tuple(name for name, route in ROUTES.items() if route.method == "POST")
SHOWN = tuple(name for name, route in ROUTES.items() if route.method == "GET")
# What others need is taken away last.
TAKING_AWAY = (
    "leave_course",
    "remove_item",
    "disconnect",
    "end_hook",
    "remove_oauth_client",
    "delete_segment",
    "delete_custom_field",
)
# These are there to bring something about: they ask GoTo, and end an authorization.
ACTS = ("start_event", "download_recording", "watch_recording", "connection_callback")


def address(name: str, scene: Any, otto: Any) -> str:
    """Return a route's address in the scene."""
    things = {
        "slug": {"slug": scene.course.slug},
        "user_id": {"user_id": otto.pk},
        "invitation": {"invitation_id": scene.invitation_id},
        "lesson": {"pk": scene.section.lesson_id},
        "section": {"pk": scene.section.pk},
        "product": {"product": "webinar"},
        "platform": {"platform": "zapier"},
        "item": {"pk": scene.item.pk},
        "registered": {"pk": scene.registered.pk},
        "text": {"pk": scene.text.pk},
        "file": {"pk": scene.file.pk},
        "recorded": {"pk": scene.recorded.pk},
        "event": {"pk": scene.item.event_id},
        "member": {"member_id": scene.member_id},
        "registrant": {"registrant_id": scene.registrant_id},
        "act": {"pk": scene.act_id},
        "connection": {"pk": scene.connection.pk},
        "run": {"pk": scene.run_id},
        "job": {"pk": scene.job_id},
        "reader": {"name": "courses.completion"},
        "recording": {"key": scene.recording_key},
        "table": {"table": "events"},
        "export": {"pk": scene.export_id},
        "attendee": {"pk": scene.attendee_id},
        "held": {"pk": scene.held_id},
        "row": {"pk": scene.row_id},
        "api_key": {"pk": scene.api_key_id},
        "oauth_client": {"pk": scene.grant.client_id},
        "grant": {"pk": scene.grant.pk},
        "hook": {"pk": scene.hook_delivery.hook_id},
        "delivery": {"pk": scene.hook_delivery.pk},
        "contact": {"pk": scene.contact_id},
        "custom_field": {"pk": scene.custom_field_id},
        "purpose": {"pk": scene.purpose_id},
        "segment": {"pk": scene.segment_id},
        "person": {"person_id": scene.contact_id},
    }
    kwargs: dict[str, Any] = {}
    for thing in ROUTES[name].takes:
        kwargs |= things[thing]
    return reverse(name, kwargs=kwargs)
