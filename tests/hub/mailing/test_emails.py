"""E-mails for segments: everybody gets their own way in, or nothing, and nobody gets the host's."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from greenroom.hub.contacts.models import Consent, Contact, Purpose
from greenroom.hub.contacts.services import add_field, make_contact, record_consent, set_values
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.services.joining import find_registrants_way_in
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.checking import find_event_about
from greenroom.hub.mailing.models import Broadcast, EmailVersion, Message
from greenroom.hub.mailing.retention import drop_bodies
from greenroom.hub.mailing.selectors import preview
from greenroom.hub.mailing.services import (
    Attachment,
    broadcast,
    cancel_broadcast,
    queue_email,
    save_email,
    send_again,
)
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.services import decide_members, rebuild_segment, save_segment


@pytest.fixture
def everybody(db, ada) -> Segment:
    """A segment of people put in by hand."""
    return save_segment(name="Everybody", rules={"all": []}, actor=ada)


@pytest.fixture
def people(world, connection, pull, run_jobs, everybody) -> dict[str, Contact]:
    """Nils and Lena, who are signed up for one webinar of Olga's each, and for one together."""
    for title, hours, names in [("Later", 30, ("nils", "lena")), ("Soon", 2, ("nils",)), ("Sooner", 3, ("lena",))]:
        registrants = [{"email": f"{name}@example.com", "firstName": name.title()} for name in names]
        pull(world.schedule_webinar(title, starts_in=timedelta(hours=hours), registrants=registrants))
    run_jobs()
    found = {one.first_name: one for one in Contact.objects.all()}
    decide_members(segment=everybody, contacts=[one.pk for one in found.values()], decision="in")
    return found


@pytest.fixture
def news(db, world) -> Purpose:
    """A newsletter."""
    return Purpose.objects.create(name="News", wording="I want news.", created_at=world.now)


def make_email(ada, body: str, name: str = "Mail", **more: object):
    return save_email(name=name, subject="Hello {first_name}", body=body, actor=ada, **more)


def bodies() -> dict[str, str]:
    return {one.to[0].partition("@")[0]: str(one.alternatives[0][0]) for one in mail.outbox}


def way_in(html: str) -> Registrant | None:
    token = html.partition("/go/join/r/")[2].partition("/")[0]
    return find_registrants_way_in(token).registrant


def test_everybody_gets_the_way_into_their_own_next_webinar(people, everybody, ada, run_jobs) -> None:
    broadcast(email=make_email(ada, "{webinar_button}", segment=everybody), segment=everybody, actor=ada)
    run_jobs()
    expected = {"nils": ("nils@example.com", "Soon"), "lena": ("lena@example.com", "Sooner")}
    found = {name: way_in(html) for name, html in bodies().items()}
    assert expected == {name: (one.email, one.event.title) for name, one in found.items() if one}
    assert {"Hello Nils", "Hello Lena"} == {one.subject for one in mail.outbox}


def test_filling_in_for_one_person_leaves_the_e_mail_as_it_was_written(people, everybody, ada, run_jobs) -> None:
    key = Event.objects.get(title="Soon").event_key
    body = f"{{first_name}}: {{webinar_button}} {{start_link event={key}}}"
    email = make_email(ada, body, allows_host_links=True)
    before = EmailVersion.objects.values().get()
    broadcast(email=email, segment=everybody, actor=ada)
    run_jobs()
    assert (2, before) == (len(mail.outbox), EmailVersion.objects.values().get())


def test_tag_that_names_the_event_leads_there(people, everybody, ada, run_jobs) -> None:
    key = Event.objects.get(title="Later").event_key
    body = f"{{webinar_title event={key}}}: {{webinar_button event={key}}}"
    broadcast(email=make_email(ada, body), segment=everybody, actor=ada)
    run_jobs()
    assert {"Later"} == {way_in(html).event.title for html in bodies().values()}
    assert all("Later: " in one.body for one in mail.outbox)
    assert 2 == len({way_in(html).pk for html in bodies().values()})


def test_save_refuses_a_tag_that_stands_for_nothing_for_somebody_and_names_them(people, everybody, ada) -> None:
    olaf = make_contact(source="hand", email="olaf@example.com", first_name="Olaf")
    key = Event.objects.get(title="Soon").event_key
    with pytest.raises(InvalidInputError) as caught:
        make_email(ada, f"{{webinar_button event={key}}}", segment=everybody)
    told = caught.value.errors["tags"]
    assert "1 person (Lena Guest) in “Everybody”: not registered for “Soon”" in told
    decide_members(segment=everybody, contacts=[olaf.pk], decision="in")
    with pytest.raises(InvalidInputError, match=r"1 person \(Olaf\).*any webinar that is still to come"):
        make_email(ada, "{webinar_link}", segment=everybody)


def test_save_refuses_an_event_that_is_not_there_or_not_to_be_entered(people, ada) -> None:
    with pytest.raises(InvalidInputError, match="no webinar with this key"):
        make_email(ada, "{webinar_button event=12}")
    event = Event.objects.get(title="Soon")
    Event.objects.filter(pk=event.pk).update(state="cancelled")
    with pytest.raises(InvalidInputError, match="“Soon” was cancelled"):
        make_email(ada, f"{{webinar_button event={event.event_key}}}")


@pytest.mark.parametrize("tag", ["{meeting_link}", "{assist_button}", "{start_button}", "{webinar_registration_link}"])
def test_tag_that_does_not_say_which_event_is_meant_can_be_kept_but_not_sent(everybody, ada, tag) -> None:
    """An action that sends it says so."""
    email = make_email(ada, tag)
    with pytest.raises(InvalidInputError, match="Say which event"):
        broadcast(email=email, segment=everybody, actor=ada)
    with pytest.raises(InvalidInputError, match="Say which event"):
        make_email(ada, tag, name="For a segment", segment=everybody)


def test_who_has_no_link_when_it_is_sent_is_held_back_with_the_reason(people, everybody, ada, run_jobs, world) -> None:
    email = make_email(ada, "{webinar_button}", segment=everybody)
    sent = broadcast(email=email, segment=everybody, actor=ada, starts_at=world.now + timedelta(hours=1))
    Registrant.objects.filter(email="lena@example.com").update(gone_at=world.now)
    world.advance(hours=1)
    run_jobs()
    assert ["nils@example.com"] == [one.to[0] for one in mail.outbox]
    held = sent.messages.get(state="suppressed")
    assert ("lena@example.com", "not_signed_up") == (held.to, held.error)


def test_event_that_is_gone_holds_everybody_back_and_stops_nobody_else(people, everybody, ada, run_jobs) -> None:
    event = Event.objects.get(title="Soon")
    email = make_email(ada, f"{{webinar_link event={event.event_key}}}")
    queue_email(version=email.version, contacts=Contact.objects.filter(first_name="Nils"), key="one")
    queue_email(version=make_email(ada, "Hello", name="Other").version, contacts=Contact.objects.all(), key="two")
    Event.objects.filter(pk=event.pk).update(event_key="other", event_number="other")
    run_jobs()
    assert {"nils@example.com", "lena@example.com"} == {one.to[0] for one in mail.outbox}
    assert ["event_unknown"] == list(Message.objects.filter(state="suppressed").values_list("error", flat=True))


def test_host_link_goes_to_organizers_unless_somebody_wants_it_otherwise(
    people, everybody, connection, ada, run_jobs
) -> None:
    event = Event.objects.get(title="Soon")
    body = f"{{start_button event={event.event_key}}}"
    with pytest.raises(InvalidInputError, match="who do not organize it"):
        make_email(ada, body, segment=everybody)
    olga = make_contact(source="hand", email="olga@northwind.example", first_name="Olga")
    email = make_email(ada, body)
    queue_email(version=email.version, contacts=Contact.objects.all(), key="x")
    run_jobs()
    assert {"olga"} == bodies().keys()
    assert f"http://testserver/events/{event.pk}/start/" in bodies()["olga"]
    assert {"no_organizer"} == set(Message.objects.exclude(contact=olga).values_list("error", flat=True))
    knowingly = make_email(ada, body, name="Knowingly", segment=everybody, allows_host_links=True)
    queue_email(version=knowingly.version, contacts=Contact.objects.filter(first_name="Nils"), key="y")
    run_jobs()
    path = bodies()["nils"].partition("http://testserver")[2].partition('"')[0]
    assert path.startswith("/go/start/")
    client = Client()
    assert b"in the organizer" in client.get(path).content
    assert client.post(path)["Location"].startswith("http")
    assert 404 == client.get("/go/start/1.forged/").status_code


def test_meeting_s_one_link_is_for_everybody(people, everybody, connection, ada, run_jobs, world) -> None:
    meeting = Event.objects.create(
        connection=connection, product="meeting", event_key="77", organizer_key="1", title="Meet", starts_at=world.now
    )
    with pytest.raises(InvalidInputError, match="no join link of “Meet”"):
        make_email(ada, "{meeting_button event=77}")
    Event.objects.filter(pk=meeting.pk).update(join_url="http://goto.test/join/77")
    broadcast(email=make_email(ada, "{meeting_button event=77}", segment=everybody), segment=everybody, actor=ada)
    run_jobs()
    assert 2 == len(bodies())
    assert all("/go/join/e/" in html and "goto.test" not in html for html in bodies().values())


def test_marketing_goes_only_to_who_agreed_also_when_they_change_their_mind(
    people, everybody, news, ada, run_jobs, world
) -> None:
    email = make_email(ada, "News", purpose=news)
    silent = make_contact(source="hand", first_name="Without address")
    decide_members(segment=everybody, contacts=[silent.pk], decision="in")
    for name in ("Nils", "Lena"):
        record_consent(contacts=[people[name].pk], purpose=news, state=Consent.State.GRANTED, source="form")
    sent = broadcast(email=email, segment=everybody, actor=ada)
    run_jobs()
    assert {"nils", "lena"} == bodies().keys()
    sent.refresh_from_db()
    assert (3, 2) == (sent.in_segment, sent.messages.count())
    mail.outbox.clear()
    queue_email(
        version=email.version, contacts=Contact.objects.all(), key="x", not_before=world.now + timedelta(hours=1)
    )
    record_consent(contacts=[people["Nils"].pk], purpose=news, state=Consent.State.WITHDRAWN, source="form")
    world.advance(hours=1)
    run_jobs()
    assert {"lena"} == bodies().keys()
    assert "no_consent" == Message.objects.get(state="suppressed").error


def test_one_click_unsubscribes_and_looking_does_not(people, everybody, news, ada, run_jobs) -> None:
    nils = people["Nils"]
    record_consent(contacts=[nils.pk], purpose=news, state=Consent.State.GRANTED, source="form")
    broadcast(email=make_email(ada, "News", purpose=news), segment=everybody, actor=ada)
    run_jobs()
    headers = mail.outbox[0].message()
    assert "List-Unsubscribe=One-Click" == headers["List-Unsubscribe-Post"]
    path = headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert path in bodies()["nils"]
    assert path in mail.outbox[0].body
    client = Client(enforce_csrf_checks=True)
    for method in ("get", "head"):
        assert 200 == getattr(client, method)(path).status_code
    consent = Consent.objects.get(contact=nils)
    assert "granted" == consent.state
    assert 200 == client.post(path, {"List-Unsubscribe": "One-Click"}).status_code
    consent.refresh_from_db()
    assert "withdrawn" == consent.state
    assert Message.objects.get().unsubscribed_at
    assert 404 == client.post("/go/mail/1.forged/unsubscribe/").status_code


def test_preference_page_gives_and_takes(people, everybody, news, ada, run_jobs) -> None:
    nils = people["Nils"]
    record_consent(contacts=[nils.pk], purpose=news, state=Consent.State.GRANTED, source="form")
    broadcast(email=make_email(ada, "{preferences_link}", purpose=news), segment=everybody, actor=ada)
    run_jobs()
    path = mail.outbox[0].body.partition("http://testserver")[2].split()[0]
    client = Client(enforce_csrf_checks=True)
    assert b"checked" in client.get(path).content
    states = []
    for answer in ({}, {"purpose": news.pk}, {"none": "1"}, {"purpose": news.pk}):
        client.post(path, answer)
        nils.refresh_from_db()
        states.append((nils.consents.get().state, nils.do_not_contact_at is not None))
    assert [("withdrawn", False), ("granted", False), ("granted", True), ("granted", False)] == states


def test_opening_and_clicking_are_counted_once_and_lead_where_they_should(people, everybody, ada, run_jobs) -> None:
    body = '<p><a href="https://example.com/a?n={first_name}">a</a> {webinar_button}</p>'
    broadcast(email=make_email(ada, body), segment=everybody, actor=ada)
    run_jobs()
    html = bodies()["nils"]
    paths = [one.partition('"')[0] for one in html.split("http://testserver")[1:]]
    link = next(one for one in paths if "/links/" in one)
    pixel = next(one for one in paths if one.endswith("opened.gif"))
    client = Client()
    client.head(pixel)
    assert not Fact.objects.filter(kind="mail_opened").exists()
    for _ in range(2):
        assert "image/gif" == client.get(pixel)["Content-Type"]
        assert "https://example.com/a?n=Nils" == client.get(link)["Location"]
    assert 404 == client.get(link.replace("/0/", "/7/")).status_code
    facts = Fact.objects.filter(kind__in=["mail_opened", "mail_clicked"]).values_list("kind", "contact_id")
    assert sorted(facts) == [("mail_clicked", people["Nils"].pk), ("mail_opened", people["Nils"].pk)]


def test_mail_is_read_in_the_browser_with_the_person_s_own_links_and_counts_nothing(
    people, everybody, news, ada, run_jobs
) -> None:
    nils = people["Nils"]
    record_consent(contacts=[nils.pk], purpose=news, state=Consent.State.GRANTED, source="form")
    body = '<p><a href="https://example.com/?n={first_name}">a</a> {webinar_button} {contact.size|no size}</p>'
    add_field(label="Size", kind="number")
    broadcast(email=make_email(ada, body, purpose=news), segment=everybody, actor=ada)
    run_jobs()
    path = in_browser(bodies()["nils"])
    assert path == in_browser(mail.outbox[0].body)
    for _ in range(2):
        answer = Client().get(path)
        html = answer.content.decode()
        assert (200, "nils@example.com") == (answer.status_code, way_in(html).email)
        assert way_in(bodies()["nils"]) == way_in(html)
        assert 'href="https://example.com/?n=Nils"' in html
        assert "no size" in html
        assert "opened.gif" not in html
        assert ("noindex", "no-referrer") == (answer["X-Robots-Tag"], answer["Referrer-Policy"])
        assert "no-store" in answer["Cache-Control"]
    assert not Fact.objects.filter(kind__in=["mail_opened", "mail_clicked"]).exists()
    assert 404 == Client().get("/go/mail/1.forged/").status_code


@pytest.mark.parametrize("ending", ["the event", "the text", "the person"])
def test_page_of_a_mail_tells_when_it_has_ended(people, everybody, ada, run_jobs, world, settings, ending) -> None:
    settings.MAIL_RETENTION_DAYS = 30
    body = (
        '<p>{view_in_browser} {webinar_button}, <a href="{webinar_link}"><b>or</b> so</a>, '
        '<a href="{webinar_link|https://example.com/}">now</a> ({webinar_link})</p>'
    )
    broadcast(email=make_email(ada, body), segment=everybody, actor=ada)
    run_jobs()
    path = in_browser(mail.outbox[0].body)
    if ending == "the event":
        Event.objects.update(state="ended")
        html = re.sub(r' style="[^"]*"', "", Client().get(path).content.decode())
        assert 'Join webinar, <b>or</b> so, <a href="https://example.com/">now</a> ()' in html
        return
    if ending == "the text":
        world.advance(days=31)
    else:
        Contact.objects.all().delete()
    answer = Client().get(path)
    assert (404, True) == (answer.status_code, "no longer kept" in answer.content.decode())


def in_browser(text: str) -> str:
    return re.search(r"/go/mail/[^/\"\s]+/(?=[\"\s])", text)[0]


def test_custom_fields_are_filled_in_and_are_never_more_than_text(people, everybody, ada, run_jobs) -> None:
    size, motto, joined = (add_field(label=label, kind=kind) for label, kind in FIELDS)
    nasty = 'x\r\nBcc: all@example.com\r\n<b>"&{email}'
    nils = people["Nils"].pk
    set_values(values=[(nils, size, "3.50"), (nils, motto, nasty), (nils, joined, "2026-03-02")])
    email = save_email(
        name="Mail", actor=ada, subject="{contact.size|small} {contact.motto}", segment=everybody,
        body="{contact.motto} {contact.joined|never}",
    )  # fmt: skip
    broadcast(email=email, segment=everybody, actor=ada)
    run_jobs()
    sent = {one.to[0].partition("@")[0]: one for one in mail.outbox}
    assert "small" == sent["lena"].subject.strip()
    assert '3.5 x Bcc: all@example.com <b>"&{email}' == sent["nils"].subject
    assert "2 March 2026" in sent["nils"].body
    assert "never" in sent["lena"].body
    assert "&lt;b&gt;&quot;&amp;{email}" in bodies()["nils"].replace("&#x27;", "'")


FIELDS = (("Size", "number"), ("Motto", "text"), ("Joined", "date"))


def test_custom_field_that_there_is_not_is_refused_with_the_one_that_may_be_meant(ada) -> None:
    add_field(label="Size", kind="number")
    with pytest.raises(InvalidInputError) as caught:
        make_email(ada, "{contact.sise}")
    assert {"tags": "Contacts have no field for {contact.sise}. Do you mean {contact.size}?"} == caught.value.errors
    with pytest.raises(InvalidInputError):
        make_email(ada, "{contact.first_name}")


def test_text_of_a_letter_is_dropped_in_time_and_that_it_was_sent_stays(write, run_jobs, world, settings) -> None:
    attached = [Attachment("a.ics", "text/calendar", b"BEGIN")]
    old = write(html="<p>Hello</p>", attachments=attached, headers={"X-Test": "secret"})
    failed = write(to="olaf@example.com")
    run_jobs()
    Message.objects.filter(pk=failed.pk).update(state="failed")
    settings.MAIL_RETENTION_DAYS = 30
    world.advance(days=20)
    young = write(to="lena@example.com")
    world.advance(days=11)
    assert (2, 0) == (drop_bodies(), drop_bodies())
    old.refresh_from_db()
    young.refresh_from_db()
    assert ("", "", [], {}, "sent", "Hello") == (
        old.text, old.html, old.attachments, old.headers, old.state, old.subject,
    )  # fmt: skip
    assert "Hello there." == young.text
    with pytest.raises(StateConflictError, match="no longer kept"):
        send_again(message=failed)


def test_counting_can_be_left_out(people, everybody, ada, run_jobs) -> None:
    body = '<p><a href="https://example.com/a">a</a></p>'
    broadcast(email=make_email(ada, body, tracks_opens=False, tracks_clicks=False), segment=everybody, actor=ada)
    run_jobs()
    assert all("testserver" not in html and "https://example.com/a" in html for html in bodies().values())


def test_what_was_sent_keeps_what_it_said(people, everybody, ada, run_jobs, world) -> None:
    email = make_email(ada, "First")
    broadcast(email=email, segment=everybody, actor=ada, starts_at=world.now + timedelta(hours=1))
    save_email(email=email, name="Mail", subject="Hello", body="Second", actor=ada)
    save_email(email=email, name="Renamed", subject="Hello", body="Second", actor=ada)
    world.advance(hours=1)
    run_jobs()
    assert {"First\n"} == {one.body for one in mail.outbox}
    assert [1, 2] == list(email.versions.order_by("number").values_list("number", flat=True))


def test_planned_broadcast_can_be_taken_back_until_it_starts(people, everybody, ada, run_jobs, world) -> None:
    planned = broadcast(
        email=make_email(ada, "x"), segment=everybody, actor=ada, starts_at=world.now + timedelta(hours=1)
    )
    cancel_broadcast(broadcast=planned)
    world.advance(hours=2)
    run_jobs()
    assert [] == mail.outbox
    with pytest.raises(StateConflictError):
        cancel_broadcast(broadcast=Broadcast.objects.get())


def test_mail_without_tags_of_events_asks_for_none(people, everybody, ada, run_jobs) -> None:
    broadcast(email=make_email(ada, "Good day, {first_name}."), segment=everybody, actor=ada)
    with CaptureQueriesContext(database) as queries:
        run_jobs()
    assert (2, []) == (len(mail.outbox), [one["sql"] for one in queries if "events_" in one["sql"]])


def test_making_and_sending_cost_the_same_statements_for_few_and_many(everybody, ada, world) -> None:
    version = make_email(ada, "{first_name}").version

    def count(start: int, end: int) -> int:
        Contact.objects.bulk_create(
            Contact(email=f"p{n}@example.com", source="hand", created_at=world.now) for n in range(start, end)
        )
        some = Contact.objects.filter(email__in=[f"p{n}@example.com" for n in range(start, end)])
        with CaptureQueriesContext(database) as queries:
            assert end - start == queue_email(version=version, contacts=some, key="x")
        return len(queries)

    assert count(0, 2) == count(2, 40)


def segment_of(ada, *rules: dict) -> Segment:
    segment = save_segment(name="Those", rules={"all": [*rules]}, actor=ada)
    rebuild_segment.call(segment_id=segment.pk)
    return segment


def test_tags_without_an_event_are_about_the_one_that_the_segment_is_registered_for(people, ada, run_jobs):
    later, soon = (Event.objects.get(title=title) for title in ("Later", "Soon"))
    registered = {"did": "registered", "events": [later.pk]}
    segment = segment_of(ada, registered, {"not": {"did": "attended", "events": [soon.pk]}})
    email = make_email(ada, "{webinar_title}: {webinar_link}", segment=segment)
    assert "Later" in preview(email.version, people["Nils"], segment=segment).mail.text
    broadcast(email=email, segment=segment, actor=ada)
    run_jobs()
    found = {person: way_in(body) for person, body in bodies().items()}
    assert {"nils": "nils@example.com", "lena": "lena@example.com"} == {who: one.email for who, one in found.items()}
    assert {later} == {one.event for one in found.values()}


def test_a_segment_of_one_event_is_refused_where_somebody_in_it_is_not_registered_for_it(people, ada):
    soon = Event.objects.get(title="Soon")
    segment = segment_of(ada, {"did": "registered", "events": [soon.pk]})
    make_email(ada, "{webinar_link} {start_button}", name="Host", segment=segment, allows_host_links=True)
    decide_members(segment=segment, contacts=[people["Lena"].pk], decision="in")
    with pytest.raises(InvalidInputError) as caught:
        make_email(ada, "{webinar_link}", segment=segment)
    assert "not registered for “Soon”" in caught.value.errors["tags"]
    with pytest.raises(InvalidInputError) as caught:
        make_email(ada, "{start_button}", segment=segment)
    assert "start “Soon”, who do not organize it" in caught.value.errors["tags"]


def test_tags_lead_to_the_next_of_each_where_the_event_of_the_segment_is_over_or_cannot_be_meant(
    world, people, ada, run_jobs
):
    soon, later = (Event.objects.get(title=title) for title in ("Soon", "Later"))
    segment = segment_of(ada, {"did": "registered", "events": [soon.pk]})
    email = make_email(ada, "{webinar_title}", segment=segment)
    planned = broadcast(email=email, segment=segment, actor=ada, starts_at=world.now + timedelta(hours=6))
    world.advance(hours=5)
    Event.objects.filter(pk=soon.pk).update(state=Event.State.ENDED)
    assert "Later" in preview(email.version, people["Nils"], segment=segment).mail.text
    world.advance(hours=2)
    run_jobs()
    assert [soon.event_key] == [one.about for one in planned.messages.all()]
    both = {"any": [{"did": "registered", "events": [pk]} for pk in (soon.pk, later.pk)]}
    segment = save_segment(segment=segment, name="Those", rules=both, actor=ada)
    assert find_event_about(email.version, segment, at=world.now) is None
