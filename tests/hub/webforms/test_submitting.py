"""What visitors send is kept, whatever happens next; and it ends with the registrant at GoTo."""

import os
import subprocess
import sys

import pytest
from django.core import mail
from tests.factories.forms import LENA, make_form, send

from greenroom.hub.contacts.models import ConsentRecord, Contact
from greenroom.hub.contacts.selectors import list_values
from greenroom.hub.contacts.services import add_field as add_custom_field
from greenroom.hub.contacts.services import add_purpose, erase_contact, make_contact, merge_contacts, record_consent
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.services.joining import find_registrants_way_in
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.services import queue_email, save_email
from greenroom.hub.webforms.errors import FormClosedError, TooManySubmissionsError
from greenroom.hub.webforms.models import Submission, SubmissionAct
from greenroom.hub.webforms.selectors import count_submissions
from greenroom.hub.webforms.services import (
    accept_submission,
    add_action,
    add_field,
    close_form,
    count_view,
    forget_unaccepted,
    retry_acts,
)
from greenroom.hub.webforms.tokens import digest_visitor, sign_shown


def emails_at_goto(world, event) -> list[str]:
    return [one["email"] for one in world.registrants_at_goto(event.event_key)]


def states(submission) -> list[str]:
    return [one.state for one in submission.acts.all()]


def settle(world, run_jobs) -> None:
    """Let all work be done, also what is looked at again later."""
    run_jobs()
    world.advance(minutes=1)
    run_jobs()


def test_visitor_becomes_a_registrant_at_goto(form, event, world, visit, run_jobs):
    submission = visit(form)
    settle(world, run_jobs)
    assert ["lena@example.com"] == emails_at_goto(world, event)
    assert ["done"] == states(submission)
    contact = Contact.objects.get(email="lena@example.com")
    assert ("Lena", "Fischer", "form") == (contact.first_name, contact.last_name, contact.source)


def test_signing_up_leaves_the_event_as_it_was(form, event, world, visit, run_jobs):
    visit(form)
    settle(world, run_jobs)
    now = Event.objects.get(pk=event.pk)
    assert (event.title, event.description, event.event_key) == (now.title, now.description, now.event_key)


def test_who_signs_up_here_is_mailed_their_own_link(form, event, ada, world, visit, run_jobs):
    submission = visit(form)
    settle(world, run_jobs)
    email = save_email(name="Way in", subject="Come", body="{webinar_link}", actor=ada)
    queue_email(version=email.version, contacts=Contact.objects.filter(pk=submission.contact_id), key="test")
    run_jobs()
    token = mail.outbox[-1].body.partition("/go/join/r/")[2].partition("/")[0]
    registrant = find_registrants_way_in(token).registrant
    assert ("lena@example.com", event.pk) == (registrant.email, registrant.event_id)


def test_visitor_is_sent_the_link_into_what_they_chose_once_goto_has_registered_them(
    ada, event, pull, world, visit, run_jobs
):
    other = pull(world.schedule_webinar("Other"))
    form = make_form(ada, start="webinar")
    choice = form.fields.get(kind="event")
    email = save_email(name="In", actor=ada, subject="{webinar_title}", body="{webinar_button}")
    add_action(form=form, kind="send_link", given={"event_field": choice.pk, "email": email.pk})
    submission = visit(form, {**LENA, choice.label: str(other.pk)})
    settle(world, run_jobs)
    assert ["done", "done"] == states(submission)
    assert [(["lena@example.com"], "Other")] == [(one.to, one.subject) for one in mail.outbox]


def test_sending_is_one_fact_with_the_contact(form, visit, run_jobs):
    submission = visit(form)
    fact = Fact.objects.get(kind="form_submitted")
    assert (submission.contact_id, form.pk, submission.pk) == (
        fact.contact_id, fact.data["form_id"], fact.data["submission_id"],
    )  # fmt: skip


def test_goto_that_is_down_loses_nobody(form, event, world, visit, run_jobs):
    """Faults 16 and 22: no call in the visitor's request, and no submission is thrown away."""
    world.fail(kind="status", status=503, times=1000)
    world.count_calls()
    submission = visit(form)
    assert 0 == world.count_calls()
    run_jobs()
    assert ["waiting"] == states(submission)
    world.control("DELETE", "faults")
    world.advance(hours=1)
    run_jobs()
    assert ["lena@example.com"] == emails_at_goto(world, event)
    world.advance(hours=1)
    run_jobs()
    assert ["done"] == states(submission)


def test_who_is_registered_already_is_done(form, event, world, visit, run_jobs):
    """Fault: GoTo's 409 was a failed submission."""
    for _ in range(2):
        submission = visit(form)
        settle(world, run_jobs)
    assert (["done"], 1) == (states(submission), len(emails_at_goto(world, event)))


def test_mapped_answers_are_what_the_organizer_gets(ada, pull, world, visit, run_jobs):
    """Fault: the contact's profile was sent, whatever the form's mapping said."""
    make_contact(source="hand", email="lena@example.com", first_name="Magdalena", last_name="Old")
    event = pull(world.schedule_webinar())
    visit(make_form(ada, event=event))
    settle(world, run_jobs)
    registrant = world.registrants_at_goto(event.event_key)[0]
    assert ("Lena", "Fischer") == (registrant["firstName"], registrant["lastName"])


def test_stranger_who_types_an_address_overwrites_nothing(form, visit):
    make_contact(source="hand", email="lena@example.com", first_name="Magdalena")
    visit(form)
    contact = Contact.objects.get(email="lena@example.com")
    assert ("Magdalena", "Fischer") == (contact.first_name, contact.last_name)


def test_person_whose_browser_it_is_does(form, visit):
    known = make_contact(source="hand", email="lena@example.com", first_name="Magdalena")
    visit(form, proven_contact=known.pk)
    assert "Lena" == Contact.objects.get(email="lena@example.com").first_name


def test_page_that_is_sent_twice_is_sent_once(form, world, run_jobs):
    shown = sign_shown(form.pk)
    world.advance(minutes=1)
    assert send(form, shown=shown) == send(form, shown=shown)
    assert (1, 1) == (Submission.objects.count(), SubmissionAct.objects.count())


@pytest.mark.parametrize(("seconds", "website"), [(0, False), (5, True)])
def test_what_looks_made_by_a_machine_is_set_aside_and_can_be_accepted(form, event, world, run_jobs, seconds, website):
    shown = sign_shown(form.pk)
    world.advance(seconds=seconds)
    submission = send(form, shown=shown, is_suspicious=website)
    assert ("set_aside", 0, 0) == (
        submission.state,
        Contact.objects.count(),
        Fact.objects.filter(kind="form_submitted").count(),
    )
    accept_submission(submission=submission)
    settle(world, run_jobs)
    assert ["lena@example.com"] == emails_at_goto(world, event)


def test_closed_form_takes_nothing(form, visit):
    close_form(form=form)
    with pytest.raises(FormClosedError):
        visit(form)
    assert 0 == Submission.objects.count()


def test_flood_from_one_place_ends(form, world):
    for number in range(40):
        send(form, LENA | {"E-mail address": f"p{number}@example.com"})
    with pytest.raises(TooManySubmissionsError):
        send(form, LENA)
    send(form, LENA, visitor=digest_visitor("192.0.2.2"))
    world.advance(minutes=11)
    send(form, LENA)


def test_one_address_is_not_sent_again_and_again(form):
    for number in range(10):
        send(form, visitor=digest_visitor(f"192.0.2.{number}"))
    with pytest.raises(TooManySubmissionsError):
        send(form, visitor=digest_visitor("198.51.100.1"))
    send(form, LENA | {"E-mail address": "ben@example.com"})


def test_network_address_is_not_kept(form, visit):
    assert "192.0.2.1" not in str(Submission.objects.filter(pk=visit(form).pk).values().get())


def test_event_that_was_cancelled_keeps_who_asked_and_they_can_be_registered_for_another(
    form, event, pull, world, visit, run_jobs
):
    type(event).objects.filter(pk=event.pk).update(state="cancelled")
    submission = visit(form)
    settle(world, run_jobs)
    act = submission.acts.get()
    assert ("failed", "This event was cancelled.") == (act.state, act.problem)
    other = pull(world.schedule_webinar("Ladders again"))
    assert 1 == retry_acts(submission=submission, event=other)
    settle(world, run_jobs)
    assert (["lena@example.com"], ["done"]) == (emails_at_goto(world, other), states(submission))


def test_event_that_is_gone_altogether_loses_nobody(form, event, world, visit, run_jobs):
    event.delete()
    submission = visit(form)
    settle(world, run_jobs)
    assert ("failed", "The event is no longer here.") == (submission.acts.get().state, submission.acts.get().problem)
    assert Contact.objects.filter(email="lena@example.com").exists()


def test_refusal_of_goto_is_told_and_can_be_tried_again(form, event, world, visit, run_jobs):
    world.fail(kind="status", status=403, times=1, operation="createRegistrant")
    submission = visit(form)
    settle(world, run_jobs)
    assert "GoTo takes no more registrations for this event." == submission.acts.get().problem
    retry_acts(submission=submission)
    settle(world, run_jobs)
    assert ["done"] == states(submission)
    assert 2 == RegistrationRequest.objects.count()


@pytest.fixture
def agreeing(form):
    """The form with a consent to a newsletter."""
    news = add_purpose(name="News", wording="Write to me about new trainings.")
    add_field(form=form, kind="consent", label="Yes, write to me each month.", purpose=news)
    return form


AGREED = LENA | {"Yes, write to me each month.": "on"}


def test_consent_is_noted_with_the_words_that_were_shown(agreeing, visit):
    submission = visit(agreeing, AGREED)
    record = ConsentRecord.objects.get()
    assert ("granted", "form", "Yes, write to me each month.") == (record.state, record.source, record.wording)
    assert (agreeing.pk, submission.pk) == (record.details["form_id"], record.details["submission_id"])
    visit(agreeing, LENA | {"E-mail address": "ben@example.com"})
    assert 1 == ConsentRecord.objects.count()


def test_stranger_cannot_bring_back_a_consent_that_was_withdrawn(agreeing, visit):
    contact = visit(agreeing, AGREED).contact
    purpose = agreeing.fields.get(kind="consent").purpose
    said = {"contacts": [contact.pk], "purpose": purpose, "state": "withdrawn", "source": "preferences"}
    record_consent(**said)
    visit(agreeing, AGREED)
    assert "withdrawn" == contact.consents.get().state
    visit(agreeing, AGREED, proven_contact=contact.pk)
    assert "granted" == contact.consents.get().state


def test_who_is_forgotten_is_forgotten_with_all_they_sent_and_may_come_back(form, visit):
    erase_contact(contact=visit(form).contact)
    assert not Submission.objects.filter(email="lena@example.com").exists()
    assert "lena@example.com" == visit(form).contact.email


def test_merged_contact_keeps_what_was_sent(form, ada, visit):
    submission = visit(form)
    kept = make_contact(source="hand", email="lena@northwind.example")
    merge_contacts(kept=kept, other=submission.contact, actor=ada)
    submission.refresh_from_db()
    assert kept == submission.contact


def test_what_nobody_accepts_is_forgotten_after_a_month(form, world, visit):
    send(form)
    visit(form)
    world.advance(days=31)
    assert 1 == forget_unaccepted()
    assert ["accepted"] == [one.state for one in Submission.objects.all()]


def test_long_answer_is_cut_for_the_contact(form, ada, visit):
    add_field(form=form, kind="choice", label="Country", choices=["x" * 150], contact_field="country")
    assert "x" * 64 == visit(form, LENA | {"Country": "x" * 150}).contact.country


def test_answers_fill_custom_fields_and_what_is_not_of_their_kind_stays_in_the_answer(form, visit):
    age, size = (
        add_custom_field(label="Age", kind="number"),
        add_custom_field(label="Size", kind="choice", choices="SL"),
    )
    add_field(form=form, kind="text", label="Your age", contact_field=age.target)
    add_field(form=form, kind="hidden", label="Size", contact_field=size.target)
    contact = visit(form, LENA | {"Your age": "41.0", "Size": "l"}).contact
    assert {"age": "41", "size": "L"} == told_of(contact)
    visit(form, LENA | {"Your age": "12", "Size": "huge"})
    assert {"age": "41", "size": "L"} == told_of(contact)
    visit(form, LENA | {"Your age": "42", "Size": "huge"}, proven_contact=contact.pk)
    assert {"age": "42", "size": "L"} == told_of(contact)


def told_of(contact) -> dict[str, str]:
    return {one.field.key: one.text for one in list_values(contact=contact)}


@pytest.mark.parametrize(
    ("browser", "counts"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", False),
        ("python-requests/2.32", False),
        ("", False),
    ],
)
def test_views_of_people_are_counted_by_day(form, world, browser, counts):
    for _ in range(2):
        count_view(form=form, browser=browser)
    world.advance(days=1)
    count_view(form=form, browser=browser)
    assert ([2, 1] if counts else []) == [one.count for one in form.views.order_by("day")]


def test_share_that_was_sent_is_of_the_days_on_which_views_were_counted(form, world, visit):
    visit(form)
    world.advance(days=1)
    for _ in range(3):
        count_view(form=form, browser="Mozilla/5.0")
    visit(form, LENA | {"E-mail address": "ben@example.com"})
    send(form, LENA | {"E-mail address": "machine@example.com"})
    counted = count_submissions(form=form)
    assert (3, 3, 33) == (counted.views, counted.sent, counted.sent_percent)


def test_worker_finds_the_work():
    assert {"webforms.perform_acts", "webforms.forget_old_submissions"} <= names_in_a_fresh_process()


def names_in_a_fresh_process() -> set[str]:
    """Return the names of all tasks that a process knows which has only set Django up, as a worker does."""
    code = "import django; django.setup(); from greenroom.hub.jobs import registry; print(*registry._tasks)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())
