"""Everything the sandbox remembers, as tables of records that know what changed."""

from bisect import insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from greenroom.sandbox import entities
from greenroom.sandbox.crowds import Crowd, Registrations, is_generated_key
from greenroom.sandbox.entities import Presence, Registrant
from greenroom.sandbox.faults import Fault
from greenroom.sandbox.persistence import Row, Store
from greenroom.sandbox.tables import Table


class Users(Table[entities.User]):
    """
    The people with a login.

    A removed one is not found and not listed, but `users[key]` still has the record: what they held keeps its owner.
    """

    def get(self, key: str) -> entities.User | None:
        user = self._rows.get(key)
        return None if user is None or user.is_removed else user

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __iter__(self) -> Iterator[entities.User]:
        return (user for user in list(self._rows.values()) if not user.is_removed)


class Meta(msgspec.Struct):
    """Small things that must survive a restart."""

    issued: int = 0
    switches: dict[str, Any] = msgspec.field(default_factory=dict)
    clock_offset_seconds: float = 0.0
    clock_frozen_at: datetime | None = None
    clock_speed: float = 1.0
    clock_since: datetime | None = None
    gone: dict[str, list[int]] = msgspec.field(default_factory=dict)  # webinar key -> places of its crowd


class State:
    """The tables, with an index of registrants by event and by e-mail."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.accounts = Table("account", entities.Account)
        self.users = Users("user", entities.User)
        self.clients = Table("client", entities.Client)
        self.codes = Table("code", entities.AuthorizationCode)
        self.tokens = Table("token", entities.Token)
        self.sign_ins = Table("sign_in", entities.SignIn)
        self.host_passes = Table("host_pass", entities.HostPass)
        self.webinars = Table("webinar", entities.Webinar)
        self.trainings = Table("training", entities.Training)
        self.meetings = Table("meeting", entities.Meeting)
        self.groups = Table("group", entities.Group)
        self.licences = Table("licence", entities.Licence)
        self.organization_groups = Table("organization_group", entities.OrganizationGroup)
        self.companies = Table("company", entities.Company)
        self.machines = Table("machine", entities.Machine)
        self.assist_sessions = Table("assist_session", entities.AssistSession)
        self.assist_recordings = Table("assist_recording", entities.AssistRecording)
        self.system_links = Table("system_link", entities.SystemLink)
        self.tickets = Table("ticket", entities.Ticket)
        self.seeit_sessions = Table("seeit_session", entities.SeeitSession)
        self.scenarios = Table("scenario", entities.Scenario)
        self.registrants = Table("registrant", Registrant)
        self.sessions = Table("session", entities.Session)
        self.presences = Table("presence", Presence)
        self.recordings = Table("recording", entities.Recording)
        self.polls = Table("poll", entities.Poll)
        self.questions = Table("question", entities.AskedQuestion)
        self.secrets = Table("secret", entities.WebhookSecret)
        self.webhooks = Table("webhook", entities.Webhook)
        self.subscriptions = Table("subscription", entities.Subscription)
        self.deliveries = Table("delivery", entities.Delivery)
        self.mails = Table("mail", entities.Mail)
        self.faults = Table("fault", Fault)
        self.metas = Table("meta", Meta)
        self._by_event: dict[str, dict[str, Registrant]] = {}
        self._by_email: dict[tuple[str, str], Registrant] = {}
        self._by_number: dict[tuple[str, int], Registrant] = {}
        self._crowds: dict[str, Crowd] = {}
        self._in_session: dict[str, dict[str, Presence]] = {}
        self.meta = Meta()
        self._load()

    def _tables(self) -> list[Table[Any]]:
        return [value for value in vars(self).values() if isinstance(value, Table)]

    def _load(self) -> None:
        if self._store is not None:
            for table in self._tables():
                for key, document in self._store.read(table.kind):
                    row = table.load(key, document)
                    if isinstance(row, Registrant) and not is_generated_key(row.key):
                        self._index(row)
                    elif isinstance(row, Presence):
                        self._in_session.setdefault(row.session_key, {})[row.registrant_key] = row
        self.meta = self.metas.get("meta") or Meta()
        for webinar in self.webinars:
            self.raise_crowd(webinar)
        for key in [row.key for row in self.registrants if is_generated_key(row.key)]:
            self._override(self.registrants[key])

    def save(self) -> None:
        """Write what changed since the last save."""
        if self._store is None:
            for table in self._tables():
                table.forget_changes()
            return
        changed: list[Row] = []
        removed: list[tuple[str, str]] = []
        for table in self._tables():
            more_changed, more_removed = table.take_changes()
            changed += more_changed
            removed += more_removed
        if changed or removed:
            self._store.write(changed, removed)

    def clear(self) -> None:
        """Forget everything, in the file too."""
        for table in self._tables():
            table.clear()
        self._by_event.clear()
        self._by_email.clear()
        self._by_number.clear()
        self._crowds.clear()
        self._in_session.clear()
        self.meta = Meta()
        if self._store is not None:
            self._store.clear()

    def save_meta(self) -> None:
        self.metas.put("meta", self.meta)

    # Keys. A counter scattered by odd multipliers: never twice, not in order, the same on every run, and
    # 19 digits long, beyond what a 64-bit float holds exactly, as GoTo's are (observed).

    def _issue(self) -> int:
        self.meta.issued += 1
        self.save_meta()
        return self.meta.issued

    def new_key(self) -> str:
        return str(10**18 + (self._issue() * 0x9E3779B97F4A7C15 + 0x51D) % 2**62)

    def new_session_key(self) -> str:
        return str(10**7 + (self._issue() * 7_654_321) % (9 * 10**7 - 1))

    def new_number(self) -> int:
        """A nine-digit number."""
        return 10**8 + (self._issue() * 387_420_489) % (9 * 10**8 - 7)

    # Registrants

    def _index(self, registrant: Registrant) -> None:
        self._by_event.setdefault(registrant.event_key, {})[registrant.key] = registrant
        self._by_email[registrant.event_key, registrant.email.lower()] = registrant
        self._by_number[registrant.event_key, registrant.number] = registrant

    def raise_crowd(self, webinar: entities.Webinar) -> None:
        """Give a webinar the generated registrants it says it has."""
        if webinar.generated:
            self._crowds[webinar.key] = Crowd(webinar)
            self._crowds[webinar.key].gone = self.meta.gone.get(webinar.key, [])

    def _override(self, registrant: Registrant) -> None:
        """Keep a changed record in the place of a generated one."""
        crowd = self._crowds.get(registrant.event_key)
        place = crowd.place_of_key(registrant.key) if crowd is not None else None
        if crowd is not None and place is not None:
            crowd.changed[place] = registrant

    def change_registrant(self, registrant: Registrant) -> None:
        """Mark a registrant as changed."""
        self.registrants.put(registrant.key, registrant)
        if is_generated_key(registrant.key):
            self._override(registrant)

    def add_registrant(self, registrant: Registrant) -> None:
        self.registrants.put(registrant.key, registrant)
        self._index(registrant)

    def remove_registrant(self, registrant: Registrant) -> None:
        self.registrants.remove(registrant.key)
        crowd = self._crowds.get(registrant.event_key)
        place = crowd.place_of_key(registrant.key) if crowd is not None else None
        if crowd is not None and place is not None:
            insort(self.meta.gone.setdefault(registrant.event_key, crowd.gone), place)
            crowd.gone = self.meta.gone[registrant.event_key]
            crowd.changed.pop(place, None)
            self.save_meta()
            return
        self._by_event.get(registrant.event_key, {}).pop(registrant.key, None)
        self._by_email.pop((registrant.event_key, registrant.email.lower()), None)
        self._by_number.pop((registrant.event_key, registrant.number), None)

    def remove_registrants_of(self, event_key: str) -> None:
        """Delete all registrations of an event."""
        crowd = self._crowds.pop(event_key, None)
        for registrant in list(crowd.changed.values()) if crowd is not None else []:
            self.registrants.remove(registrant.key)
        if self.meta.gone.pop(event_key, None) is not None:
            self.save_meta()
        for registrant in list(self._by_event.pop(event_key, {}).values()):
            self.remove_registrant(registrant)

    def registrants_of(self, event_key: str) -> Sequence[Registrant]:
        """All registrants of an event in the order they signed up; a crowd is worked out as one goes along."""
        others = list(self._by_event.get(event_key, {}).values())
        return Registrations(self._crowds[event_key], others) if event_key in self._crowds else others

    def has_crowd(self, event_key: str) -> bool:
        return event_key in self._crowds

    def count_registrants(self, event_key: str) -> int:
        crowd = self._crowds.get(event_key)
        return len(self._by_event.get(event_key, {})) + (len(crowd) if crowd is not None else 0)

    def count_denied(self, event_key: str) -> int:
        """How many registrations were denied; nobody of a crowd is, unless somebody decided so."""
        crowd = self._crowds.get(event_key)
        known = [*self._by_event.get(event_key, {}).values(), *(crowd.changed.values() if crowd is not None else ())]
        return sum(registrant.status == "DENIED" for registrant in known)

    def registrant_of(self, event_key: str, registrant_key: str) -> Registrant | None:
        found = self._by_event.get(event_key, {}).get(registrant_key)
        return found or (self._crowds[event_key].by_key(registrant_key) if event_key in self._crowds else None)

    def registrant_by_email(self, event_key: str, email: str) -> Registrant | None:
        found = self._by_email.get((event_key, email.lower()))
        return found or (self._crowds[event_key].by_email(email) if event_key in self._crowds else None)

    def registrant_by_number(self, event_key: str, number: int) -> Registrant | None:
        found = self._by_number.get((event_key, number))
        return found or (self._crowds[event_key].by_number(number) if event_key in self._crowds else None)

    # Events and sessions

    def event(self, key: str) -> entities.Event | None:
        return self.webinars.get(key) or self.trainings.get(key) or self.meetings.get(key)

    def touch_event(self, event: entities.Event) -> None:
        """Mark an event as changed."""
        if isinstance(event, entities.Webinar):
            self.webinars.put(event.key, event)
        elif isinstance(event, entities.Training):
            self.trainings.put(event.key, event)
        else:
            self.meetings.put(event.key, event)

    def sessions_of(self, event_key: str) -> list[entities.Session]:
        return sorted((s for s in self.sessions if s.event_key == event_key), key=lambda s: s.started_at)

    def put_presence(self, presence: Presence) -> None:
        self.presences.put(presence.key, presence)
        self._in_session.setdefault(presence.session_key, {})[presence.registrant_key] = presence

    def presence_of(self, session_key: str, registrant_key: str) -> Presence | None:
        return self._in_session.get(session_key, {}).get(registrant_key)

    def presences_of(self, session_key: str) -> list[Presence]:
        return list(self._in_session.get(session_key, {}).values())

    def user_by_email(self, email: str) -> entities.User | None:
        return next((user for user in self.users if user.email.lower() == email.strip().lower()), None)
