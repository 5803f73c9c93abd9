"""The admin's page of people."""

import pytest
from django.urls import reverse

from greenroom.hub.users.models import User

FORM = {
    "email": "Nina@Example.com",
    "first_name": "Nina",
    "last_name": "New",
    "time_zone": "Europe/Berlin",
    "password": "staple battery",
}


def test_added_person_can_sign_in(as_ada, client):
    answer = as_ada.post(reverse("add_person"), FORM, follow=True)
    assert "Nina New can sign in now." in answer.content.decode()
    assert not User.objects.get(email="nina@example.com").is_site_admin
    client.post("/accounts/login/", {"login": "nina@example.com", "password": "staple battery"})
    assert 200 == client.get("/").status_code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada@example.com"),
        ("email", "ADA@example.com"),
        ("email", "no address"),
        ("password", "short"),
        ("password", "password123"),
        ("password", "nina@example.com"),
        ("first_name", ""),
        ("last_name", "x" * 129),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_what_will_not_do_is_told_beside_its_field(as_ada, field, value):
    answer = as_ada.post(reverse("add_person"), FORM | {field: value})
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    assert 1 == User.objects.count()


def test_password_is_never_shown_again(as_ada):
    page = as_ada.post(reverse("add_person"), FORM | {"email": "wrong"}).content.decode()
    assert "staple battery" not in page


@pytest.mark.parametrize(("found", "text"), [(1, "OTTO"), (1, "otto@"), (2, "example"), (0, "nobody"), (2, "")])
def test_people_are_found_by_name_and_address(as_ada, otto, found, text):
    assert found == len(as_ada.get("/people/", {"q": text}).context["page"].object_list)
