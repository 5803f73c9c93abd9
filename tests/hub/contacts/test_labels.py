"""Tags and custom fields."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.contacts.models import Contact, CustomField, FieldValue, Tag
from greenroom.hub.contacts.selectors import list_contacts, list_tags, list_values
from greenroom.hub.contacts.services import (
    Person,
    add_field,
    add_tags,
    change_field,
    delete_field,
    keep_people,
    make_contact,
    read_value,
    remove_tags,
    set_values,
    split_tags,
)
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.ledger.models import Fact

Kind = CustomField.Kind


@pytest.fixture
def lena(db) -> Contact:
    return make_contact(source="hand", email="lena@example.com", first_name="Lena")


def tags_of(contact: Contact) -> list[str]:
    return [one.tag.name for one in contact.tagged.order_by("tag__key")]


def test_a_tag_is_one_whatever_its_case_and_gone_with_its_last_contact(lena):
    other = make_contact(source="hand", first_name="Otto")
    add_tags(contacts=[lena.pk, other.pk], names=["VIP", "  gold   partner "])
    add_tags(contacts=[lena.pk, 10**9], names=["vip"])
    assert (["gold partner", "VIP"], ["gold partner", "VIP"]) == (tags_of(lena), tags_of(other))
    assert [("gold partner", 2), ("VIP", 2)] == list_tags(most=5)
    assert [other, lena] == list(list_contacts(tag="Vip"))
    remove_tags(contacts=[lena.pk], names=["GOLD partner", "nonsense"])
    remove_tags(contacts=[lena.pk, other.pk], names=["Vip"])
    assert ([], ["gold partner"]) == (tags_of(lena), tags_of(other))
    assert ["gold partner"] == [one.name for one in Tag.objects.all()]


def test_each_tag_that_is_new_or_gone_is_one_fact_that_says_for_what(lena):
    other = make_contact(source="hand", first_name="Otto")
    for _ in range(2):
        add_tags(contacts=[lena.pk, other.pk, 10**9], names=["VIP", "Gold"], cause="import:3")
    for _ in range(2):
        remove_tags(contacts=[lena.pk, other.pk], names=["vip", "nonsense"], cause="person:7")
    add_tags(contacts=[lena.pk], names=["vip", "gold"])
    facts = Fact.objects.filter(kind__in=["tag_added", "tag_removed"])
    assert [
        *((one, "tag_added", name, "import:3") for one in (lena.pk, other.pk) for name in ("Gold", "VIP")),
        *((one, "tag_removed", "VIP", "person:7") for one in (lena.pk, other.pk)),
        (lena.pk, "tag_added", "vip", ""),
    ] == [(one.contact_id, one.kind, one.data["tag"], one.data["cause"]) for one in facts.order_by("pk")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_a_tag_has_1_to_64_characters(lena, name):
    with pytest.raises(InvalidInputError, match="will not do"):
        add_tags(contacts=[lena.pk], names=["VIP", name])
    assert [] == tags_of(lena)


def test_tags_are_split_at_commas():
    assert ["VIP", "gold partner"] == split_tags(" VIP,, gold  partner ,")


def test_a_thousand_contacts_get_tags_and_values_in_a_few_statements(db, django_assert_max_num_queries):
    keep_people([Person(f"p{number}@example.com") for number in range(1000)], source="import")
    everybody = list(Contact.objects.values_list("pk", flat=True))
    size = add_field(label="Shoe size", kind=Kind.NUMBER)
    with django_assert_max_num_queries(40):
        add_tags(contacts=everybody, names=["VIP", "Partner"])
        set_values(values=[(pk, size, str(pk % 50)) for pk in everybody])
    assert (1000, 1000) == (list_contacts(tag="vip").count(), FieldValue.objects.count())


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (Kind.TEXT, "  two words ", ("two words", None, None)),
        (Kind.TEXT, "=1+1", ("=1+1", None, None)),
        (Kind.NUMBER, "3.50", ("3.5", Decimal("3.5"), None)),
        (Kind.NUMBER, "-1e2", ("-100", Decimal(-100), None)),
        (Kind.DATE, "2026-03-31", ("2026-03-31", None, date(2026, 3, 31))),
        (Kind.YES_NO, "TRUE", ("yes", None, None)),
        (Kind.CHOICE, "red", ("Red", None, None)),
    ],
)
def test_values_are_kept_in_one_spelling(lena, kind, given, kept):
    field = add_field(label="Anything", kind=kind, choices=["Red", "Blue"])
    set_values(values=[(lena.pk, field, given)])
    value = list_values(contact=lena).get()
    assert kept == (value.text, value.number, value.day)
    set_values(values=[(lena.pk, field, "x"), (lena.pk, field, " ")])
    assert not list_values(contact=lena)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Kind.TEXT, "x" * 1001),
        *((Kind.NUMBER, text) for text in ("twelve", "1,5", "NaN", "inf", "1e18", "1e999999999")),
        *((Kind.DATE, text) for text in ("31.03.2026", "2026-02-30", "tomorrow")),
        (Kind.YES_NO, "maybe"),
        (Kind.CHOICE, "Green"),
    ],
)
def test_what_is_not_of_the_kind_is_refused_by_the_fields_key(lena, kind, given):
    field = add_field(label="Shoe size", kind=kind, choices=["Red"])
    with pytest.raises(InvalidInputError) as caught:
        set_values(values=[(lena.pk, field, given)])
    assert ["shoe_size"] == list(caught.value.errors)


@pytest.mark.parametrize("label", ["", " ", "x" * 101, "shoe SIZE", "!!!"])
def test_a_field_has_a_label_of_its_own(db, label):
    add_field(label="Shoe size", kind=Kind.TEXT)
    with pytest.raises(InvalidInputError) as caught:
        add_field(label=label, kind=Kind.TEXT)
    assert ["label"] == list(caught.value.errors)


def test_a_list_has_something_to_choose_and_contacts_keep_what_they_chose(lena):
    with pytest.raises(InvalidInputError):
        add_field(label="Colour", kind=Kind.CHOICE, choices=[" "])
    colour = add_field(label="Colour", kind=Kind.CHOICE, choices=["Red"])
    set_values(values=[(lena.pk, colour, "red")])
    change_field(field=colour, label="Colour of the badge", choices=["Blue"])
    assert ["Red"] == [one.text for one in list_values(contact=lena)]
    delete_field(field=colour)
    assert not list_values(contact=lena)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**17), max_value=10**17))
def test_a_number_is_the_same_after_it_was_kept_and_read_again(number):
    field = CustomField(key="n", kind=Kind.NUMBER)
    once = read_value(field, str(number))
    assert (number, once.text) == (once.number, read_value(field, once.text).text)
