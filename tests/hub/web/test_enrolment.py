"""Who takes part in a course: open courses, lists of people, and what assistants and observers may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_enrollment
from tests.factories.users import make_user

from greenroom.hub.courses.models import Enrollment
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import ExternalIdentity, User


def role_of(user, course) -> str | None:
    return course.enrollments.filter(user=user).values_list("role", flat=True).first()


def open_up(course, capacity: int | None = None) -> None:
    course.is_open, course.capacity = True, capacity
    course.save()


def texts(answer) -> str:
    return answer.content.decode()


# --- Open courses ---


def test_open_course_is_found_and_entered(course, otto, as_ivan, as_otto):
    enter = reverse("enter_course", args=[course.slug])
    assert 404 == as_otto.get(enter).status_code
    as_ivan.post(reverse("course_enrolment", args=[course.slug]), {"is_open": "on", "capacity": "5"})
    assert enter in texts(as_otto.get("/courses/"))
    assert "1 of 5 places are taken" in texts(as_otto.get(enter))
    assert role_of(otto, course) is None  # looking takes nobody in
    assert f"/courses/{course.slug}/" == as_otto.post(enter)["Location"]
    assert "learner" == role_of(otto, course)
    assert enter not in texts(as_otto.get("/courses/"))


@pytest.mark.parametrize("change", [{"is_published": False}, {"is_open": False}])
def test_course_that_is_a_draft_or_closed_cannot_be_entered(course, otto, as_otto, change):
    open_up(course)
    type(course).objects.update(**change)
    assert 404 == as_otto.post(reverse("enter_course", args=[course.slug])).status_code
    assert role_of(otto, course) is None


def test_full_course_says_so_at_every_door_people_open_themselves(course, otto, as_ivan, as_otto):
    open_up(course, capacity=1)  # Lena
    answer = as_otto.post(reverse("enter_course", args=[course.slug]))
    assert 409 == answer.status_code
    assert "This course is full." in texts(answer)
    page = as_ivan.post(reverse("course_invitations", args=[course.slug]), {"days": 1, "most_uses": 9})
    path = page.context["address"].removeprefix("http://localhost:8000").removeprefix("http://testserver")
    assert 409 == as_otto.post("/invitations/" + path.split("/invitations/")[1]).status_code
    assert role_of(otto, course) is None
    as_ivan.post(reverse("course_people", args=[course.slug]), {"email": otto.email, "role": "learner"})
    assert "learner" == role_of(otto, course)  # who teaches may take in more


def test_who_has_a_role_keeps_it_when_entering(course, ivan, as_ivan):
    open_up(course)
    as_ivan.post(reverse("enter_course", args=[course.slug]))
    assert "instructor" == role_of(ivan, course)


def test_learner_leaves_and_others_cannot(course, lena, eda, as_lena, as_eda):
    leave = reverse("leave_course", args=[course.slug])
    assert 404 == as_eda.post(leave).status_code
    assert "editor" == role_of(eda, course)
    assert leave in texts(as_lena.get(f"/courses/{course.slug}/"))
    assert "/courses/" == as_lena.post(leave)["Location"]
    assert role_of(lena, course) is None


# --- Lists ---


def bring(client, course, text: str, **more: object):
    return client.post(reverse("import_people", args=[course.slug]), {"text": text, **more})


def test_list_changes_nothing_before_it_is_confirmed(course, otto, lena, as_ivan):
    text = "email,role\notto@example.com,\nlena@example.com,observer\nnobody@example.com,learner\n"
    page = bring(as_ivan, course, text)
    assert ["Passed", "Otto", "Lena"] == [one.name.split()[0] if one.name else "Passed" for one in page.context["plan"]]
    assert (2, 1) == (page.context["changes"], page.context["problems"])
    assert (None, "learner") == (role_of(otto, course), role_of(lena, course))
    answer = bring(as_ivan, course, text, confirm="1")
    assert reverse("course_people", args=[course.slug]) == answer["Location"]
    assert ("learner", "observer") == (role_of(otto, course), role_of(lena, course))
    assert {"learner"} == {fact.data["role"] for fact in Fact.objects.filter(kind="enrolled", user_id=otto.pk)}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("otto@example.com", "Becomes learner."),
        ("OTTO@example.com,Editor", "Becomes editor."),
        ("lena@example.com,learner", "Is learner here already."),
        ("lena@example.com,assistant", "Becomes assistant; is learner now."),
        ("lena,learner", "This is no e-mail address."),
        ("lena@example.com,pupil", "There is no such role. Use instructor, editor, assistant, learner or observer."),
        ("gone@example.com", "This person may not sign in any more."),
        ("new@example.com", "Nobody signs in with this address yet. Ask a site administrator to add them."),
        ("ivan@example.com,\nivan@example.com,learner", "This address stands in line 2 already."),
    ],
)
def test_each_row_says_what_comes_of_it(course, otto, as_ivan, row, sentence):
    make_user("Gone", is_active=False)
    page = bring(as_ivan, course, "email,role\n" + row)
    assert sentence in [one.sentence for one in page.context["plan"]]
    assert sentence in texts(page)


def test_site_admin_adds_people_who_are_new_here(course, as_ada):
    text = "email,first_name,last_name\nnora@example.com,Nora,Nilsen\nnils@example.com,,\n"
    page = bring(as_ada, course, text)
    assert "Is added to this hub and becomes learner." in texts(page)
    assert "Give first_name and last_name, and they are added." in texts(page)
    assert not User.objects.filter(email="nora@example.com").exists()
    bring(as_ada, course, text, confirm="1")
    nora = User.objects.get(email="nora@example.com")
    assert ("Nora Nilsen", "learner", False) == (str(nora), role_of(nora, course), nora.has_usable_password())
    assert not User.objects.filter(email="nils@example.com").exists()


def test_number_is_the_same_person_under_another_address(course, otto, lena, as_ivan):
    bring(as_ivan, course, "email,number\notto@example.com,N-7", confirm="1")
    page = bring(as_ivan, course, "email,number,role\notto@work.example,N-7,observer")
    (one,) = page.context["plan"]
    assert (otto, "Becomes observer; is learner now.") == (one.user, one.sentence)
    page = bring(as_ivan, course, "email,number\nlena@example.com,N-7")
    assert ["Number N-7 is otto@example.com here."] == [one.problem for one in page.context["plan"]]
    bring(as_ivan, course, "email,number\nlena@example.com,N-7", confirm="1")
    assert [otto] == [one.user for one in ExternalIdentity.objects.filter(issuer="", subject="N-7")]


def test_list_is_taken_from_a_file(course, otto, as_ivan):
    file = SimpleUploadedFile("people.csv", "\ufeffE-Mail;Email\n;otto@example.com".encode())
    page = bring(as_ivan, course, "", file=file)
    assert [otto] == [one.user for one in page.context["plan"]]
    bring(as_ivan, course, page.context["text"], confirm="1")
    assert "learner" == role_of(otto, course)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "name\nLena"}, "text"),
        ({"text": "x" * 500_001}, "text"),
        ({"file": SimpleUploadedFile("people.csv", "Zoë".encode("latin-1"))}, "file"),
    ],
)
def test_list_that_cannot_be_read_says_so_beside_the_field(course, as_ivan, given, field):
    answer = as_ivan.post(reverse("import_people", args=[course.slug]), given)
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))


def test_long_list_costs_no_more_statements_than_a_short_one(course, as_ivan, item):
    people = [User(email=f"p{n}@example.com", first_name="P", last_name=str(n)) for n in range(400)]
    User.objects.bulk_create(people)

    def statements(first: int, last: int) -> int:
        with CaptureQueriesContext(database) as queries:
            bring(as_ivan, course, "\n".join(f"p{n}@example.com" for n in range(first, last)), confirm="1")
        return len(queries)

    few = statements(0, 2)
    assert statements(2, 400) <= few + 2  # facts are appended by the thousand
    assert 401 == course.enrollments.filter(role="learner").count()


# --- Assistants and observers ---


@pytest.fixture
def as_asa(course, asa, browser):
    make_enrollment(course, asa, "assistant")
    return browser(asa)


@pytest.fixture
def as_obi(course, obi, browser):
    make_enrollment(course, obi, "observer")
    return browser(obi)


def test_observer_sees_the_lesson_and_has_nothing_to_press(item, as_obi):
    page = texts(as_obi.get(f"/lessons/{item.section.lesson_id}/"))
    assert "Ladder safety" in page
    for name in ("register", "join", "roster"):
        path = reverse(name, args=[item.pk])
        assert path not in page
        assert 404 == as_obi.get(path).status_code


def test_site_admin_takes_part_only_with_a_role(item, course, ada, as_ada):
    register, lesson = reverse("register", args=[item.pk]), f"/lessons/{item.section.lesson_id}/"
    assert register not in texts(as_ada.get(lesson))
    make_enrollment(course, ada, "learner")
    assert register in texts(as_ada.get(lesson))
    assert 200 == as_ada.get(register).status_code


@pytest.mark.parametrize("is_trusted", [False, True])
def test_assistant_starts_events_when_trusted(item, course, as_ivan, as_asa, is_trusted):
    given = {"trusts_assistants": "on"} if is_trusted else {}
    as_ivan.post(reverse("course_enrolment", args=[course.slug]), given)
    start = reverse("start_event", args=[item.event_id])
    assert (302 if is_trusted else 404) == as_asa.get(start).status_code
    assert is_trusted == (start in texts(as_asa.get(f"/events/{item.event_id}/")))


def test_assistant_knows_of_no_event_beyond_the_course(item, pull, world, as_asa):
    other = pull(world.schedule_webinar("Ropes"))
    assert 200 == as_asa.get(f"/events/{item.event_id}/?tab=people").status_code
    assert 404 == as_asa.get(f"/events/{other.pk}/").status_code
    assert 404 == as_asa.get("/events/").status_code


@pytest.mark.parametrize("role", Enrollment.Role.values)
def test_draft_exists_for_its_team_only(course, role, browser):
    person = make_user("Dora")
    make_enrollment(course, person, role)
    type(course).objects.update(is_published=False)
    expected = 404 if role in {"learner", "observer"} else 200
    assert expected == browser(person).get(f"/courses/{course.slug}/").status_code
