"""What products have in common for which nobody signs up: everybody joins by the event's own link."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NoReturn

from greenroom.goto import GoTo
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.products.base import (
    AnswersData,
    RecordingData,
    Registered,
    RegistrantData,
    RegistrantListing,
    SessionData,
    TeamMemberData,
    Words,
)
from greenroom.hub.events.registration_form import Answers, RegistrationForm


class WithoutSignUp:
    """Base of products without `Ability.REGISTER`: nothing here calls GoTo, and what needs a sign-up is refused."""

    words: Words
    sends_webhooks = False
    longest_date: timedelta | None = None
    registrant_lag = timedelta(0)

    def _refuse(self) -> NoReturn:
        raise StateConflictError(f"GoTo has no such thing for a {self.words.one.lower()}.")

    def get_registration_form(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrationForm:
        """Return a form that asks nothing."""
        return RegistrationForm(fields=())

    def list_registrants(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrantListing:
        """Return nobody."""
        return RegistrantListing("", lambda: ())

    def get_registrant(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> RegistrantData:
        """Refuse: nobody is signed up."""
        self._refuse()

    def register(self, goto: GoTo, organizer_key: str, event_key: str, answers: Answers) -> Registered:
        """Refuse: nobody signs up."""
        self._refuse()

    def cancel_registration(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> None:
        """Do nothing: nobody is signed up."""

    def resend_confirmation(self, goto: GoTo, organizer_key: str, event_key: str, registrant: RegistrantData) -> None:
        """Refuse: nobody was sent one."""
        self._refuse()

    def list_team(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[TeamMemberData]:
        """Return nobody."""
        return ()

    def add_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Refuse: the organizer is alone."""
        self._refuse()

    def remove_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Do nothing: the organizer is alone."""

    def list_recordings(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[RecordingData]:
        """Return none."""
        return ()

    def get_recording_url(self, goto: GoTo, organizer_key: str, event_key: str, recording_key: str) -> str:
        """Refuse: there is none."""
        self._refuse()

    def list_answers(self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData) -> AnswersData:
        """Return none."""
        return AnswersData((), (), (), "")
