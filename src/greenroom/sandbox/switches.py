"""Each behaviour of GoTo we are not sure of, as one named switch."""

from typing import Any, Literal

from msgspec import Struct

Status = Literal["documented", "observed", "assumed"]
Value = str | int


class Switch(Struct, frozen=True):
    """One doubtful behaviour. Without choices the value is a whole number from 0."""

    name: str
    subject: str
    default: Value
    choices: tuple[str, ...]
    status: Status
    source: str


SWITCHES: tuple[Switch, ...] = (
    Switch(
        "unknown_parameters",
        "Calls and tokens",
        "refuse",
        ("refuse", "ignore"),
        "assumed",
        "The sandbox answers 400 for a query parameter the specification does not have, so that typing errors show.",
    ),
    Switch(
        "refresh_rotation",
        "Calls and tokens",
        "never",
        ("never", "always", "near_expiry"),
        "observed",
        "GoTo's guide shows a refresh answer without a refresh_token; integrations see a new one only near its end.",
    ),
    Switch(
        "refresh_ends_old_access_token",
        "Calls and tokens",
        "no",
        ("no", "yes"),
        "assumed",
        "Nothing says that a refresh ends the earlier access token; the 2017 generation did.",
    ),
    Switch(
        "requests_per_second",
        "Calls and tokens",
        0,
        (),
        "documented",
        "GoTo allows 10 requests a second per API; 0 switches the limit off, 10 is the documented one.",
    ),
    Switch(
        "retry_after",
        "Calls and tokens",
        "absent",
        ("absent", "present"),
        "assumed",
        "No Retry-After header is documented for 429; one integration plans for it.",
    ),
    Switch(
        "registration_url",
        "Registration",
        "sandbox",
        ("sandbox", "goto"),
        "assumed",
        "GoTo's form is https://attendee.gotowebinar.com/register/{webinarKey}; by default the link leads here.",
    ),
    Switch(
        "attendance_delay_seconds",
        "Attendance",
        0,
        (),
        "assumed",
        "Attendance is there some time after the end, not documented how long; one integration waits 1, 4, 16 hours.",
    ),
    Switch(
        "overlapping_attendance",
        "Attendance",
        "union",
        ("union", "sum"),
        "assumed",
        "Whether two devices at once count twice in attendanceTimeInSeconds is not documented.",
    ),
    Switch(
        "training_minutes",
        "Attendance",
        "floor",
        ("floor", "ceil"),
        "assumed",
        "Trainings report whole minutes; how they are rounded is not documented.",
    ),
    Switch(
        "page_size_above_maximum",
        "Forms of data",
        "refuse",
        ("refuse", "clamp"),
        "assumed",
        "The maximum of size and limit is 200 (documented); what a larger one does is not.",
    ),
    Switch(
        "range_matching",
        "Forms of data",
        "any",
        ("any", "first"),
        "assumed",
        "Whether a webinar is listed when any of its dates lies in the range, or only its first, is not documented.",
    ),
    Switch(
        "closed_list_values",
        "Registration",
        "refuse",
        ("refuse", "accept"),
        "assumed",
        "Whether a value outside a closed list (state, country, industry...) is refused is not documented.",
    ),
    Switch(
        "time_zone_ids",
        "Forms of data",
        "listed",
        ("listed", "any"),
        "assumed",
        "71 zone ids are known to be taken (observed); whether ids such as Europe/Berlin are taken too is not known.",
    ),
    Switch(
        "offsets_in_times",
        "Forms of data",
        "refuse",
        ("refuse", "accept"),
        "assumed",
        "Z and +00:00 are taken (observed); whether other offsets are is not known.",
    ),
    Switch(
        "email_case",
        "Registration",
        "ignore",
        ("ignore", "distinguish"),
        "assumed",
        "Whether Ada@example.com and ada@example.com are one registrant is not documented.",
    ),
    Switch(
        "waiting_join_url",
        "Registration",
        "absent",
        ("absent", "present"),
        "assumed",
        "The schema requires joinUrl, the webhook guide has it only once approved.",
    ),
    Switch(
        "full_event_status",
        "Registration",
        "403",
        ("403", "409", "400"),
        "observed",
        "A WordPress plugin tells people that a webinar is full when it sees 403; GoTo documents no status for it.",
    ),
    Switch(
        "training_registrants_delay_seconds",
        "Registration",
        0,
        (),
        "documented",
        "A registrant of a training is in the list normally at once, but it may take up to two hours.",
    ),
    Switch(
        "late_registration",
        "Registration",
        "accept",
        ("accept", "refuse"),
        "documented",
        "Registrants have a type LATE: they signed up after the event, for the recording.",
    ),
    Switch(
        "detail_webinar_key",
        "Forms of data",
        "number",
        ("number", "text"),
        "documented",
        "The schema of getWebinar has a number; one integration saw text.",
    ),
    Switch(
        "training_registrant_key",
        "Forms of data",
        "number",
        ("number", "text"),
        "observed",
        "Registering for a training answers the key as a number, though the schema says text.",
    ),
    Switch(
        "me_invalid_token",
        "Calls and tokens",
        "401",
        ("401", "403"),
        "observed",
        "GET /identity/v1/Users/me with a bad token: SCIM's file lists 401 and 403, the body was seen empty.",
    ),
    Switch(
        "seeit_invalid_token",
        "Support sessions",
        "401",
        ("401", "403"),
        "documented",
        "Seeit's file has 401 for a missing or invalid token; other products answer 403 at the gateway.",
    ),
    Switch(
        "seeit_settles_after_seconds",
        "Support sessions",
        0,
        (),
        "documented",
        "Seeit answers 409 for a session read right after it was made; for how long is not said, 0 is never.",
    ),
    Switch(
        "assist_abandoned_after_seconds",
        "Support sessions",
        86_400,
        (),
        "assumed",
        "Support sessions nobody launches become abandoned; when is not documented.",
    ),
    Switch(
        "webhook_copies",
        "Webhooks",
        1,
        (),
        "assumed",
        "How often each webhook message is sent: GoTo promises nothing, 2 sends every one twice, 0 loses all.",
    ),
    Switch(
        "webhook_order",
        "Webhooks",
        "as_it_happened",
        ("as_it_happened", "reversed", "shuffled"),
        "assumed",
        "No order of webhook messages is documented; messages due together can come in another one.",
    ),
    Switch(
        "webhook_settles_after_seconds",
        "Webhooks",
        0,
        (),
        "observed",
        "Two integrations wait 2 seconds before they activate a new webhook: it is not found at once. 0 is at once.",
    ),
    Switch(
        "webhook_on_decision",
        "Webhooks",
        "send",
        ("send", "none"),
        "assumed",
        "Whether registrant.added is sent again when a registration is approved or denied is not documented.",
    ),
    Switch(
        "webhook_callback_hosts",
        "Webhooks",
        "https_or_local",
        ("https_or_local", "https_only"),
        "documented",
        "GoTo takes https callbacks only; the sandbox also takes http to this machine.",
    ),
    Switch(
        "webhook_timestamp",
        "Webhooks",
        "epoch_ms",
        ("epoch_ms", "epoch_s", "iso"),
        "assumed",
        "The format of X-Webhook-Signature-Timestamp is not documented.",
    ),
    Switch(
        "webhook_retries",
        "Webhooks",
        "on",
        ("on", "off"),
        "assumed",
        "Retries are not documented; the sandbox tries again 1, 5 and 30 minutes after the event.",
    ),
)

MAX_NUMBER = 10**9
SUBJECTS = tuple(dict.fromkeys(switch.subject for switch in SWITCHES))
BY_NAME = {switch.name: switch for switch in SWITCHES}


class Switches:
    """The present values; what was never set has its default."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        return str(self._values.get(name, BY_NAME[name].default))

    def number(self, name: str) -> int:
        return int(self._values.get(name, BY_NAME[name].default))

    def all(self) -> dict[str, Value]:
        return {switch.name: self._values.get(switch.name, switch.default) for switch in SWITCHES}

    def change(self, values: dict[str, Any]) -> None:
        """
        Set several switches, or none of them.

        Raises:
            ValueError: an unknown name or a value that is no choice.
        """
        for name, value in values.items():
            check(name, value)
        self._values.update(values)


def check(name: str, value: object) -> None:
    """Raise ValueError unless `value` is one the switch can have."""
    switch = BY_NAME.get(name)
    if switch is None:
        raise ValueError(f"there is no switch {name}")
    if switch.choices:
        if value not in switch.choices:
            raise ValueError(f"{name} is one of {', '.join(switch.choices)}")
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_NUMBER:
        raise ValueError(f"{name} is a whole number from 0 to {MAX_NUMBER}")
