"""Everything the sandbox remembers, as tables of records that know what changed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from greenroom.sandbox import entities
from greenroom.sandbox.entities import Presence, Registrant
from greenroom.sandbox.persistence import Row, Store

T = TypeVar("T")


class Table(Generic[T]):
    """Records of one kind by key, and the keys changed since the last write."""

    def __init__(self, kind: str, record: type[T]) -> None:
        self.kind = kind
        self.record = record
        self._rows: dict[str, T] = {}
        self._dirty: dict[str, None] = {}  # keeps the order of first change

    def get(self, key: str) -> T | None:
        return self._rows.get(key)

    def __getitem__(self, key: str) -> T:
        return self._rows[key]

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._rows.values()))

    def put(self, key: str, row: T) -> None:
        """Store a new or changed record."""
        self._rows[key] = row
        self._dirty[key] = None

    def remove(self, key: str) -> None:
        if self._rows.pop(key, None) is not None:
            self._dirty[key] = None

    def clear(self) -> None:
        self._rows.clear()
        self._dirty.clear()

    def load(self, key: str, document: bytes) -> T:
        row = msgspec.json.decode(document, type=self.record)
        self._rows[key] = row
        return row

    def take_changes(self) -> tuple[list[Row], list[tuple[str, str]]]:
        """Hand over changed rows and deleted keys, and forget that they changed."""
        encode = msgspec.json.encode
        changed = [(self.kind, key, encode(self._rows[key])) for key in self._dirty if key in self._rows]
        removed = [(self.kind, key) for key in self._dirty if key not in self._rows]
        self._dirty.clear()
        return changed, removed


class Meta(msgspec.Struct):
    """Small things that must survive a restart."""

    issued: int = 0
    switches: dict[str, Any] = msgspec.field(default_factory=dict)
    clock_offset_seconds: float = 0.0
    clock_frozen_at: datetime | None = None


class State:
    """The tables, with an index of registrants by event and by e-mail."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.accounts = Table("account", entities.Account)
        self.users = Table("user", entities.User)
        self.clients = Table("client", entities.Client)
        self.codes = Table("code", entities.AuthorizationCode)
        self.tokens = Table("token", entities.Token)
        self.sign_ins = Table("sign_in", entities.SignIn)
        self.host_passes = Table("host_pass", entities.HostPass)
        self.webinars = Table("webinar", entities.Webinar)
        self.trainings = Table("training", entities.Training)
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
        self.metas = Table("meta", Meta)
        self._by_event: dict[str, dict[str, Registrant]] = {}
        self._by_email: dict[tuple[str, str], Registrant] = {}
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
                    if isinstance(row, Registrant):
                        self._index(row)
                    elif isinstance(row, Presence):
                        self._in_session.setdefault(row.session_key, {})[row.registrant_key] = row
        self.meta = self.metas.get("meta") or Meta()

    def save(self) -> None:
        """Write what changed since the last save."""
        if self._store is None:
            for table in self._tables():
                table._dirty.clear()
            return
        changed: list[Row] = []
        removed: list[tuple[str, str]] = []
        for table in self._tables():
            if table._dirty:
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

    def add_registrant(self, registrant: Registrant) -> None:
        self.registrants.put(registrant.key, registrant)
        self._index(registrant)

    def remove_registrant(self, registrant: Registrant) -> None:
        self.registrants.remove(registrant.key)
        self._by_event.get(registrant.event_key, {}).pop(registrant.key, None)
        self._by_email.pop((registrant.event_key, registrant.email.lower()), None)

    def registrants_of(self, event_key: str) -> list[Registrant]:
        """All registrants of an event in the order they signed up."""
        return list(self._by_event.get(event_key, {}).values())

    def count_registrants(self, event_key: str) -> int:
        return len(self._by_event.get(event_key, {}))

    def registrant_of(self, event_key: str, registrant_key: str) -> Registrant | None:
        return self._by_event.get(event_key, {}).get(registrant_key)

    def registrant_by_email(self, event_key: str, email: str) -> Registrant | None:
        return self._by_email.get((event_key, email.lower()))

    # Events and sessions

    def event(self, key: str) -> entities.Event | None:
        return self.webinars.get(key) or self.trainings.get(key)

    def touch_event(self, event: entities.Event) -> None:
        """Mark an event as changed."""
        if isinstance(event, entities.Webinar):
            self.webinars.put(event.key, event)
        else:
            self.trainings.put(event.key, event)

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
