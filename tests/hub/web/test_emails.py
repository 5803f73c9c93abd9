"""Pages of e-mails: written, looked at, tried, sent, and looked at again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.campaigns import act, decision, draw
from tests.factories.forms import make_form

from greenroom.hub.actions.registry import get_action
from greenroom.hub.campaigns.services.editing import make_campaign, open_draft
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import make_contact
from greenroom.hub.mailing.models import Broadcast, Email, EmailVersion, Message
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.services import decide_members, save_segment
from greenroom.hub.webforms.services import add_action


@pytest.fixture
def as_mara(mara, browser):
    """Mara's browser."""
    return browser(mara)


@pytest.fixture
def nils(db) -> Contact:
    """Nils is a contact; he is registered for nothing."""
    return make_contact(source="hand", email="nils@example.com", first_name="Nils <b>", last_name="Nord")


@pytest.fixture
def friends(world, mara, nils, run_jobs) -> Segment:
    """A segment with Nils in it."""
    segment = save_segment(name="Friends", rules={"all": []}, actor=mara)
    run_jobs()
    decide_members(segment=segment, contacts=[nils.pk], decision="in")
    return segment


WRITTEN = {"name": "Mail", "subject": "Hello {first_name}", "body": "Dear {first_name|friend}", "tracks_clicks": "on"}


def write(client, **more: object) -> Email:
    answer = client.post("/emails/new/", {**WRITTEN, **more})
    assert 302 == answer.status_code, answer.content.decode()
    return Email.objects.latest("pk")


def test_email_is_written_changed_and_listed(as_mara, friends) -> None:
    email = write(as_mara, segment=friends.pk)
    as_mara.post(f"/emails/{email.pk}/change/", {**WRITTEN, "subject": "Bye"})
    assert ["Hello {first_name}", "Bye"] == list(EmailVersion.objects.order_by("pk").values_list("subject", flat=True))
    assert "Bye" in as_mara.get("/emails/").content.decode()
    version = EmailVersion.objects.get(number=1)
    assert (True, False, False) == (version.tracks_clicks, version.tracks_opens, version.allows_host_links)


def test_email_that_was_never_sent_is_deleted(as_mara) -> None:
    email = write(as_mara)
    assert "Delete this e-mail?" in as_mara.get(f"/emails/{email.pk}/").content.decode()
    as_mara.post(f"/emails/{email.pk}/discard/")
    assert (0, 0) == (Email.objects.count(), EmailVersion.objects.count())


def test_email_that_was_sent_is_archived_with_its_reports_and_can_be_restored(as_mara, friends, run_jobs) -> None:
    email = write(as_mara)
    page = f"/emails/{email.pk}/"
    as_mara.post(f"{page}send/", {"segment": friends.pk})
    run_jobs()
    as_mara.post(f"{page}discard/")
    link = f'href="{page}"'
    listed = [link in as_mara.get(path).content.decode() for path in ("/emails/", "/emails/?show=archived")]
    assert [False, True] == listed
    assert (1, 200) == (Message.objects.count(), as_mara.get(f"/emails/sent/{Broadcast.objects.get().pk}/").status_code)
    as_mara.post(f"{page}send/", {"segment": friends.pk})
    assert 1 == Broadcast.objects.count()
    form = get_action("send_email").form({"email": email.pk})
    assert {"email"} == set(form.errors)
    as_mara.post(f"{page}restore/")
    assert link in as_mara.get("/emails/").content.decode()


@pytest.mark.parametrize("use", ["campaign", "draft", "decision", "form", "broadcast"])
def test_email_that_is_to_be_sent_is_not_discarded_and_says_by_what(as_mara, mara, friends, world, use) -> None:
    email = write(as_mara)
    if use == "broadcast":
        as_mara.post(f"/emails/{email.pk}/send/", {"segment": friends.pk, "starts_at": "2199-01-01T10:00"})
        said = "It is to be sent to “Friends”"
    elif use == "form":
        form = make_form(mara)
        add_action(form=form, kind="send_email", given={"email": email.pk})
        said = "used by the form “Safety week”"
    else:
        opens = decision(does="opened", mail=email.pk, limit_minutes=60)
        campaign = make_campaign(name="Spring", segments=[friends], actor=mara)
        draw(open_draft(campaign=campaign), [opens if use == "decision" else act("send_email", email=email.pk)])
        if use == "campaign":
            publish(campaign=campaign, actor=mara)
        said = "used by the campaign “Spring”"
    answer = as_mara.post(f"/emails/{email.pk}/discard/", follow=True)
    assert said in answer.content.decode()
    assert Email.objects.get().archived_at is None


def test_what_cannot_be_filled_in_is_said_beside_the_text_and_nothing_is_lost(as_mara, friends) -> None:
    answer = as_mara.post("/emails/new/", {**WRITTEN, "body": "Come: {webinar_button}", "segment": friends.pk})
    page = answer.content.decode()
    assert 422 == answer.status_code
    assert "Nils &lt;b&gt; Nord) in “Friends”: not registered for any webinar" in page
    assert "Come: {webinar_button}" in page
    assert not Email.objects.exists()
    answer = as_mara.post("/emails/new/", {**WRITTEN, "subject": "", "reply_to": "nobody"})
    assert 422 == answer.status_code


def test_preview_shows_what_one_person_would_get_and_runs_nothing(as_mara, nils) -> None:
    body = '<p>Dear {first_name}</p><script>alert(1)</script><a href="{webinar_link}">x</a>'
    answer = as_mara.post("/emails/preview/", {"body": body, "subject": "x", "person": "nils"})
    assert "Nils &lt;b&gt; Nord would not get this" in answer.content.decode()
    answer = as_mara.post(
        "/emails/preview/", {"body": body.replace("{webinar_link}", "https://x.example/"), "subject": "x"}
    )
    page = answer.content.decode()
    assert "Dear Nils &lt;b&gt;" in page
    assert "<script" not in page
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "SAMEORIGIN" == answer["X-Frame-Options"]
    assert not Email.objects.exists()


def test_preview_and_test_mail_let_nobody_in_as_somebody_else(as_mara, event, mara, run_jobs, world) -> None:
    lena = make_contact(source="hand", email="lena@example.com", first_name="Lena")
    event.registrants.create(registrant_key="9", email=lena.email, status="APPROVED", join_url="http://goto.test/j/9")
    email = write(as_mara, body="{webinar_button}")
    page = as_mara.get(f"/emails/{email.pk}/preview/?person=lena").content.decode()
    assert 'href="#"' in page
    as_mara.post(f"/emails/{email.pk}/test/", {"person": "lena"})
    run_jobs()
    (sent,) = mail.outbox
    assert ([mara.email], "Test: Hello Lena") == (sent.to, sent.subject)
    assert "/go/join/" not in sent.body + str(sent.alternatives)


def test_email_is_sent_and_its_report_tells_of_it(as_mara, friends, nils, run_jobs) -> None:
    email = write(as_mara, body='<p><a href="https://example.com/">x</a></p>', tracks_opens="on")
    answer = as_mara.post(f"/emails/{email.pk}/send/", {"segment": friends.pk})
    run_jobs()
    html = str(mail.outbox[0].alternatives[0][0])
    link = html.partition("http://testserver")[2].partition('"')[0]
    as_mara.get(link)
    page = as_mara.get(answer["Location"]).content.decode()
    for told in ("<dt>Sent</dt><dd>1</dd>", "<dt>Clicked</dt><dd>1</dd>", "<code>https://example.com/</code>"):
        assert told in page
    Message.objects.update(state="unsure", error="unsure")
    page = as_mara.get(answer["Location"]).content.decode()
    assert "Perhaps they have it" in page
    as_mara.post(f"/emails/messages/{Message.objects.get().pk}/again/")
    run_jobs()
    assert 2 == len(mail.outbox)


def test_sending_goes_on_until_its_last_mail_is_gone(as_mara, friends, run_jobs) -> None:
    email = write(as_mara)
    as_mara.post(f"/emails/{email.pk}/send/", {"segment": friends.pk})
    run_jobs()

    def state() -> str:
        return (
            as_mara.get(f"/emails/{email.pk}/").content.decode().partition('data-label="State">')[2].partition("<")[0]
        )

    assert "Sent" == state()
    Message.objects.update(state="sending")
    assert "Being sent" == state()


def test_sending_can_be_planned_and_cancelled(as_mara, mara, friends, world, run_jobs) -> None:
    email = write(as_mara)
    later = world.now + timedelta(hours=5)
    typed = later.astimezone(ZoneInfo(mara.time_zone)).strftime("%Y-%m-%dT%H:%M")
    as_mara.post(f"/emails/{email.pk}/send/", {"segment": friends.pk, "starts_at": typed})
    planned = Broadcast.objects.get()
    assert later == planned.starts_at
    as_mara.post(f"/emails/sent/{planned.pk}/cancel/")
    world.advance(hours=6)
    run_jobs()
    assert [] == mail.outbox
    assert "Cancelled" in as_mara.get(f"/emails/sent/{planned.pk}/").content.decode()


def test_sending_to_who_cannot_get_it_is_refused_with_names(as_mara, friends) -> None:
    email = write(as_mara, body="{webinar_button}")
    answer = as_mara.post(f"/emails/{email.pk}/send/", {"segment": friends.pk}, follow=True)
    assert "Nils &lt;b&gt; Nord" in answer.content.decode()
    assert not Broadcast.objects.exists()


def test_pages_cost_the_same_for_few_and_many(as_mara, friends, world) -> None:
    email = write(as_mara)
    planned = Broadcast.objects.create(
        version=email.version, segment=friends, segment_name="Friends", starts_at=world.now, created_at=world.now
    )

    def more(start: int, end: int) -> None:
        for number in range(start, end):
            other = write(as_mara, name=f"Mail {number}")
            Broadcast.objects.create(
                version=email.version, segment=friends, segment_name="x", starts_at=world.now, created_at=world.now
            )
            person = make_contact(source="hand", email=f"p{number}@example.com")
            planned.messages.create(
                version=email.version, contact=person, to=person.email, state="failed", error="unsure",
                dedupe_key=f"{number}-{other.pk}", due_at=world.now, created_at=world.now,
            )  # fmt: skip

    def count() -> list[int]:
        counts = []
        for path in ("/emails/", f"/emails/{email.pk}/", f"/emails/sent/{planned.pk}/"):
            with CaptureQueriesContext(database) as queries:
                assert 200 == as_mara.get(path).status_code
            counts.append(len(queries))
        return counts

    more(0, 1)
    before = count()
    more(1, 12)
    assert before == count()
