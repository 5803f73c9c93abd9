"""The demo: two training companies with events before, now and behind them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from greenroom.sandbox import rooms
from greenroom.sandbox.assist import store as assist_store
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    Account,
    Choice,
    Event,
    FieldSetting,
    Meeting,
    MeetingKind,
    Presence,
    Question,
    Recording,
    Registrant,
    Stay,
    TimeRange,
    Training,
    User,
    Webinar,
)
from greenroom.sandbox.meeting import store as meeting_store
from greenroom.sandbox.oauth import store as oauth_store
from greenroom.sandbox.seed_people import Person, demo_people
from greenroom.sandbox.training import store as training_store
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import standard_fields
from greenroom.sandbox.webinar.store import WebinarPlan

PASSWORD = "sandbox"  # noqa: S105  a published demo password
PEOPLE = 200


def add_account(core: Core, name: str) -> Account:
    account = Account(core.state.new_key(), name)
    core.state.accounts.put(account.key, account)
    return account


def add_user(
    core: Core,
    account: Account,
    first_name: str,
    last_name: str,
    email: str,
    time_zone: str,
    *,
    is_admin: bool = False,
    password: str = PASSWORD,
) -> User:
    user = User(
        key=core.state.new_key(),
        account_key=account.key,
        first_name=first_name,
        last_name=last_name,
        email=email,
        password=password,
        time_zone=time_zone,
        created_at=core.clock.now().replace(microsecond=0),
        is_admin=is_admin,
    )
    core.state.users.put(user.key, user)
    return user


def seed_demo(core: Core) -> None:
    """Fill an empty sandbox; leave one with accounts in it alone. Times lie around the clock's present."""
    if len(core.state.accounts):
        return
    northwind = add_account(core, "Northwind Academy")
    olga = add_user(core, northwind, "Olga", "Ortiz", "olga@northwind.example", "America/New_York", is_admin=True)
    omar = add_user(core, northwind, "Omar", "Haddad", "omar@northwind.example", "America/Chicago")
    harbor = add_account(core, "Harbor Safety Training")
    hanna = add_user(core, harbor, "Hanna", "Berg", "hanna@harbor.example", "Europe/Amsterdam", is_admin=True)
    demo = Demo(core)
    demo.olgas_upcoming_webinars(olga)
    demo.olgas_live_webinar(olga)
    demo.olgas_past_webinars(olga)
    demo.olgas_trainings(olga, omar)
    demo.omars_webinars(omar)
    demo.hannas_events(hanna)
    demo.meetings(olga, omar)
    demo.customers(olga)


class Demo:
    """Builds the demo's events around one present."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.now = core.clock.now().replace(second=0, microsecond=0)
        self.people = demo_people(PEOPLE)

    def at(self, days: float, hour: int | None = None) -> datetime:
        """Some days from now; at a full hour UTC when one is given."""
        instant = self.now + timedelta(days=days)
        return instant if hour is None else instant.replace(hour=hour, minute=0)

    def webinar(self, organizer: User, subject: str, starts_at: datetime, minutes: int, **more: object) -> Webinar:
        return self.webinars(organizer, subject, [(starts_at, minutes)], **more)[0]

    def webinars(
        self, organizer: User, subject: str, dates: list[tuple[datetime, int]], **more: object
    ) -> list[Webinar]:
        times = [TimeRange(start, start + timedelta(minutes=minutes)) for start, minutes in dates]
        webinars = webinar_store.create(self.core, organizer, WebinarPlan(subject, times, **more))  # type: ignore[arg-type]
        for webinar in webinars:
            webinar.created_at = min(self.now, times[0].starts_at) - timedelta(days=30)
        return webinars

    def training(
        self, organizer: User, name: str, dates: list[tuple[datetime, int]], description: str, *, others: list[User]
    ) -> Training:
        times = [TimeRange(start, start + timedelta(minutes=minutes)) for start, minutes in dates]
        training = training_store.schedule(
            self.core,
            organizer,
            name=name,
            times=times,
            time_zone=organizer.time_zone,
            description=description,
            organizer_keys=[other.key for other in others],
        )
        training.created_at = min(self.now, times[0].starts_at) - timedelta(days=30)
        return training

    def register(self, event: Webinar | Training, people: list[Person]) -> list[Registrant]:
        """Sign people up over the three weeks before now or before the event, ever more towards its start."""
        until = min(self.now, event.times[0].starts_at) - timedelta(minutes=5)
        registrants = []
        for position, (first_name, last_name, email) in enumerate(people):
            share = (position + 1) / len(people)
            at = until - timedelta(days=21) * (1 - share**0.5)
            registrants.append(self._register(event, first_name, last_name, email, at, position))
        return registrants

    def _register(
        self, event: Webinar | Training, first_name: str, last_name: str, email: str, at: datetime, position: int
    ) -> Registrant:
        if not isinstance(event, Webinar):
            return training_store.register(
                self.core, event, first_name=first_name, last_name=last_name, email=email, at=at
            )
        sent: dict[str, object] = {"firstName": first_name, "lastName": last_name, "email": email}
        sent |= _field_answers(event, position)
        if position % 4 == 0:
            sent["source"] = ("newsletter", "website", "partner")[position // 4 % 3]
        registrant = webinar_store.register(self.core, event, sent, is_announced=False, at=at)
        registrant.is_late = False
        return registrant

    def hold(self, event: Event, registrants: list[Registrant], *, late_minutes: int = 0, ran_minutes: int) -> None:
        """Write a session that is over, with the attendance of a usual crowd."""
        started_at = event.times[0].starts_at + timedelta(minutes=late_minutes)
        ended_at = started_at + timedelta(minutes=ran_minutes)
        stays = {
            registrant.key: found
            for position, registrant in enumerate(registrants)
            if (found := _stays(position, started_at, ended_at))
        }
        rooms.record_session(self.core, event, started_at=started_at, ended_at=ended_at, stays=stays)

    def record(self, event: Event, *, minutes: int) -> None:
        start = event.times[0].starts_at
        recording = Recording(
            self.core.state.new_key(), event.key, event.title, start, start + timedelta(minutes=minutes)
        )
        self.core.state.recordings.put(recording.key, recording)

    def fill_room(self, event: Webinar | Training, registrants: list[Registrant], *, minutes_ago: int) -> None:
        """Launch, let people in over the first minutes, and let a few leave."""
        started_at = self.now - timedelta(minutes=minutes_ago)
        rooms.launch(self.core, event, organizer_key=event.organizer_key, at=started_at)
        for position, registrant in enumerate(registrants):
            joined_at = started_at + timedelta(seconds=5 + position * 9 % (minutes_ago * 60 - 60))
            rooms.enter(self.core, event, registrant, at=joined_at)
            if position % 16 == 15:
                rooms.leave(self.core, event, registrant.key, at=joined_at + timedelta(seconds=40))

    # Northwind Academy, Olga

    def olgas_upcoming_webinars(self, olga: User) -> None:
        people = self.people
        soon = self.webinar(
            olga,
            "Ladder safety basics",
            self.at(0) + timedelta(minutes=40),
            60,
            description="How to choose, check and climb a ladder. For everyone who works above the floor.",
            fields=[FieldSetting("organization"), FieldSetting("phone")],
        )
        self.register(soon, people[:64])
        careers = self.webinar(
            olga,
            "Coaching new team leads",
            self.at(2, 15),
            75,
            description="Small group; we look at each registration before the day.",
            approval="MANUAL",
        )
        for position, registrant in enumerate(self.register(careers, people[20:44])):
            registrant.status = "APPROVED" if position < 14 else "DENIED" if position < 16 else "WAITING"
        balance = self.webinar(
            olga,
            "Reading a balance sheet",
            self.at(5, 14),
            90,
            description="Assets, liabilities and what is left: the five lines that matter.",
            registration_limit=50,
        )
        self.register(balance, people[50:98])
        survey = self.webinar(
            olga,
            "Planning a customer day",
            self.at(9, 16),
            60,
            description="From the first idea to the last thank-you note.",
            fields=[FieldSetting(name, name in ("country", "organization")) for name in standard_fields()],
            questions=[
                Question(
                    key=self.core.state.new_number(),
                    text="How did you hear about us?",
                    kind="multipleChoice",
                    is_required=True,
                    max_size=0,
                    choices=[Choice(0, "E-mail"), Choice(1, "A colleague"), Choice(2, "Search"), Choice(3, "Other")],
                ),
                Question(key=self.core.state.new_number(), text="What do you hope to take home?", kind="shortAnswer"),
            ],
        )
        self.register(survey, people[100:126])
        start = self.at(12, 17)
        sequence = self.webinars(
            olga,
            "First aid refresher",
            [(start + timedelta(weeks=week), 60) for week in range(3)],
            description="Three evenings, one registration: breathing, bleeding, burns.",
            recurrence="sequence",
        )[0]
        self.register(sequence, people[10:47])
        start = self.at(20, 13)
        series = self.webinars(
            olga,
            "Spreadsheet clinic",
            [(start + timedelta(weeks=week), 45) for week in range(3)],
            description="Bring your own sheet. Each date stands alone.",
            recurrence="series",
        )
        for number, webinar in enumerate(series):
            self.register(webinar, people[60 + 10 * number : 78 + 8 * number])
        self.webinar(olga, "What is new this winter", self.at(40, 18), 45, description="The season's courses in brief.")

    def olgas_live_webinar(self, olga: User) -> None:
        live = self.webinar(
            olga,
            "Working safely at height",
            self.now - timedelta(minutes=10),
            120,
            description="Ropes, rails and rescue, with questions throughout.",
        )
        registrants = self.register(live, self.people[:80])
        self.fill_room(live, registrants[1:49], minutes_ago=10)

    def olgas_past_webinars(self, olga: User) -> None:
        plans = (
            ("Fire drills that work", -3, 15, 60, slice(0, 72), 2, 58),
            ("Writing clear instructions", -9, 14, 45, slice(0, 51), 0, 50),
            ("Lifting without hurting your back", -16, 16, 60, slice(1, 90), 4, 56),
            ("Budgeting for small teams", -24, 13, 90, slice(30, 75), 1, 84),
            ("Welcoming a new colleague", -38, 17, 60, slice(90, 150), 0, 61),
        )
        for subject, days, hour, minutes, who, late, ran in plans:
            webinar = self.webinar(
                olga, subject, self.at(days, hour), minutes, description=f"Recorded session: {subject}."
            )
            registrants = self.register(webinar, self.people[who])
            self.hold(webinar, registrants, late_minutes=late, ran_minutes=ran)
            if days > -20:
                self.record(webinar, minutes=ran)
        # Lena saw all of the first and one second of the second; see _stays for the first registrant.
        self.one_second_for("Writing clear instructions", "lena@example.com")
        self.one_at_the_door("Fire drills that work", self.people[3])
        never = self.webinar(olga, "Quarterly questions hour", self.at(-6, 15), 30, description="Was not held.")
        self.register(never, self.people[:12])

    def one_second_for(self, subject: str, email: str) -> None:
        """Make somebody's attendance of a past webinar one second."""
        webinar = next(w for w in self.core.state.webinars if w.subject == subject)
        session = self.core.state.sessions_of(webinar.key)[0]
        registrant = self.core.state.registrant_by_email(webinar.key, email)
        presence = self.core.state.presence_of(session.key, registrant.key) if registrant is not None else None
        if presence is not None:
            joined_at = session.started_at + timedelta(minutes=3)
            presence.stays = [Stay(joined_at, joined_at + timedelta(seconds=1))]
            self.core.state.put_presence(presence)

    def one_at_the_door(self, subject: str, person: Person) -> None:
        """Let somebody who signed up and did not come by that have come under another address, deleted since."""
        webinar = next(w for w in self.core.state.webinars if w.subject == subject)
        session = self.core.state.sessions_of(webinar.key)[0]
        first_name, last_name, _ = person
        address = f"{first_name}.{last_name}@home.example".lower()
        guest = self._register(webinar, first_name, last_name, address, session.started_at, 0)
        stays = [Stay(session.started_at + timedelta(minutes=2), session.ended_at or self.now)]
        self.core.state.put_presence(Presence(session.key, guest.key, first_name, last_name, address, stays))
        self.core.state.remove_registrant(guest)

    def olgas_trainings(self, olga: User, omar: User) -> None:
        people = self.people
        first = self.training(
            olga, "Forklift theory", [(self.at(1, 14), 180)], "The theory part, before the yard.", others=[omar]
        )
        self.register(first, people[5:23])
        second = self.training(
            olga,
            "Train the trainer",
            [(self.at(7, 14), 240), (self.at(8, 14), 240)],
            "Two days on teaching adults.",
            others=[],
        )
        self.register(second, people[30:42])
        third = self.training(
            olga, "Risk assessment workshop", [(self.at(27, 15), 120)], "With your own cases.", others=[]
        )
        self.register(third, people[:9])
        live = self.training(
            olga,
            "Safe chemical handling",
            [(self.now - timedelta(minutes=25), 90)],
            "Labels, storage, spills.",
            others=[],
        )
        self.fill_room(live, self.register(live, people[:16])[1:12], minutes_ago=25)
        for name, days, who in (("Incident reporting", -5, slice(0, 20)), ("Manual handling", -19, slice(14, 40))):
            past = self.training(olga, name, [(self.at(days, 14), 120)], f"{name}, with exercises.", others=[])
            registrants = self.register(past, people[who])
            self.hold(past, registrants, late_minutes=1, ran_minutes=117)
            self.record(past, minutes=117)

    # Omar, and Harbor Safety Training

    def omars_webinars(self, omar: User) -> None:
        future = self.webinar(omar, "Customer calls that end well", self.at(4, 16), 60, description="Listening first.")
        self.register(future, self.people[120:150])
        past = self.webinar(omar, "Telephone basics", self.at(-11, 16), 45, description="Greeting, hold, transfer.")
        self.hold(past, self.register(past, self.people[110:140]), ran_minutes=44)

    def hannas_events(self, hanna: User) -> None:
        people = self.people
        first = self.webinar(
            hanna, "Life jackets: fit and care", self.at(3, 9), 45, description="For crews and guests."
        )
        self.register(first, people[150:182])
        second = self.webinar(
            hanna, "Reading the weather map", self.at(18, 10), 60, description="Fronts, wind, timing."
        )
        self.register(second, people[140:165])
        past = self.webinar(
            hanna, "Mooring without shouting", self.at(-8, 9), 60, description="Hand signals that work."
        )
        self.hold(past, self.register(past, people[155:199]), ran_minutes=62)
        drill = self.training(hanna, "Radio licence course", [(self.at(6, 8), 300)], "One long day.", others=[])
        self.register(drill, people[160:174])
        over = self.training(hanna, "Man overboard drill", [(self.at(-13, 8), 150)], "On the water.", others=[])
        self.hold(over, self.register(over, people[170:190]), ran_minutes=149)

    # Meetings and customers, of Northwind

    def meetings(self, olga: User, omar: User) -> None:
        """Two held, one running, one planned and one that comes every week."""
        self.held_meeting(olga, "Course planning for the winter", days=-7, minutes=50, guests=6)
        self.held_meeting(omar, "Customer care, monthly review", days=-4, minutes=35, guests=4)
        live = self.meeting(olga, "Trainers' stand-up", self.now - timedelta(minutes=5), 30)
        rooms.launch(self.core, live, organizer_key=olga.key, at=self.now - timedelta(minutes=5))
        for position, (first_name, last_name, email) in enumerate(self.people[:3]):
            at = self.now - timedelta(minutes=4, seconds=-20 * position)
            meeting_store.enter(self.core, live, name=f"{first_name} {last_name}", email=email, at=at)
        self.meeting(olga, "Room plan with the venue", self.at(3, 13), 45)
        self.meeting(omar, "Weekly team hour", self.at(1, 9), 60, kind="recurring")

    def meeting(
        self, organizer: User, subject: str, starts_at: datetime, minutes: int, kind: MeetingKind = "scheduled"
    ) -> Meeting:
        ends_at = starts_at + timedelta(minutes=minutes)
        return meeting_store.schedule(
            self.core, organizer, subject=subject, kind=kind, starts_at=starts_at, ends_at=ends_at
        )

    def held_meeting(self, organizer: User, subject: str, *, days: int, minutes: int, guests: int) -> None:
        """A meeting in which one guest came twice and one gave no address."""
        meeting = self.meeting(organizer, subject, self.at(days, 14), 60)
        rooms.launch(self.core, meeting, organizer_key=organizer.key, at=meeting.starts_at)
        for position, (first_name, last_name, email) in enumerate(self.people[40 : 40 + guests]):
            name, email = f"{first_name} {last_name}", "" if position == 2 else email
            joined_at = meeting.starts_at + timedelta(seconds=15 + 40 * position)
            guest = meeting_store.enter(self.core, meeting, name=name, email=email, at=joined_at)
            if position == 1:
                rooms.leave(self.core, meeting, guest.registrant_key, at=joined_at + timedelta(minutes=10))
                again = joined_at + timedelta(minutes=14)
                meeting_store.enter(self.core, meeting, name=name, email=email, at=again)
        rooms.end(self.core, meeting, at=meeting.starts_at + timedelta(minutes=minutes))

    def customers(self, olga: User) -> None:
        assist_store.add_company(self.core, olga.account_key, "Harbour Works", ["Front desk", "Workshop"])
        assist_store.add_company(self.core, olga.account_key, "Millbrook School", ["Library"])
        waiting = assist_store.new_session(self.core, olga, oauth_store.DEFAULT_CLIENT_ID)
        waiting.customer_name, waiting.customer_email = "Lena Fischer", "lena@example.com"
        assist_store.open_session(self.core, waiting)


def _field_answers(webinar: Webinar, position: int) -> dict[str, object]:
    """Answer what the form asks, differently for different people."""
    texts = {
        "address": f"{position + 3} Mill Lane",
        "city": ("Lyon", "Leeds", "Porto", "Boston")[position % 4],
        "zipCode": f"{10000 + 37 * position}",
        "phone": f"+1 555 01{position % 100:02d}",
        "organization": ("Example Works", "Sample & Sons", "Placeholder Co-op", "Demo Freight")[position % 4],
        "jobTitle": ("Foreman", "Office manager", "Nurse", "Teacher", "Owner")[position % 5],
        "questionsAndComments": "Will there be slides?",
    }
    standard = standard_fields()
    answers: dict[str, object] = {}
    for number, setting in enumerate(webinar.fields):
        if setting.name in ("firstName", "lastName", "email") or (
            not setting.is_required and (position + number) % 3 == 0
        ):
            continue
        closed = standard[setting.name].answers
        answers[setting.name] = closed[(position * 13 + number) % len(closed)] if closed else texts[setting.name]
    responses: list[dict[str, object]] = []
    for question in webinar.questions:
        if question.kind == "multipleChoice":
            choice = question.choices[position % len(question.choices)]
            responses.append({"questionKey": question.key, "answerKey": choice.key})
        elif position % 2:
            responses.append({"questionKey": question.key, "responseText": "Ideas for our own day."})
    return answers | {"responses": responses}


def _stays(position: int, started_at: datetime, ended_at: datetime) -> list[Stay]:
    """
    Tell when the registrant at a position was in the room.

    The first was there from start to end. Of the others some never came, some came back after a break, some had
    two devices at once, some looked in for a second, some left early; most came a little late and stayed.
    """
    if position == 0:
        return [Stay(started_at, ended_at)]
    joined_at = started_at + timedelta(seconds=20 + position * 23 % 400)
    middle = started_at + (ended_at - started_at) / 2
    if position % 10 in (3, 7, 9):
        return []
    if position % 10 == 4:
        return [Stay(joined_at, middle), Stay(middle + timedelta(minutes=4), ended_at)]
    if position % 20 == 5:
        return [Stay(joined_at, middle + timedelta(minutes=5)), Stay(middle - timedelta(minutes=5), ended_at)]
    if position % 20 == 15:
        return [Stay(joined_at, joined_at + timedelta(seconds=1))]
    if position % 10 == 6:
        return [Stay(joined_at, joined_at + timedelta(minutes=7 + position % 13))]
    return [Stay(joined_at, ended_at - timedelta(seconds=position % 7 * 11))]


SEEDS: dict[str, Callable[[Core], None]] = {"demo": seed_demo}
