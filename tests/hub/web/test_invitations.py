"""Invitation links: who follows one takes part, as long as it is good."""

import re

import pytest
from django.test import Client
from tests.factories.users import make_user

from greenroom.hub.core.logs import hide_secrets
from greenroom.hub.courses.models import Invitation


def invite(client: Client, course, days: int = 14, most_uses: int = 30) -> str:
    """Make an invitation as Ivan does, and return its path."""
    given = {"days": days, "most_uses": most_uses}
    page = client.post(f"/courses/{course.slug}/invitations/", given).content.decode()
    found = re.search(r"/invitations/[\w-]{40,}/", page)
    assert found, page
    return found[0]


def role_of(user, course) -> str | None:
    return course.enrollments.filter(user=user).values_list("role", flat=True).first()


def test_who_follows_an_invitation_takes_part_as_a_learner(course, as_ivan, as_otto, otto):
    path = invite(as_ivan, course)
    assert "Workplace safety" in as_otto.get(path).content.decode()
    assert role_of(otto, course) is None  # looking takes nobody in
    assert f"/courses/{course.slug}/" == as_otto.post(path)["Location"]
    assert "learner" == role_of(otto, course)
    assert 200 == as_otto.get(f"/courses/{course.slug}/").status_code


def test_who_has_not_signed_in_is_asked_to_and_comes_back(course, as_ivan):
    path = invite(as_ivan, course)
    assert f"/accounts/login/?next={path}" == Client().get(path)["Location"]


def test_invitation_expires_to_the_second(course, as_ivan, as_otto, otto, world):
    path = invite(as_ivan, course, days=2)
    world.clock.advance(days=2, seconds=-1)
    assert 200 == as_otto.get(path).status_code
    world.clock.advance(seconds=1)
    answer = as_otto.post(path)
    assert 409 == answer.status_code
    assert "has expired. Ask whoever sent it for a new one." in answer.content.decode()
    assert role_of(otto, course) is None


def test_invitation_takes_in_as_many_as_it_is_for(course, as_ivan, as_otto, browser, otto):
    path = invite(as_ivan, course, most_uses=1)
    nora = make_user("Nora")
    browser(nora).post(path)
    answer = as_otto.post(path)
    assert 409 == answer.status_code
    assert "has been used up" in answer.content.decode()
    assert ["learner", None] == [role_of(nora, course), role_of(otto, course)]


def test_whoever_has_a_role_keeps_it_and_uses_nothing(course, as_ivan, as_lena, ivan):
    path = invite(as_ivan, course)
    as_ivan.post(path)
    as_lena.post(path)
    assert "instructor" == role_of(ivan, course)
    assert 0 == Invitation.objects.get().uses


def test_coming_twice_uses_one_place(course, as_ivan, as_otto):
    path = invite(as_ivan, course)
    as_otto.post(path)
    as_otto.post(path)
    assert 1 == Invitation.objects.get().uses


def test_revoked_invitation_leads_nowhere_and_whoever_came_stays(course, as_ivan, as_otto, browser, otto):
    path = invite(as_ivan, course)
    as_otto.post(path)
    as_ivan.post(f"/courses/{course.slug}/invitations/{Invitation.objects.get().pk}/revoke/")
    assert 404 == browser(make_user("Nora")).post(path).status_code
    assert "learner" == role_of(otto, course)


def test_invitation_of_another_course_cannot_be_revoked_here(course, as_ivan, as_ada):
    path = invite(as_ivan, course)
    as_ada.post("/courses/new/", {"title": "First aid"})
    assert 404 == as_ada.post(f"/courses/first-aid/invitations/{Invitation.objects.get().pk}/revoke/").status_code
    assert 200 == as_ada.get(path).status_code


def test_unknown_invitation_leads_nowhere(as_otto):
    assert 404 == as_otto.get("/invitations/none/").status_code
    assert 404 == as_otto.post("/invitations/none/").status_code


def test_course_that_is_not_published_is_entered_and_shown_later(course, as_ivan, as_otto, otto):
    course.is_published = False
    course.save()
    assert "/courses/" == as_otto.post(invite(as_ivan, course))["Location"]
    assert "learner" == role_of(otto, course)


@pytest.mark.parametrize(("days", "most_uses"), [("0", "5"), ("366", "5"), ("", "5"), ("5", "0"), ("5", "x")])
def test_invitation_needs_an_end_and_a_number(days, most_uses, course, as_ivan):
    answer = as_ivan.post(f"/courses/{course.slug}/invitations/", {"days": days, "most_uses": most_uses})
    assert 422 == answer.status_code
    assert not Invitation.objects.exists()


def test_token_is_not_kept_shown_again_or_logged(course, as_ivan):
    path = invite(as_ivan, course)
    token = path.split("/")[2]
    page = as_ivan.get(f"/courses/{course.slug}/invitations/").content.decode()
    assert "0 of 30" in page
    assert token not in page
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(hide_secrets(None, "", {"event": f"Not Found: {path}"}))
