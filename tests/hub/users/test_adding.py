"""Adding people, by whatever door."""

import pytest

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import User
from greenroom.hub.users.selectors import find_user, list_users
from greenroom.hub.users.services import add_user

NINA = {"email": "nina@example.com", "first_name": "Nina", "last_name": "New"}


@pytest.mark.parametrize("email", ["nina@example.com", " Nina@EXAMPLE.com "])
def test_address_is_kept_in_one_spelling(db, email):
    user = add_user(**NINA | {"email": email, "first_name": " Nina "}, password="staple battery")
    assert ("nina@example.com", "Nina New", "UTC", False) == (user.email, str(user), user.time_zone, user.is_site_admin)
    assert user.check_password("staple battery")
    assert user == find_user(email=email)


def test_person_without_a_password_cannot_sign_in_yet(db):
    assert not add_user(**NINA).has_usable_password()


@pytest.mark.parametrize(
    ("field", "sentence", "change"),
    [
        ("email", "Somebody signs in with this address already.", {"email": "LENA@example.com"}),
        ("email", "Enter a valid email address.", {"email": "nina"}),
        ("email", "This field cannot be blank.", {"email": ""}),
        ("first_name", "This field cannot be blank.", {"first_name": "  "}),
        ("time_zone", "Choose a time zone from the list, like Europe/Berlin.", {"time_zone": "Mars"}),
        ("password", "at least 10 characters", {"password": "abc"}),
        ("password", "too common", {"password": "1234567890"}),
        ("password", "too similar to the email", {"password": "nina@example"}),
    ],
)
def test_what_will_not_do_is_refused_by_field(lena, field, sentence, change):
    with pytest.raises(InvalidInputError) as caught:
        add_user(**NINA | change)
    assert {field} == set(caught.value.errors)
    assert sentence in caught.value.errors[field]
    assert [lena] == list(User.objects.all())


def test_people_are_listed_by_last_name(db):
    for first, last in (("Zoe", "Adler"), ("Adam", "Zorn"), ("Ben", "Adler")):
        add_user(email=f"{first}@example.com", first_name=first, last_name=last)
    assert ["Ben Adler", "Zoe Adler", "Adam Zorn"] == [str(user) for user in list_users()]
