"""Every page for every eye: axe finds nothing, and nothing has to be scrolled sideways on the smallest phone."""

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from io import BytesIO

import axe_playwright_python
import pytest
from playwright.sync_api import Page
from tests.factories.campaigns import act, condition, decision, make_segment, run_campaign_of, wait
from tests.factories.courses import make_enrollment
from tests.factories.hooks import make_delivery, make_hook
from tests.factories.users import make_user
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.automation.callers import Verb
from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.campaigns.services.editing import open_draft
from greenroom.hub.connections.models import Connection
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import check_import, open_import
from greenroom.hub.courses.models import Certificate, Course, SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.jobs.models import Job
from greenroom.hub.mailing.doors import token_of
from greenroom.hub.mailing.models import Broadcast
from greenroom.hub.mailing.services import broadcast, save_email
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.services import save_segment
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import Submission
from greenroom.hub.webforms.services import add_action, add_asked_fields, create_form, publish_form

pytestmark = pytest.mark.browser

AXE = files(axe_playwright_python).joinpath("axe.min.js").read_text()
CHECK = """
    axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
    })
"""
TOO_WIDE = """
    [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .filter(one => !one.closest('.chips, .tabs, pre')).map(one => one.outerHTML.slice(0, 120))
"""
CONTRAST = "axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})"
VIEWS = [  # width, colours, and what axe looks for: all at the widest and the narrowest, elsewhere only the colours
    (1440, "light", CHECK), (768, "light", CONTRAST), (768, "dark", CONTRAST), (320, "dark", CHECK),
    (320, "light", CONTRAST),
]  # fmt: skip

PAGES = {
    "": ("/f/{form_address}/", "/f/{form_address}/embed/", "/accounts/login/", "/accounts/password/reset/"),
    "Lena": (
        "/", "/courses/", "/courses/{course}/", "/lessons/{lesson}/", "/items/{item}/register/", "/nowhere/",
        "/accounts/password/change/", "/calendar/", "/notices/",
        "/courses/{course}/results/mine/", "/certificates/", "/certificates/{certificate}/",
        "/certificates/{revoked}/",
    ),
    "Eda": (
        "/lessons/{lesson}/?edit=1", "/sections/{section}/add/", "/sections/{section}/add/webinar/",
        "/sections/{section}/add/webinar/?paste", "/sections/{section}/add/webinar/?link=https://example.com/",
        "/sections/{section}/add/text/", "/sections/{section}/add/link/", "/sections/{section}/add/file/",
        "/sections/{section}/add/recording/", "/items/{item}/settings/",
        "/lessons/{lesson}/settings/", "/sections/{section}/settings/", "/items/{item}/release/",
        "/items/{item}/completion/",
        "/sections/{section}/add/webinar/?when=past", "/courses/{course}/settings/",
    ),
    "Ivan": (
        "/", "/courses/{course}/people/", "/courses/{course}/people/import/", "/courses/{course}/enrolment/",
        "/courses/{course}/people/{observer}/observing/",
        "/courses/{course}/invitations/", "/lessons/{lesson}/",
        "/courses/{course}/copy/", "/items/{item}/roster/register/", "/items/{item}/roster/remind/",
        "/items/{past}/roster/", "/items/{past}/marks/import/", "/courses/{course}/results/",
        "/courses/{course}/results/{lena}/", "/courses/{course}/results/{lena}/certificate/revoke/",
        "/courses/{course}/results/{nina}/", "/courses/{course}/results/{nina}/certificate/restore/",
        "/courses/{course}/completion/", "/events/",
        "/events/?q=nothing", "/events/{event}/", "/events/{past_event}/", "/events/{past_event}/?tab=people",
        "/events/{past_event}/?tab=attendance", "/events/{past_event}/unmatched/",
    ),
    "Ada": (
        "/", "/courses/new/", "/connections/", "/connections/{account}/", "/connections/{troubled}/", "/sync/",
        "/sync/{run}/", "/site/health/", "/site/health/readers/courses.completion/",
        "/site/health/readers/courses.completion/?since=", "/people/", "/people/add/", "/events/new/",
        "/events/new/webinar/", "/events/new/meeting/", "/events/{event}/", "/events/{event}/change/",
        "/events/{event}/cancel/", "/events/{event}/?tab=people", "/events/{event}/?tab=team",
        "/events/{event}/team/add/", "/events/{event}/people/add/", "/events/acts/{act}/",
        "/segments/", "/segments/new/", "/segments/{segment}/",
        "/campaigns/", "/campaigns/new/", "/campaigns/new/webinar/",
        "/campaigns/{campaign}/", "/campaigns/{campaign}/settings/", "/campaigns/{campaign}/people/",
        "/campaigns/{campaign}/people/{contact}/", "/campaigns/{campaign}/rehearse/",
        "/campaigns/{campaign}/rehearse/{contact}/", "/campaigns/{campaign}/draft/", "/campaigns/{campaign}/draft/add/",
        "/campaigns/{campaign}/draft/add/?type=wait_for_event", "/campaigns/{campaign}/draft/goal/",
        "/segments/{segment}/change/", "/segments/{segment}/add/", "/segments/{segment}/people/{contact}/",
        "/contacts/{contact}/", "/contacts/{contact}/erase/", "/contacts/{contact}/consent/", "/contacts/purposes/",
        "/contacts/", "/contacts/new/", "/contacts/{contact}/change/", "/contacts/import/{import}/",
        "/contacts/together/add_to_segment/?whom=all", "/contacts/together/add_tags/", "/forms/fields/{field}/",
        "/contacts/fields/", "/contacts/import/", "/contacts/duplicates/", "/contacts/{contact}/merge/",
        "/emails/", "/emails/new/", "/emails/{email}/", "/emails/{email}/change/",
        "/emails/sent/{broadcast}/", "/go/mail/{token}/unsubscribe/", "/go/mail/{token}/preferences/",
        "/forms/", "/forms/new/", "/forms/{form}/", "/forms/{form}/settings/", "/forms/{form}/share/",
        "/forms/{form}/preview/", "/forms/{form}/fields/choice/", "/forms/{form}/actions/register/",
        "/forms/{form}/answers/", "/forms/answers/{submission}/",
    ),
    "Ada, who automates": (
        "/automate/", "/automate/guides/power-automate/", "/automate/guides/zapier/", "/automate/guides/n8n/",
        "/automate/guides/make/", "/automate/guides/mcp/", "/automate/keys/", "/automate/keys/new/",
        "/automate/programs/", "/automate/programs/new/", "/automate/hooks/", "/automate/hooks/{hook}/",
        "/automate/deliveries/{delivery}/", "/api/docs",
    ),
}  # fmt: skip


@pytest.fixture
def places(world: World, item: SectionItem, cast: dict[str, User], ada: User) -> dict[str, object]:
    """Let a second webinar take place, and return what the addresses are made of."""
    key = world.schedule_webinar(
        "A walk through the old workshop, with everything that was asked about it last year",
        starts_in=-timedelta(minutes=90),
        registrants=[{"email": f"{name}@example.com"} for name in ("lena", "nils", "a.very.long.address.of.somebody")],
    )
    world.write_attendance(key, {"lena@example.com": [(0, 20), (30, 60)], "nils@example.com": [(50, 55)]})
    world.advance(minutes=16)
    work()
    past_event = Event.objects.get(event_key=key)
    past_event.sessions.get().attendees.create(
        attendee_key="1", email="lena@home.example", first_name="Lena", last_name="Example", intervals=[[0, 540]],
        attended_seconds=540, reported_seconds=540,
    )  # fmt: skip
    past = SectionItem.objects.create(
        section=item.section, kind=SectionItem.Kind.LIVE_EVENT, event=past_event, position=20
    )
    text = "Look at three things: the ground, the ladder, and the weather."
    SectionItem.objects.create(section=item.section, kind=SectionItem.Kind.TEXT, text=text, position=30)
    troubled = let_things_go_wrong(world)
    submission = make_a_form(ada, item.event)
    course, nina = item.section.lesson.course, make_user("Nina")
    make_enrollment(course, nina)
    return {
        "account": past_event.connection_id,
        "troubled": troubled.pk,
        "course": item.section.lesson.course.slug,
        "lesson": item.section.lesson_id,
        "section": item.section_id,
        "item": item.pk,
        "event": item.event_id,
        "past": past.pk,
        "past_event": past_event.pk,
        "lena": cast["Lena"].pk,
        "observer": make_enrollment(item.section.lesson.course, make_user("Obi"), "observer").user_id,
        "nina": nina.pk,
        "certificate": make_certificate(course, cast["Lena"], "ABCD2345EFGH6789").code,
        "revoked": revoke(make_certificate(course, nina, "HJKM2345NPQR6789"), world).code,
        "run": SyncRun.objects.latest("pk").pk,
        "act": ask_for_much(item.event),
        "campaign": make_campaign_of(past_event).pk,
        "segment": save_segment(name="Stayed", rules=rules_about(past_event), actor=ada).pk,
        "form": submission.form_id,
        "form_address": submission.form.public_id,
        "submission": submission.pk,
        "field": submission.form.fields.latest("pk").pk,
        "import": bring_a_file(ada),
        "contact": Contact.objects.get(email="lena@example.com").pk,
        **send_mail(ada, world),
        **subscribe(ada),
    }


def bring_a_file(ada: User) -> int:
    """Let there be a file of contacts that was checked, with a row that cannot be taken in."""
    source = open_import(file=BytesIO(b"email,company\nkim@example.com,Harbor\nno address,"), name="x.csv", actor=ada)
    check_import(source=source, mapping=["email", "organization"])
    work()
    return source.pk


def send_mail(ada: User, world: World) -> dict[str, object]:
    """Let there be an e-mail that did not reach everybody."""
    body = '<p>Dear {first_name|friend}, <a href="https://example.com/with/a/long/address/to/read?more=1">read</a></p>'
    email = save_email(name="Invitation", subject="Come in", body=body, actor=ada)
    segment = Segment.objects.get(name="Stayed")
    sending = broadcast(email=email, segment=segment, actor=ada)
    Broadcast.objects.filter(pk=sending.pk).update(state="queued", in_segment=5)
    message = sending.messages.create(
        version=email.version, contact=Contact.objects.get(email="lena@example.com"), to="lena@example.com",
        state="failed", error="refused_554", dedupe_key="1", due_at=world.now, created_at=world.now,
    )  # fmt: skip
    return {"email": email.pk, "broadcast": sending.pk, "token": token_of(message.pk)}


def subscribe(ada: User) -> dict[str, object]:
    """Let a program wait for news, and one delivery have failed so far."""
    key = create_key(user=ada, name="Registrations into the spreadsheet", verbs=list(Verb), connection_ids=None)[0]
    hook = make_hook(ada, key)
    delivery = make_delivery(hook)
    delivery.attempt_log.create(
        attempted_at=hook.created_at, duration_ms=15_000, status=503, error="timeout",
        answer="Service unavailable: " + "again" * 40,
    )  # fmt: skip
    return {"hook": hook.pk, "delivery": delivery.pk}


def make_a_form(ada: User, event: Event) -> Submission:
    """Make a form that asks what the organizer asks, and return what looks made by a machine."""
    form = create_form(name="Safety week", start="webinar", actor=ada)
    add_action(form=form, kind="register", given={"event_field": form.fields.get(kind="event").pk})
    add_asked_fields(form=form)
    publish_form(form=form)
    return form.submissions.create(
        state="set_aside", email="lena@example.com", answers=[], nonce="1", visitor_digest="1",
        submitted_at=event.starts_at,
    )  # fmt: skip


def make_certificate(course: Course, user: User, code: str) -> Certificate:
    """Give somebody a certificate."""
    return Certificate.objects.create(
        code=code, course=course, user=user, person_name=user.get_full_name(), course_title=course.title,
        attended_seconds=5400, completed_on=course.created_at.date(), issued_at=course.created_at,
    )  # fmt: skip


def revoke(certificate: Certificate, world: World) -> Certificate:
    """Let a certificate be revoked by hand."""
    certificate.revoked_at, certificate.is_withheld = world.now, True
    certificate.save()
    reason = "Issued for a course that was held for somebody else; the learner has been told about it on the phone."
    certificate.changes.create(is_revoked=True, reason=reason, changed_at=world.now)
    return certificate


def rules_about(event: Event) -> dict[str, object]:
    """Return rules of every kind."""
    attended = {"did": "attended", "events": [event.pk], "minutes": 10, "times": 1}
    return {"all": [attended, {"not": {"any": [{"field": "country", "is": "in", "values": ["DE", "AT"]}]}}]}


def make_campaign_of(event: Event) -> Campaign:
    """Let Lena stand in a campaign with a step of every kind, and begin to change it."""
    source = make_segment("Everybody", Contact.objects.filter(email="lena@example.com"))
    warm = make_segment("Came to the walk through the old workshop and stayed for everything that was asked")
    campaign = run_campaign_of(
        source,
        condition(
            {"did": "attended", "events": [event.pk], "minutes": 10},
            yes=[act("add_to_segment", segment=warm.pk)],
            no=[
                act("start_campaign", campaign=run_campaign_of(warm, wait(minutes=5), name="Again").pk),
                decision(does="registered", event=event.pk, limit_minutes=60, no=[wait(minutes=90)]),
            ],
        ),
        wait(minutes=60, from_hour=9, to_hour=17),
        wait(event=event.pk, minutes=-60, yes=[act("remove_from_segment", segment=warm.pk)]),
    )
    work()
    open_draft(campaign=campaign)
    return campaign


def ask_for_much(event: Event) -> int:
    """Let somebody be registered and another one be on the way, and return an act that waits for an answer."""
    event.registrants.create(registrant_key="1", email="ben@example.com", first_name="Ben", status="APPROVED")
    event.team.create(role="panelist", member_key="1", name="Pia Panel", email="pia@example.com")
    event.requests.create(
        email="a.very.long.address.of.somebody@example.com", answers={"fields": {"firstName": "Kim"}}, state="refused",
        last_error="full", refusal="GoTo takes no more registrations for this event.", asked_at=event.starts_at,
        answered_at=event.starts_at,
    )  # fmt: skip
    act = event.acts.create(
        connection=event.connection, product=event.product, verb="update", wanted={}, idempotency_key="1",
        state="pending", last_error="timeout", asked_at=event.starts_at,
    )  # fmt: skip
    return act.pk


def let_things_go_wrong(world: World) -> Connection:
    """Let there be an account that needs somebody, and a job that has failed."""
    Job.objects.create(
        queue="goto", name="events.deliver_registration", state="failed", run_at=world.now, attempts=3, max_attempts=3,
        last_error="TemporarilyUnavailableError: temporarily_unavailable", created_at=world.now, finished_at=world.now,
    )  # fmt: skip
    return Connection.objects.create(
        organizer_key="1", organizer_name="Hanna Berg", organizer_email="hanna@harbor.example", scope="collab:",
        state=Connection.State.RECONNECT_NEEDED, connected_at=world.now, last_error="timeout", last_error_at=world.now,
    )  # fmt: skip


@pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "nobody")
def test_page_suits_everybody(
    name: str, meet: Callable[..., Person], places: dict[str, object], cast: dict[str, User], ada: User
) -> None:
    person = meet({**cast, "Ada": ada}[name.partition(",")[0]] if name else None)
    problems = []
    for path in PAGES[name]:
        person.open(path.format(**places))
        person.page.evaluate(AXE)
        for width, scheme, check in VIEWS:
            person.page.set_viewport_size({"width": width, "height": 800})
            person.page.emulate_media(color_scheme=scheme)
            problems += [f"{path} at {width} px, {scheme}: {found}" for found in find_problems(person.page, check)]
    # /nowhere/ is not there, and previews of mails let no script run, not even that of axe.
    person.complaints = [text for text in person.complaints if "404" not in text and "allow-scripts" not in text]
    assert problems == []


def find_problems(page: Page, check: str) -> list[str]:
    """Return what axe says, and what sticks out."""
    problems = [f"{one['id']} {one['nodes'][0]['html'][:120]}" for one in page.evaluate(check)["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append(f"too wide: {page.evaluate(TOO_WIDE)[:2]}")
    return problems
