"""Who presents a webinar beside its organizer: co-organizers and panelists."""

from greenroom.sandbox.entities import CoOrganizer, Panelist, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.webinar import errors, responses
from greenroom.sandbox.webinar.access import read_bool, read_key, read_text, webinar_of
from greenroom.sandbox.webinar.paths import WEBINAR


def get_co_organizers(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, [responses.co_organizer(call.core, webinar, person) for person in webinar.co_organizers])


def create_co_organizers(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = [_read_co_organizer(call, webinar, item) for item in call.json_list()]
    if not people:
        raise errors.bad_request("The request body is empty.")
    webinar.co_organizers.extend(people)
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(201, [responses.co_organizer(call.core, webinar, person) for person in people])


def _read_co_organizer(call: Call, webinar: Webinar, item: object) -> CoOrganizer:
    if not isinstance(item, dict) or not isinstance(item.get("external"), bool):
        raise errors.bad_request("external is missing.")
    if item["external"]:
        name = read_text(item.get("givenName"), "givenName", 128, is_required=True)
        email = read_text(item.get("email"), "email", 128, is_required=True)
        # The whole name is sent as givenName (documented).
        return CoOrganizer(call.core.state.new_key(), True, name, "", email, call.core.state.new_number())
    user = call.core.state.users.get(str(item.get("organizerKey")))
    if user is None or user.account_key != webinar.account_key:
        raise errors.bad_request("organizerKey is no organizer of this account.")
    if user.key == webinar.organizer_key or any(person.member_key == user.key for person in webinar.co_organizers):
        raise errors.bad_request("This organizer presents the webinar already.")
    return CoOrganizer(user.key, False, user.first_name, user.last_name, user.email, call.core.state.new_number())


def _co_organizer_of(call: Call, webinar: Webinar) -> CoOrganizer:
    key = read_key(call.path["coorganizerKey"], "coorganizerKey")
    is_external = read_bool(call, "external", default=False)
    for person in webinar.co_organizers:
        if person.member_key == key and person.is_external == is_external:
            return person
    raise errors.not_found("Co-organizer with specified key does not exist.")


def delete_co_organizer(call: Call) -> Answer:
    webinar = webinar_of(call)
    webinar.co_organizers.remove(_co_organizer_of(call, webinar))
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(204)


def resend_co_organizer_invitation(call: Call) -> Answer:
    _co_organizer_of(call, webinar_of(call))
    return Answer(204)


def get_panelists(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, [responses.panelist(call.core, webinar, person) for person in webinar.panelists])


def create_panelists(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = []
    for item in call.json_list():
        if not isinstance(item, dict):
            raise errors.bad_request("The request body must hold objects with name and email.")
        name = read_text(item.get("name"), "name", 128, is_required=True)
        email = read_text(item.get("email"), "email", 128, is_required=True)
        people.append(Panelist(call.core.state.new_key(), name, email, call.core.state.new_number()))
    if not people:
        raise errors.bad_request("The request body is empty.")
    webinar.panelists.extend(people)
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(201, [responses.created_panelist(call.core, webinar, person) for person in people])


def _panelist_of(call: Call, webinar: Webinar) -> Panelist:
    key = read_key(call.path["panelistKey"], "panelistKey")
    for person in webinar.panelists:
        if person.key == key:
            return person
    raise errors.not_found("Panelist with specified key does not exist.")


def delete_panelist(call: Call) -> Answer:
    webinar = webinar_of(call)
    webinar.panelists.remove(_panelist_of(call, webinar))
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(204)


def resend_panelist_invitation(call: Call) -> Answer:
    _panelist_of(call, webinar_of(call))
    return Answer(204)


CO_ORGANIZER = WEBINAR + "/coorganizers/{coorganizerKey}"
PANELIST = WEBINAR + "/panelists/{panelistKey}"
EXTERNAL = ("external",)
OPERATIONS = (
    Operation("getCoorganizers", "GET", WEBINAR + "/coorganizers", get_co_organizers),
    Operation("createCoorganizers", "POST", WEBINAR + "/coorganizers", create_co_organizers),
    Operation("deleteCoorganizer", "DELETE", CO_ORGANIZER, delete_co_organizer, EXTERNAL),
    Operation(
        "resendCoorganizerInvitation",
        "POST",
        CO_ORGANIZER + "/resendInvitation",
        resend_co_organizer_invitation,
        EXTERNAL,
    ),
    Operation("getPanelists", "GET", WEBINAR + "/panelists", get_panelists),
    Operation("createPanelists", "POST", WEBINAR + "/panelists", create_panelists),
    Operation("deleteWebinarPanelist", "DELETE", PANELIST, delete_panelist),
    Operation("resendPanelistInvitation", "POST", PANELIST + "/resendInvitation", resend_panelist_invitation),
)
