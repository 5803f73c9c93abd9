"""A call of each operation of GoToAssist: Remote Support's and Seeit's."""

from __future__ import annotations

from tests.contract.calls.world import Call
from tests.sandbox.doors import ASSIST, SEEIT, new_sandbox, sign_up

from greenroom.goto import assist, seeit


class World:
    """Olga with a customer's machine, a chat, a session that is over and its recording, and a Seeit session."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        self.organizer_key = olga.organizer_key
        company = {"organizer_key": olga.organizer_key, "name": "Harbour Works", "machines": ["Desk"]}
        made = olga.control("companies", company)
        self.company_key, self.machine_uuid = made["key"], made["machines"][0]["uuid"]
        self.session_key = self._start(sessionType="screen_sharing", machineUuid=self.machine_uuid)
        for act in ("launch", "end"):
            olga.control(f"assist/{self.session_key}/{act}")
        self.chat_key = self._start(sessionType="web_chat")
        recordings = olga.get(f"{ASSIST}/archive/recordings", userKey=olga.organizer_key).json()
        self.recording_key = str(recordings["readyForTranscodeRecordingIds"][0])
        olga.post(f"{ASSIST}/systemLinks", {"systemName": "Helpdesk", "systemDomain": "desk.example"} | LINKED)
        self.uuid = olga.post(f"{SEEIT}/sessions").json()["uuid"]

    def _start(self, **told: str) -> str:
        session = {"customerName": "Ada Ferro", **told}
        return str(self.olga.post(f"{ASSIST}/sessions", session).json()["sessionId"])


LINKED = {"callbackUrl": "https://desk.example/goto", "userEmail": "olga@northwind.example", "userToken": "t-1"}
LINK = assist.PartnerSystemLinksRequest(
    system_name="Helpdesk",
    system_domain="desk.example",
    user_email="olga@northwind.example",
    user_token="t-1",
    callback_url="https://desk.example/goto",
    supported_callbacks=assist.SupportedCallbacks(create_object=True),
)
SHARING = assist.StartScreenSharingSessionRequest(customer_name="Ada Ferro")

ASSIST_CALLS: dict[str, Call[World]] = {
    "SystemLinksGet": lambda w: assist.get_system_links("desk.example"),
    "SystemLinksPost": lambda w: assist.create_system_links(LINK),
    "UnnammedEndpointGet": lambda w: assist.get_tickets("t-1"),
    "UnnammedEndpointPut": lambda w: assist.associate_ticket(
        assist.AssociateTicketRequest(session_id=w.session_key, user_token="t-1", partner_object="T1")
    ),
    "UnnammedEndpointPost": lambda w: assist.create_ticket(
        assist.CreateTicketRequest(session_id=w.session_key, user_token="t-1", title="Printer", body="It smokes.")
    ),
    "ArchiveRecordingsUrlsAPIGet": lambda w: assist.get_recording_urls([w.recording_key]),
    "CompaniesGet": lambda w: assist.get_companies(q="harbour"),
    "SessionsGet": lambda w: assist.get_sessions(session_type="screen_sharing"),
    "SessionsPost2": lambda w: assist.start_session(SHARING),
    "ArchiveRecordingsGet": lambda w: assist.get_recordings(company_id=w.company_key),
    "SessionGet": lambda w: assist.start_session_in_browser(),
    "SessionsBySessionIdGet2": lambda w: assist.get_session(w.session_key),
    "ArchiveRecordingsTranscodeByReadyForTranscodeRecordingIdsPost": lambda w: assist.transcode_recordings(
        [w.recording_key]
    ),
    "SessionsEventsBySessionIdGet": lambda w: assist.get_web_chat_transcript(w.chat_key),
    "CompaniesMachinesByCompanyIdGet": lambda w: assist.get_machines(w.company_key),
    "ArchiveRecordingsArchivedByRecordingIDsPut": lambda w: assist.mark_recordings_archived([w.recording_key]),
}
SEEIT_CALLS: dict[str, Call[World]] = {
    "sessions.get": lambda w: seeit.sessions_get(),
    "sessions.post": lambda w: seeit.sessions_post(),
    "sessions.uuid.get": lambda w: seeit.sessions_uuid_get(w.uuid),
}
