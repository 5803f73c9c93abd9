"""A call of each of GoToWebinar's operations."""

from __future__ import annotations

from typing import Any

import httpx2
from tests.contract.calls.world import LATER, LONG_AGO, Call, account_of
from tests.sandbox.doors import WEBINAR, ada, new_sandbox, sign_up

from greenroom.goto import parse_time, webinar

TIMES = (
    webinar.DateTimeRange(
        start_time=parse_time("2026-09-10T14:00:00Z"),
        end_time=parse_time("2026-09-10T15:00:00Z"),
    ),
)
CALLBACK = "https://hub.example/"
GIL = webinar.CoorganizerReqCreate(external=True, given_name="Gil Ast", email="gil@example.org")
PIA = webinar.PanelistReqCreate(name="Pia Noss", email="pia@example.org")
BO = webinar.RegistrantFields(first_name="Bo", last_name="Ek", email="bo@example.com", industry="Education")


class World:
    """Olga's account with a webinar, registrants, a session that is over, presenters and a webhook."""

    def __init__(self) -> None:
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200))
        self.olga = olga = sign_up(new_sandbox(webhook_transport=transport), "olga@northwind.example", is_admin=True)
        self.organizer_key, self.account_key = olga.organizer_key, account_of(olga)
        questions = [{"text": "Heard where?", "choices": ["Mail", "Friend"]}, {"text": "Hopes?"}]
        body = {"organizer_key": olga.organizer_key, "fields": ["industry"], "questions": questions, "registrants": 2}
        self.key = olga.control("webinars", body)["key"]
        webinar_path = f"{olga.webinars}/{self.key}"
        made = olga.post(f"{webinar_path}/registrants", ada(industry="Education")).json()
        self.registrant_key = made["registrantKey"]
        self._hold_session()
        self.coorganizer_key, self.panelist_key = self._add_presenters(webinar_path)
        self.webhook_key, self.subscription_key = self._add_webhook()

    def _hold_session(self) -> None:
        """Have Ada in a session that is over, with a recording, a poll, a survey and a question."""
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        session = times | {"people": [{"email": "ada@example.com"}]}
        self.session_key = self.olga.control(f"webinars/{self.key}/attendance", session)["session_key"]
        self.olga.control(f"webinars/{self.key}/recordings", times)
        answers = [{"email": "ada@example.com", "answers": ["Yes"]}]
        for kind in ("poll", "survey"):
            poll = {"kind": kind, "question": "Clear?", "choices": ["Yes", "No"], "answers": answers}
            self.olga.control(f"webinars/{self.key}/polls", poll)
        question = {"email": "ada@example.com", "question": "Which rung?", "answer": "The third from the top."}
        self.olga.control(f"webinars/{self.key}/questions", question)

    def _add_presenters(self, webinar_path: str) -> tuple[str, str]:
        guest = {"external": True, "givenName": "Gil Ast", "email": "gil@example.org"}
        panelist = {"name": "Pia Noss", "email": "pia@example.org"}
        (coorganizer,) = self.olga.post(f"{webinar_path}/coorganizers", [guest]).json()
        (presenter,) = self.olga.post(f"{webinar_path}/panelists", [panelist]).json()
        return str(coorganizer["memberKey"]), str(presenter["panelistKey"])

    def _add_webhook(self) -> tuple[str, str]:
        hook = {"callbackUrl": CALLBACK, "eventName": "registrant.added", "eventVersion": "1.0.0", "product": "g2w"}
        made = self.olga.post(f"{WEBINAR}/webhooks", [hook]).json()
        webhook_key = made["_embedded"]["webhooks"][0]["webhookKey"]
        made = self.olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": webhook_key}]).json()
        return webhook_key, made["_embedded"]["userSubscriptions"][0]["userSubscriptionKey"]

    @property
    def of_webinar(self) -> tuple[str, str]:
        """The keys most paths begin with."""
        return self.organizer_key, self.key

    @property
    def of_session(self) -> tuple[str, str, str]:
        return (*self.of_webinar, self.session_key)

    @property
    def of_attendee(self) -> tuple[str, str, str, str]:
        return (*self.of_session, self.registrant_key)


def in_session(world: World) -> Any:
    """Ask for the running webinars while there is one."""
    world.olga.control(f"webinars/{world.key}/launch")
    return webinar.get_in_session_webinars(world.organizer_key, to_time=LATER)


def create(world: World) -> Any:
    mails = webinar.WebinarEmailSettings(confirmation_email=webinar.EmailSettings(enabled=False))
    wanted = webinar.WebinarReqCreate(subject="Safety", times=TIMES, time_zone="America/New_York", email_settings=mails)
    return webinar.create_webinar(world.organizer_key, wanted)


def create_webhooks(world: World) -> Any:
    wanted = webinar.CreateWebhookRequest(callback_url=CALLBACK, event_name="registrant.joined")
    return webinar.create_webhooks([wanted])


def update_subscriptions(world: World) -> Any:
    change = webinar.UpdateUserSubscriptionsRequest(
        webhook_key=world.webhook_key,
        user_subscription_key=world.subscription_key,
        user_subscription_state="INACTIVE",
    )
    return webinar.update_user_subscriptions([change])


CALLS: dict[str, Call[World]] = {
    "getAllAccountWebinars": lambda w: webinar.get_all_account_webinars(w.account_key, LONG_AGO, LATER),
    "getOrganizerSessions": lambda w: webinar.get_organizer_sessions(w.organizer_key, LONG_AGO, LATER),
    "getWebinars": lambda w: webinar.get_webinars(w.organizer_key, LONG_AGO, LATER),
    "createWebinar": create,
    "getInSessionWebinars": in_session,
    "getWebinar": lambda w: webinar.get_webinar(*w.of_webinar),
    "updateWebinar": lambda w: webinar.update_webinar(*w.of_webinar, webinar.WebinarReqUpdate(subject="Safety first")),
    "cancelWebinar": lambda w: webinar.cancel_webinar(*w.of_webinar, send_cancellation_emails=True),
    "getAttendeesForAllWebinarSessions": lambda w: webinar.get_attendees_for_all_webinar_sessions(*w.of_webinar),
    "getCoorganizers": lambda w: webinar.get_coorganizers(*w.of_webinar),
    "createCoorganizers": lambda w: webinar.create_coorganizers(*w.of_webinar, [GIL]),
    "deleteCoorganizer": lambda w: webinar.delete_coorganizer(*w.of_webinar, w.coorganizer_key, external=True),
    "resendCoorganizerInvitation": lambda w: webinar.resend_coorganizer_invitation(
        *w.of_webinar, w.coorganizer_key, external=True
    ),
    "getWebinarMeetingTimes": lambda w: webinar.get_webinar_meeting_times(*w.of_webinar),
    "getPanelists": lambda w: webinar.get_panelists(*w.of_webinar),
    "createPanelists": lambda w: webinar.create_panelists(*w.of_webinar, [PIA]),
    "resendPanelistInvitation": lambda w: webinar.resend_panelist_invitation(*w.of_webinar, w.panelist_key),
    "deleteWebinarPanelist": lambda w: webinar.delete_webinar_panelist(*w.of_webinar, w.panelist_key),
    "getAudioInformation": lambda w: webinar.get_audio_information(*w.of_webinar),
    "updateAudioInformation": lambda w: webinar.update_audio_information(
        *w.of_webinar, webinar.AudioUpdate(type="VOIP")
    ),
    "getPerformanceForAllWebinarSessions": lambda w: webinar.get_performance_for_all_webinar_sessions(*w.of_webinar),
    "getStartUrl": lambda w: webinar.get_start_url(w.key),
    "copyWebinar": lambda w: webinar.copy_webinar(w.key, webinar.CopyWebinar(times=TIMES)),
    "getAllRegistrantsForWebinar": lambda w: webinar.get_all_registrants_for_webinar(*w.of_webinar),
    "createRegistrant": lambda w: webinar.create_registrant(*w.of_webinar, BO),
    "deleteRegistrant": lambda w: webinar.delete_registrant(*w.of_webinar, w.registrant_key),
    "getRegistrant": lambda w: webinar.get_registrant(*w.of_webinar, w.registrant_key),
    "getRegistrationFields": lambda w: webinar.get_registration_fields(*w.of_webinar),
    "getAllSessions": lambda w: webinar.get_all_sessions(*w.of_webinar),
    "getWebinarSession": lambda w: webinar.get_webinar_session(*w.of_session),
    "getAttendees": lambda w: webinar.get_attendees(*w.of_session),
    "getAttendee": lambda w: webinar.get_attendee(*w.of_attendee),
    "getAttendeePollAnswers": lambda w: webinar.get_attendee_poll_answers(*w.of_attendee),
    "getAttendeeQuestions": lambda w: webinar.get_attendee_questions(*w.of_attendee),
    "getAttendeeSurveyAnswers": lambda w: webinar.get_attendee_survey_answers(*w.of_attendee),
    "getPerformance": lambda w: webinar.get_performance(*w.of_session),
    "getPolls": lambda w: webinar.get_polls(*w.of_session),
    "getQuestions": lambda w: webinar.get_questions(*w.of_session),
    "getSurveys": lambda w: webinar.get_surveys(*w.of_session),
    "searchAssets": lambda w: webinar.search_assets(webinar.AssetsSearchReq(account_key=w.account_key)),
    "searchAssetsForAdmin": lambda w: webinar.search_assets_for_admin(
        w.account_key,
        webinar.AssetsSearchRequestForAdmin(organizer_key=w.organizer_key),
        includes=["recordingShareUrl", "webinarKey"],
    ),
    "getRecordingAssets": lambda w: webinar.get_recording_assets(w.key),
    "createSecretKey": lambda w: webinar.create_secret_key(webinar.SecretKeyRequest()),
    "createWebhooks": create_webhooks,
    "updateWebhooks": lambda w: webinar.update_webhooks(
        [webinar.UpdateWebhooksRequest(webhook_key=w.webhook_key, state="ACTIVE")]
    ),
    "getWebhooks": lambda w: webinar.get_webhooks(),
    "deleteWebhooks": lambda w: webinar.delete_webhooks([w.webhook_key]),
    "getWebhook": lambda w: webinar.get_webhook(w.webhook_key),
    "createUserSubscriptions": lambda w: webinar.create_user_subscriptions(
        [webinar.CreateUserSubscriptionRequest(webhook_key=w.webhook_key)]
    ),
    "updateUserSubscriptions": update_subscriptions,
    "getUserSubscriptions": lambda w: webinar.get_user_subscriptions(),
    "deleteUserSubscriptions": lambda w: webinar.delete_user_subscriptions([w.subscription_key]),
    "getUserSubscription": lambda w: webinar.get_user_subscription(w.subscription_key),
}
