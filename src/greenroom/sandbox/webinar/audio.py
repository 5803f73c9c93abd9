"""Audio settings of a webinar. The telephone numbers are invented: no line answers them."""

from typing import Any, cast

from greenroom.sandbox.entities import Audio, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.rooms import is_over
from greenroom.sandbox.webinar import errors
from greenroom.sandbox.webinar.access import read_bool, webinar_of

KINDS = ("PSTN", "VOIP", "Hybrid", "Private")
ROLES = ("attendee", "organizer", "panelist")


def _numbers(webinar: Webinar) -> dict[str, Any]:
    """Numbers by country, with access codes made from the webinar's own number."""
    codes = {role: f"{webinar.number[:3]}-{webinar.number[3:6]}-{position}00" for position, role in enumerate(ROLES, 1)}
    numbers: dict[str, Any] = {}
    for country in dict.fromkeys(webinar.audio.toll_countries + webinar.audio.toll_free_countries):
        numbers[country] = {"accessCodes": codes, "toll": "+1 555 0100"}
        if country in webinar.audio.toll_free_countries:
            numbers[country]["tollFree"] = "+1 555 0199"
    return numbers


def get_audio(call: Call) -> Answer:
    webinar = webinar_of(call)
    body: dict[str, Any] = {"type": webinar.audio.kind}
    if webinar.audio.kind in ("PSTN", "Hybrid"):
        body["confCallNumbers"] = _numbers(webinar)
    if webinar.audio.kind == "Private":
        body["privateInfo"] = webinar.audio.private
    return Answer(200, body)


def update_audio(call: Call) -> Answer:
    """Replace the settings. Assumed: not while the webinar runs or after it, as for other changes."""
    webinar = webinar_of(call)
    read_bool(call, "notifyParticipants", default=False)
    if webinar.live_session_key is not None or is_over(call.core, webinar):
        raise errors.bad_request("The webinar is running or over.")
    body = call.json_object()
    if body.get("type") not in KINDS:
        raise errors.bad_request(f"type must be one of {', '.join(KINDS)}.")
    audio = Audio(kind=cast(Any, body["type"]))
    if body["type"] == "Private":
        audio.private = _private(body.get("privateInfo"))
    pstn = body.get("pstnInfo", {})
    if not isinstance(pstn, dict):
        raise errors.bad_request("pstnInfo must be an object.")
    audio.toll_countries = _countries(pstn, "tollCountries", audio.toll_countries)
    audio.toll_free_countries = _countries(pstn, "tollFreeCountries", [])
    webinar.audio = audio
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(204)


def _private(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not value.get("attendee"):
        raise errors.bad_request("privateInfo with attendee is needed for Private.")
    if not all(role in ROLES and isinstance(text, str) for role, text in value.items()):
        raise errors.bad_request(f"privateInfo may hold texts for {', '.join(ROLES)}.")
    return value


def _countries(pstn: dict[str, Any], name: str, default: list[str]) -> list[str]:
    value = pstn.get(name, default)
    if not isinstance(value, list) or not all(isinstance(code, str) and len(code) == 2 for code in value):
        raise errors.bad_request(f"{name} must be a list of country codes.")
    return value


AUDIO = "/organizers/{organizerKey}/webinars/{webinarKey}/audio"
OPERATIONS = (
    Operation("getAudioInformation", "GET", AUDIO, get_audio),
    Operation("updateAudioInformation", "POST", AUDIO, update_audio, ("notifyParticipants",)),
)
