"""People are found by the beginning of words, and stored once."""

import pytest

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.contacts.services import Person, change_contact, keep_people, make_contact
from greenroom.hub.core.errors import InvalidInputError

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    make_contact(source="hand", email="jurgen@northwind.example", first_name="Jürgen", last_name="Müller-Lüdenscheidt")
    make_contact(source="hand", email="zoe@example.com", first_name="Zoë", last_name="Łuczak", organization="Northwind")
    make_contact(source="hand", first_name="名前", last_name="なし")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mull", ["Jürgen"]),
        ("MÜLLER lud", ["Jürgen"]),
        ("northw", ["Zoë", "Jürgen"]),
        ("zoe@example", ["Zoë"]),
        ("uller", []),
        ("名前", ["名前"]),
        ("%", ["名前", "Zoë", "Jürgen"]),
        ("mull zoe", []),
    ],
)
def test_each_word_is_looked_for_at_the_beginning_of_words(people, text, expected):
    assert expected == [one.first_name for one in list_contacts(text=text)]


def test_who_is_renamed_is_found_by_the_new_name_alone():
    contact = make_contact(source="hand", email="lena@example.com", first_name="Lena", last_name="Lang")
    change_contact(contact=contact, email="lena@new.example", first_name="Lena", last_name="Kurz")
    assert ([], 1) == (list(list_contacts(text="lang")), list_contacts(text="kurz").count())
    assert ["lena@example.com", "lena@new.example"] == [one.email for one in contact.addresses.all()]


@pytest.mark.parametrize("email", ["lena", "lena@", "@example.com", "lena@example.com\nBcc: x@y.example", "a" * 255])
def test_what_is_no_address_is_refused_beside_the_field(email):
    with pytest.raises(InvalidInputError) as caught:
        make_contact(source="hand", email=email)
    assert ["email"] == list(caught.value.errors)


def test_an_address_belongs_to_one_person():
    make_contact(source="hand", email="lena@example.com")
    other = make_contact(source="hand", email="otto@example.com")
    with pytest.raises(InvalidInputError, match="not saved"):
        make_contact(source="hand", email="Lena@Example.COM")
    with pytest.raises(InvalidInputError, match="not saved"):
        change_contact(contact=other, email="lena@example.com")


def test_a_list_of_people_is_kept_in_a_few_statements(django_assert_max_num_queries):
    people = [Person(f"person{number}@example.com", "Person", str(number)) for number in range(900)]
    people += [Person("no address"), Person(""), Person("PERSON1@example.com")]
    with django_assert_max_num_queries(40):
        assert 900 == keep_people(people, source="import")
    assert 0 == keep_people(people, source="import")
    assert 900 == Contact.objects.count()
