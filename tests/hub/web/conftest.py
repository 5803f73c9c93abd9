"""A course with everything a page can show, and browsers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.test import Client
from tests.factories.campaigns import draw, wait
from tests.factories.courses import make_enrollment, make_file, make_item, make_recording
from tests.factories.forms import make_form, send
from tests.factories.hooks import make_delivery, make_hook
from tests.hub.world import World

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.models import HookDelivery
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.services.editing import make_campaign, open_draft
from greenroom.hub.connections.models import Connection
from greenroom.hub.contacts.services import add_field, add_purpose, make_contact, merge_contacts, open_import
from greenroom.hub.courses.models import Course, Invitation, Notice, Section, SectionItem
from greenroom.hub.courses.services import grant_results, make_invitation
from greenroom.hub.events.models import (
    Attendee,
    Event,
    EventAct,
    EventSession,
    HeldAnswer,
    Registrant,
    SetAsideRow,
)
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.exports.models import Export
from greenroom.hub.exports.services import request_export
from greenroom.hub.jobs.models import Job
from greenroom.hub.mailing.models import Broadcast
from greenroom.hub.mailing.services import broadcast, save_email
from greenroom.hub.segments.services import save_segment
from greenroom.hub.sync.services import open_run, watch
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import OAuthGrant, User
from greenroom.hub.users.oauth import allow, authenticate_client, exchange_code, register_client
from greenroom.hub.webforms.models import Submission


@dataclass(frozen=True)
class Scene:
    """What is there: an item that is open, and one for which everybody has registered, Otto too."""

    course: Course
    section: Section
    item: SectionItem
    registered: SectionItem
    text: SectionItem
    link: SectionItem
    file: SectionItem
    recorded: SectionItem
    connection: Connection
    run_id: int
    job_id: int
    export_id: int
    attendee_id: int
    held_id: int
    row_id: int
    api_key_id: int
    grant: OAuthGrant
    hook_delivery: HookDelivery
    member_id: int
    registrant_id: int
    invitation_id: int
    notice_id: int
    learner_id: int
    observer_id: int
    act_id: int
    contact_id: int
    merge_id: int
    import_id: int
    custom_field_id: int
    purpose_id: int
    segment_id: int
    campaign_id: int
    step_id: int
    broadcast_id: int
    submission: Submission
    form_field_id: int
    form_action_id: int
    recording_key: str


@pytest.fixture
def cast(ada: User, mara: User, ivan: User, eda: User, asa: User, lena: User, obi: User, otto: User) -> SimpleNamespace:
    """Everybody by name."""
    return SimpleNamespace(ada=ada, mara=mara, ivan=ivan, eda=eda, asa=asa, lena=lena, obi=obi, otto=otto)


@pytest.fixture
def scene(world, pull, connection, course, section, item, cast) -> Scene:
    make_enrollment(course, cast.asa, "assistant")
    grant_results(observer=make_enrollment(course, cast.obi, "observer"), everybody=True, learners=[], actor=cast.ivan)
    later = pull(world.schedule_webinar("Ropes", starts_in=timedelta(days=1)))
    for user in vars(cast).values():
        register(event=later, answers=answers_of(user), user=user)
    text = SectionItem.objects.create(section=section, kind="text", text="Look up first.", position=30)
    link = SectionItem.objects.create(section=section, kind="link", url="https://example.com/", position=35)
    file = make_file(section)
    recording_key = _recording_at_goto(world, item.event)
    run = open_run(connection=connection, product="training")
    key, _ = create_key(user=cast.ada, name="Flow", verbs=[Verb.READ], connection_ids=None)
    step = _draw_campaign()
    web_form = make_form(cast.ada, event=item.event)
    return Scene(
        course,
        section,
        item,
        make_item(section, later),
        text,
        link,
        file,
        make_recording(section, item.event, recording_key),
        connection,
        run.pk,
        Job.objects.latest("pk").pk,
        export_id=request_export(user=cast.ada, table="events", params={}, format=Export.Format.CSV).pk,
        attendee_id=_attendee_nobody_knows(later).pk,
        held_id=_held_answer(item.event).pk,
        row_id=_row_set_aside(item.event).pk,
        api_key_id=key.pk,
        hook_delivery=make_delivery(make_hook(cast.ada, key)),
        grant=_leave_for_a_program(cast.ada),
        contact_id=make_contact(source="hand", email="dora@example.com").pk,
        import_id=open_import(file=BytesIO(b"email\nzoe@example.com"), name="zoe.csv", actor=cast.ada).pk,
        merge_id=_merged(cast.ada),
        custom_field_id=add_field(label="Shoe size", kind="number").pk,
        purpose_id=add_purpose(name="News", wording="Write to me.").pk,
        segment_id=save_segment(name="Came", rules={"all": [{"did": "attended"}]}, actor=cast.ada).pk,
        campaign_id=step.version.campaign_id,
        step_id=step.pk,
        broadcast_id=_planned_broadcast(cast.mara, world.now).pk,
        submission=send(web_form),
        form_field_id=web_form.fields.get(label="Last name").pk,
        form_action_id=web_form.actions.get().pk,
        recording_key=recording_key,
        member_id=item.event.team.create(role="panelist", member_key="1", name="Pia", email="pia@example.com").pk,
        registrant_id=_registrant(item.event).pk,
        invitation_id=_invitation(course, cast.ivan).pk,
        notice_id=_notice(item.event, cast.lena).pk,
        learner_id=cast.lena.pk,
        observer_id=cast.obi.pk,
        act_id=_event_being_made(connection, cast.ada).pk,
    )


def _merged(ada: User) -> int:
    kept, other = (make_contact(source="hand", email=f"{name}@example.com") for name in ("kim", "kim+news"))
    return merge_contacts(kept=kept, other=other, actor=ada).pk


def _planned_broadcast(mara: User, now: datetime) -> Broadcast:
    """Plan to send an e-mail for which somebody's message has failed."""
    email = save_email(name="Mail", subject="Hello", body="Hello", actor=mara)
    segment = save_segment(name="Nobody", rules={"all": []}, actor=mara)
    planned = broadcast(email=email, segment=segment, actor=mara, starts_at=now + timedelta(days=300))
    person = make_contact(source="hand", email="dolf@example.com")
    planned.messages.create(
        version=email.version, contact=person, to=person.email, state="failed", error="refused_554", dedupe_key="dolf",
        due_at=now, created_at=now,
    )  # fmt: skip
    return planned


def _leave_for_a_program(ada: User) -> OAuthGrant:
    uri = "https://flow.example.com/back"
    client, secret = register_client(name="Flow", redirect_uris=[uri], has_secret=True, actor=ada)
    code = allow(client=client, user=ada, verbs=[Verb.READ], connection_ids=None, redirect_uri=uri, code_challenge="")
    exchange_code(client=authenticate_client(client.client_id, secret), code=code, redirect_uri=uri, code_verifier="")
    return client.grants.get()


def _invitation(course: Course, ivan: User) -> Invitation:
    make_invitation(course=course, days=14, most_uses=30, actor=ivan)
    return course.invitations.get()


def _draw_campaign() -> CampaignStep:
    """Draw a campaign of two steps, and return the first."""
    campaign = make_campaign(name="Spring", actor=None)
    draw(open_draft(campaign=campaign), [wait(minutes=60), wait(minutes=30)])
    return CampaignStep.objects.earliest("pk")


def _notice(event: Event, lena: User) -> Notice:
    return Notice.objects.create(
        user=lena, event=event, kind="moved", fact_id=1, title="Ladder safety", made_at=event.starts_at, is_shown=True
    )


def _registrant(event: Event) -> Registrant:
    return event.registrants.create(
        registrant_key="1", email="ben@example.com", first_name="Ben", status="APPROVED", registered_at=event.starts_at
    )


def _event_being_made(connection: Connection, user: User) -> EventAct:
    return EventAct.objects.create(
        connection=connection, product="webinar", verb="create", wanted={"wish": {"title": "Rails"}},
        idempotency_key="1", requested_by=user, asked_at=user.joined_at,
    )  # fmt: skip


def _recording_at_goto(world: World, event: Event) -> str:
    times = {"started_at": event.starts_at.isoformat(), "ended_at": event.ends_at.isoformat()}
    key: str = world.control("POST", f"webinars/{event.event_key}/recordings", **times)["key"]
    return key


def _attendee_nobody_knows(event: Event) -> Attendee:
    session = EventSession.objects.create(
        event=event, session_key="1", started_at=event.starts_at, ended_at=event.ends_at, is_final=True
    )
    return Attendee.objects.create(
        session=session, attendee_key="guest", email="guest@example.com", attended_seconds=60, reported_seconds=60
    )


def _held_answer(event: Event) -> HeldAnswer:
    return HeldAnswer.objects.create(
        connection=event.connection,
        product=event.product,
        event=event,
        listing="registrants",
        place="1",
        digest="1",
        gone="[]",
        rows_before=60,
        rows_gone=51,
        first_seen_at=event.starts_at,
    )


def _row_set_aside(event: Event) -> SetAsideRow:
    return SetAsideRow.objects.create(
        connection=event.connection,
        product=event.product,
        event=event,
        listing="registrants",
        place="1",
        raw='{"registrantKey": [], "joinUrl": "https://global.gotowebinar.com/join/1/secret"}',
        raw_digest="1",
        reason="registrantKey",
        first_seen_at=event.starts_at,
        last_seen_at=event.starts_at,
    )


def answers_of(user: User) -> Answers:
    """Return the answers to the three questions that are always asked."""
    return Answers(fields={"firstName": user.first_name, "lastName": user.last_name, "email": user.email})


@pytest.fixture
def go_live(world, connection) -> Callable[[Event], None]:
    """Let the organizer start an event, and the hub notice it."""

    def start(event: Event) -> None:
        world.launch(event.event_key)
        watch(connection=connection, product="webinar")

    return start


@pytest.fixture
def sign_up(run_jobs) -> Callable[[Event, User], None]:
    """Register somebody, and carry it to GoTo."""

    def ask(event: Event, user: User) -> None:
        register(event=event, answers=answers_of(user), user=user)
        run_jobs()

    return ask


@pytest.fixture
def as_ivan(browser, ivan) -> Client:
    return browser(ivan)


@pytest.fixture
def as_eda(browser, eda) -> Client:
    return browser(eda)


@pytest.fixture
def as_lena(browser, lena) -> Client:
    return browser(lena)


@pytest.fixture
def as_mara(browser, mara) -> Client:
    return browser(mara)


@pytest.fixture
def as_ada(browser, ada) -> Client:
    return browser(ada)


@pytest.fixture
def as_otto(browser, otto) -> Client:
    return browser(otto)
