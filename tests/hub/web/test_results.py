"""Results: for those who teach, for each learner, taken away as a table, and marked by hand or from a list."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_item
from tests.factories.sessions import hold, make_people
from tests.factories.users import make_user

from greenroom.hub.courses.models import Certificate, Completion, CompletionChange, CoursePolicy, SectionItem
from greenroom.hub.courses.services import evaluate_event, mark, set_policy


def texts(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def ben(course):
    ben = make_user("Ben")
    make_enrollment(course, ben)
    return ben


@pytest.fixture
def held(world, item, lena, ben):
    """An hour that is over: Lena was there for 50 minutes, in two stays, and Ben for ten."""
    world.advance(hours=3)
    item.event.state, item.event.attendance_due_at = "ended", None
    item.event.save()
    hold(item.event, item.event.starts_at, {lena: 3000, ben: 600})
    item.event.sessions.get().attendees.filter(email=lena.email).update(intervals=[[0, 1200], [1800, 3600]])
    evaluate_event(event_id=item.event_id)
    return item


def test_roster_shows_result_share_and_presence(held, as_ivan):
    page = texts(as_ivan.get(reverse("roster", args=[held.pk])))
    for text in ("Attend at least 80 % of the actual session.", "83.3 %", "16.6 %", "Partly attended", "Completed"):
        assert text in page
    assert "In the session for 50 min of 1 h, in 2 stays" in page


@pytest.mark.parametrize(
    ("names", "query"),
    [
        (["Ben", "Lena"], {}),
        (["Lena"], {"result": "completed"}),
        (["Ben"], {"result": "partial"}),
        (["Nora"], {"result": "open"}),
        (["Lena"], {"q": "lena@"}),
        ([], {"q": "lena", "result": "partial"}),
        (["Ben", "Lena"], {"result": "unheard of"}),
    ],
)
def test_roster_is_searched_and_narrowed(course, held, as_ivan, names, query):
    if query.get("result") == "open":
        make_enrollment(course, make_user("Nora"))
    rows = as_ivan.get(reverse("roster", args=[held.pk]), query).context["rows"]
    assert names == [row.user.first_name for row in rows]


def test_people_are_marked_together_and_see_why(held, ben, lena, as_ivan, browser):
    url = reverse("mark_people", args=[held.pk])
    given = {"user": [ben.pk, lena.pk], "status": "excused", "reason": "Fire drill"}
    assert "2 people are marked as excused." in texts(as_ivan.post(url, given, follow=True))
    page = texts(browser(ben).get(reverse("own_results", args=[held.section.lesson.course.slug])))
    assert "Ivan Example: Fire drill" in page
    assert "You are excused from this." in texts(browser(ben).get(f"/lessons/{held.section.lesson_id}/"))
    given = {"user": [ben.pk], "status": "rule", "reason": "He was there"}
    assert "1 mark was taken back." in texts(as_ivan.post(url, given, follow=True))
    assert "partial" == Completion.objects.get(user=ben).status


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("status", {"status": "done"}),
        ("reason", {"reason": " "}),
        ("__all__", {"user": []}),
        ("__all__", {"user": ["x", "9" * 30]}),
    ],
)
def test_mark_that_cannot_be_kept_is_told_beside_its_field(held, ben, as_ivan, field, change):
    given = {"user": [ben.pk], "status": "completed", "reason": "Seen"} | change
    answer = as_ivan.post(reverse("mark_people", args=[held.pk]), given)
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    assert "partial" == Completion.objects.get(user=ben).status


def test_assistant_sees_and_marks_only_when_trusted(course, held, ben, asa, browser):
    make_enrollment(course, asa, "assistant")
    given = {"user": [ben.pk], "status": "completed", "reason": "Seen"}
    url = reverse("mark_people", args=[held.pk])
    assert url not in texts(browser(asa).get(reverse("roster", args=[held.pk])))
    assert 404 == browser(asa).post(url, given).status_code
    course.trusts_assistants = True
    course.save()
    assert 302 == browser(asa).post(url, given).status_code
    assert "completed" == Completion.objects.get(user=ben).status


def test_matrix_shows_everybody_beside_everything(world, course, section, held, ben, ivan, make_event_row, as_ivan):
    other = make_item(section, make_event_row(world.now + timedelta(days=1)))
    mark(item=other, users=[ben.pk], status="excused", reason="Ill", actor=ivan)
    standings = as_ivan.get(reverse("course_results", args=[course.slug])).context["standings"]
    assert [
        ("Ben", ["partial", "excused"], 0, 1, True),
        ("Lena", ["completed", "open"], 1, 2, False),
    ] == [
        (one.user.first_name, [cell.status for cell in one.cells], one.done, one.needed, one.is_out_of_reach)
        for one in standings
    ]


@pytest.fixture
def make_event_row(connection):
    from greenroom.hub.events.models import Event, EventTime

    def make(start):
        event = Event.objects.create(
            connection=connection, product="webinar", event_key="9", organizer_key="1", title="Ropes", starts_at=start,
            ends_at=start + timedelta(hours=1), attendance_due_at=start,
        )  # fmt: skip
        EventTime.objects.create(event=event, starts_at=start, ends_at=event.ends_at)
        return event

    return make


def test_learner_is_warned_when_the_course_is_out_of_reach(course, held, ben, browser):
    page = texts(browser(ben).get(reverse("course", args=[course.slug])))
    assert "You can no longer complete this course by yourself." in page
    assert "What cannot be done any more: Ladder safety (the attendance is final and not enough)." in page
    assert "Out of reach" in texts(browser(ben).get(reverse("own_results", args=[course.slug])))


@pytest.fixture
def certificate(course, held, lena):
    set_policy(course=course, percent=100, complete_by=None, gives_certificate=True, credits="6 hours")
    return Certificate.objects.get(user=lena)


def change_certificate(client, act: str, course, lena, reason: str):
    return client.post(reverse(f"{act}_certificate", args=[course.slug, lena.pk]), {"reason": reason})


def test_certificate_is_revoked_and_brought_back_with_its_history(course, certificate, lena, as_ivan, as_lena):
    assert "6 hours" == certificate.credits
    public = reverse("certificate", args=[certificate.code])
    change_certificate(as_ivan, "revoke", course, lena, "Sat in for her")
    set_policy(course=course, percent=100, complete_by=None, gives_certificate=True)  # issues what is missing
    assert certificate == Certificate.objects.get()
    assert "revoked on" in texts(Client().get(public))
    assert "Sat in for her" not in texts(Client().get(public))
    assert "Bring certificate back" in texts(as_ivan.get(reverse("person_results", args=[course.slug, lena.pk])))
    change_certificate(as_ivan, "restore", course, lena, "It was her after all")
    assert "Valid" in texts(Client().get(public))
    own = texts(as_lena.get(reverse("own_results", args=[course.slug])))
    for text in ("Sat in for her", "It was her after all", "Ivan Example"):
        assert text in own
    assert "Revoke certificate" not in own


def test_certificate_is_changed_with_a_reason_and_once(course, certificate, lena, as_ivan):
    assert 422 == change_certificate(as_ivan, "revoke", course, lena, " ").status_code
    assert 409 == change_certificate(as_ivan, "restore", course, lena, "Why not").status_code
    assert 302 == change_certificate(as_ivan, "revoke", course, lena, "Sat in for her").status_code
    assert 409 == change_certificate(as_ivan, "revoke", course, lena, "Sat in for her").status_code
    assert 1 == certificate.changes.count()


def test_certificate_does_not_come_back_without_the_completion(course, certificate, held, lena, ivan, as_ivan):
    change_certificate(as_ivan, "revoke", course, lena, "Sat in for her")
    mark(item=held, users=[lena.pk], status="absent", reason="She was not there", actor=ivan)
    assert 409 == change_certificate(as_ivan, "restore", course, lena, "Sorry").status_code
    assert not Certificate.objects.filter(revoked_at=None).exists()


def test_only_who_leads_changes_certificates(course, certificate, lena, asa, browser):
    make_enrollment(course, asa, "assistant")
    assert 404 == change_certificate(browser(asa), "revoke", course, lena, "No").status_code
    course.trusts_assistants = True
    course.save()
    assert 302 == change_certificate(browser(asa), "revoke", course, lena, "Yes").status_code


def test_matrix_and_transcript_tell_who_cannot_complete_any_more_and_why(course, held, ben, as_ivan):
    url, why = reverse("course_results", args=[course.slug]), "the attendance is final and not enough"
    assert ["Ben", "Lena"] == [one.user.first_name for one in as_ivan.get(url).context["standings"]]
    answer = as_ivan.get(url, {"reach": "out"})
    assert ["Ben"] == [one.user.first_name for one in answer.context["standings"]]
    assert why in texts(answer)
    assert [] == as_ivan.get(url, {"reach": "out", "q": "lena"}).context["standings"]
    transcript = texts(as_ivan.get(reverse("person_results", args=[course.slug, ben.pk])))
    assert f"cannot be done any more: {why}" in transcript
    assert f"Ladder safety ({why})" in transcript


def test_what_somebody_has_not_begun_and_cannot_any_more_is_not_called_open(course, held, as_ivan):
    nora = make_user("Nora")
    make_enrollment(course, nora)
    for name, args in (("course_results", [course.slug]), ("person_results", [course.slug, nora.pk])):
        page = texts(as_ivan.get(reverse(name, args=args), {"q": "nora"}))
        assert (True, False) == ("Out of reach" in page, ">Open<" in page)


def test_number_of_statements_does_not_grow_with_those_who_cannot_complete(course, held, as_ivan):
    url = reverse("course_results", args=[course.slug])
    with CaptureQueriesContext(database) as few:
        assert 1 == len(as_ivan.get(url, {"reach": "out"}).context["standings"])
    for person in make_people(12):
        make_enrollment(course, person)
    with CaptureQueriesContext(database) as many:
        assert 13 == len(as_ivan.get(url, {"reach": "out"}).context["standings"])
    assert len(few) == len(many)


def test_learner_who_has_completed_finds_the_certificate(course, held, lena, as_lena, as_ivan, ben):
    set_policy(course=course, percent=100, complete_by=None, gives_certificate=True)
    link = reverse("certificate", args=[Certificate.objects.get(user=lena).code])
    assert link in texts(as_lena.get(reverse("course", args=[course.slug])))
    assert link in texts(as_ivan.get(reverse("person_results", args=[course.slug, lena.pk])))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Pacific/Auckland"])
def test_deadline_is_set_and_shown_in_the_zone_of_whoever_looks(course, eda, as_eda, zone):
    eda.time_zone = zone
    eda.save()
    url = reverse("course_policy", args=[course.slug])
    as_eda.post(url, {"percent": "80", "complete_by": "2026-03-29T02:30"})
    policy = CoursePolicy.objects.get()
    hours = {"UTC": 0, "Asia/Kolkata": 5.5, "Pacific/Auckland": 13}[zone]
    assert f"{policy.complete_by + timedelta(hours=hours):%d %H:%M}" == "29 02:30"
    assert (80, False) == (policy.percent, policy.gives_certificate)
    assert 'value="2026-03-29T02:30"' in texts(as_eda.get(url))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("percent", {"percent": "0"}),
        ("percent", {"percent": "101"}),
        ("percent", {"percent": ""}),
        ("complete_by", {"percent": "100", "complete_by": "soon"}),
        ("complete_by", {"percent": "100", "complete_by": "2026-03-29T02:30"}),  # does not exist in Berlin
    ],
)
def test_policy_that_cannot_be_kept_is_told_beside_its_field(course, eda, as_eda, field, given):
    eda.time_zone = "Europe/Berlin"
    eda.save()
    answer = as_eda.post(reverse("course_policy", args=[course.slug]), given)
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    assert not CoursePolicy.objects.exists()


def test_learner_says_that_a_text_is_done(course, section, lena, as_lena, as_ivan):
    text = SectionItem.objects.create(section=section, kind="text", text="Look up.", position=1)
    lesson, url = f"/lessons/{section.lesson_id}/", reverse("confirm_done", args=[text.pk])
    assert url in texts(as_lena.get(lesson))
    assert url not in texts(as_ivan.get(lesson))
    as_lena.post(url)
    assert "completed" == Completion.objects.get(user=lena).status
    assert url not in texts(as_lena.get(lesson))


def test_what_counts_by_attendance_is_not_confirmed(item, as_lena):
    assert 409 == as_lena.post(reverse("confirm_done", args=[item.pk])).status_code


# Attendance that is nobody's


@pytest.fixture
def stranger(held):
    """Somebody was there for the whole hour whom no registration tells."""
    session = held.event.sessions.get()
    held.event.registrants.filter(email="ben@example.com").update(first_name="Ben", last_name="Example")
    return session.attendees.create(
        attendee_key="99", email="ben@home.example", first_name="Ben", last_name="Example", intervals=[[0, 3600]],
        attended_seconds=3600, reported_seconds=3700,
    )  # fmt: skip


def test_instructor_says_from_the_roster_whose_attendance_it_is(held, stranger, ben, as_ivan, run_jobs):
    url = reverse("event_unmatched", args=[held.event_id])
    roster = reverse("roster", args=[held.pk])
    assert "1 attendee of this event is tied to no registration." in texts(as_ivan.get(roster))
    assert f'value="{ben.email}"' in texts(as_ivan.get(url))
    matching = reverse("match_attendee", args=[stranger.pk])
    assert "Nobody signed up for this event with" in texts(
        as_ivan.post(matching, {"email": "x@y.example"}, follow=True)
    )
    answer = as_ivan.post(matching, {"email": ben.email, "place": "event"}, follow=True)
    assert (url, True) == (answer.redirect_chain[-1][0], "is now that of" in texts(answer))
    run_jobs()
    assert "completed" == Completion.objects.get(user=ben).status
    assert "tied to no registration" not in texts(as_ivan.get(roster))


def test_instructor_takes_back_whose_attendance_it_was_said_to_be(held, stranger, ben, as_ivan, run_jobs):
    url, matching = reverse("event_unmatched", args=[held.event_id]), reverse("match_attendee", args=[stranger.pk])
    as_ivan.post(matching, {"email": ben.email, "place": "event"})
    run_jobs()
    assert "Take it back" in texts(as_ivan.get(url))
    assert "Whose attendance it is" in texts(as_ivan.get(reverse("event", args=[held.event_id]) + "?tab=attendance"))
    answer = as_ivan.post(matching, {"again": "1", "place": "event"}, follow=True)
    run_jobs()
    assert (url, False) == (answer.redirect_chain[-1][0], "Take it back" in texts(answer))
    assert "tied to no registration" in texts(as_ivan.get(reverse("roster", args=[held.pk])))
    assert "completed" != Completion.objects.get(user=ben).status


def test_who_may_not_mark_decides_about_no_attendance(course, held, stranger, asa, eda, browser):
    make_enrollment(course, asa, "assistant")
    for user in (asa, eda):
        assert "tied to no registration" not in texts(browser(user).get(reverse("roster", args=[held.pk])))
        assert 404 == browser(user).get(reverse("event_unmatched", args=[held.event_id])).status_code
        assert 404 == browser(user).post(reverse("match_attendee", args=[stranger.pk]), {}).status_code


def test_attendance_is_exported_with_joins_and_leaves(world, held, lena, as_ivan):
    answer = as_ivan.post(reverse("start_export", args=["attendance"]), {"event": held.event_id, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    (row,) = (one for one in rows if one["E-mail"] == lena.email)
    began = held.event.starts_at
    assert [f"{began:%Y-%m-%dT%H:%M}", f"{began + timedelta(hours=1):%Y-%m-%dT%H:%M}"] == [
        row[name][:16] for name in ("First joined", "Last left")
    ]
    wanted = {"Person": str(lena.pk), "Stays": "2", "Seconds GoTo reports": "3000", "Registration": "APPROVED"}
    assert wanted == {name: row[name] for name in wanted}


# From a list


def test_list_is_shown_before_it_is_carried_out(held, ben, lena, as_ivan):
    url = reverse("import_marks", args=[held.pk])
    text = f"email;status;reason\n{ben.email.upper()};Completed;Dialled in\n{lena.email};excused;Ill\n"
    page = as_ivan.post(url, {"text": text})
    assert "Nothing has been changed yet" in texts(page)
    assert (2, 0, "partial") == (
        page.context["changes"], page.context["problems"], Completion.objects.get(user=ben).status,
    )  # fmt: skip
    assert "2 people are marked." in texts(as_ivan.post(url, {"text": text, "confirm": "1"}, follow=True))
    assert {("completed", "mark"), ("excused", "mark")} == set(Completion.objects.values_list("status", "basis"))
    said = CompletionChange.objects.filter(changed_by__isnull=False).values_list("user", "reason")
    assert {(ben.pk, "Dialled in"), (lena.pk, "Ill")} == set(said)


def test_each_row_says_why_it_cannot_be_used(held, otto, ivan, lena, as_ivan):
    text = (
        "email,status,reason\n"
        f"{otto.email},completed,Seen\n{ivan.email},completed,Seen\n{lena.email},done,Seen\n"
        f"{lena.email},absent,Seen\nben@example.com,absent,\n"
    )
    page = as_ivan.post(reverse("import_marks", args=[held.pk]), {"text": text, "confirm": ""})
    assert "0 people are marked." not in texts(page)
    problems = {
        one.line: one.problem for one in as_ivan.post(page.request["PATH_INFO"], {"text": text}).context["plan"]
    }
    assert {
        2: "Nobody with this address learns in this course.",
        3: "Nobody with this address learns in this course.",
        4: "Choose completed, partial, absent or excused.",
        5: "This address stands in line 4 already.",
        6: "Say why, so that it can be understood later.",
    } == problems
    assert 0 == CompletionChange.objects.filter(changed_by__isnull=False).count()


@pytest.mark.parametrize("text", ["", "name,status\nLena,completed", "status\ncompleted"])
def test_list_that_cannot_be_read_is_told(held, as_ivan, text):
    assert 422 == as_ivan.post(reverse("import_marks", args=[held.pk]), {"text": text}).status_code


# Taken away


def export(client, course, format="csv"):
    return client.post(reverse("start_export", args=["results"]), {"course": course.pk, "format": format})


def test_results_are_exported_row_by_row(course, held, ben, ivan, as_ivan):
    mark(item=held, users=[ben.pk], status="completed", reason="=1+1", actor=ivan)
    rows = list(csv.DictReader(io.StringIO(b"".join(export(as_ivan, course)).decode("utf-8-sig"))))
    told = {row["First name"]: [row[name] for name in ("Seconds attended", "Result", "Rests on")] for row in rows}
    assert {"Lena": ["3000", "completed", "rule"], "Ben": ["600", "completed", "mark"]} == told
    assert ["'=1+1"] == [row["Reason"] for row in rows if row["First name"] == "Ben"]
    assert {"Ladder safety"} == {row["Item"] for row in rows}


def test_export_goes_on_in_the_middle_of_a_person(course, section, held, as_ivan):
    from greenroom.hub.exports.tables import get_table

    for person in make_people(3):
        make_enrollment(course, person)
    SectionItem.objects.create(section=section, kind="text", text="Look up.", position=1)
    table, params = get_table("results"), {"course": course.pk}
    whole = list(table.rows(params, 0))
    assert 10 == len(whole) == table.count(params)
    for place in range(10):
        assert whole[place + 1 :] == list(table.rows(params, whole[place][0]))


@pytest.mark.parametrize("name", ["otto", "lena", "eda", "obi"])
def test_results_are_exported_by_nobody_else(course, held, cast, browser, name):
    assert 404 == export(browser(getattr(cast, name)), course).status_code


def test_what_was_cancelled_is_neither_open_nor_out_of_reach(course, item, lena, as_ivan):
    item.event.sessions.all().delete()
    type(item.event).objects.update(state="cancelled")
    for name, args in (("course_results", [course.slug]), ("person_results", [course.slug, lena.pk])):
        page = as_ivan.get(reverse(name, args=args)).content.decode()
        assert "Cancelled" in page
        assert "no date is left" not in page


def test_card_asks_for_nothing_that_is_cancelled_or_excused(item, lena, ivan, as_lena):
    def asks() -> bool:
        return ">Required<" in as_lena.get(reverse("item_card", args=[item.pk])).content.decode()

    assert asks()
    mark(item=item, users=[lena.pk], status="excused", reason="Ill", actor=ivan)
    assert not asks()
    item.completions.all().delete()
    assert asks()
    type(item.event).objects.update(state="cancelled")
    assert not asks()
