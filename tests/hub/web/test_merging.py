"""The pages of contacts that are one person."""

from django.urls import reverse

from greenroom.hub.contacts.models import Contact, Merge
from greenroom.hub.contacts.services import make_contact


def test_duplicate_is_pointed_out_merged_and_parted_again(as_mara, db):
    kept = make_contact(source="hand", email="lena@example.com", first_name="Lena")
    other = make_contact(source="hand", email="lena+news@example.com", first_name="Magda")
    assert "Magda" in as_mara.get(reverse("duplicates")).content.decode()
    page = reverse("merge_contact", args=[kept.pk])
    assert "lena+news@example.com" in as_mara.get(page).content.decode()
    merged = as_mara.post(page, {"other": other.pk}, follow=True).content.decode()
    assert "Magda and Lena are one contact now." in merged
    assert "Made of two contacts" in merged
    assert "No duplicates" in as_mara.get(reverse("duplicates")).content.decode()
    again = as_mara.post(reverse("undo_merge", args=[Merge.objects.get().pk]), follow=True)
    assert "Magda is a contact of their own again." in again.content.decode()
    assert {kept, other} == set(Contact.objects.all())
    twice = as_mara.post(reverse("undo_merge", args=[Merge.objects.get().pk]), follow=True)
    assert "undone already" in twice.content.decode()


def test_who_has_the_same_name_is_told_apart_by_the_address_before_they_are_merged(as_mara, db):
    kept, other = (make_contact(source="hand", email=f"{name}@example.com", first_name="Ann") for name in "ab")
    page = as_mara.get(reverse("merge_contact", args=[kept.pk]), {"q": "ann"}).content.decode()
    assert f"Make {other.email} and {kept.email} one contact? Where both are filled in, {kept.email} counts." in page


def test_others_are_found_by_search_and_nonsense_is_refused(as_mara, db):
    kept, zoe = (make_contact(source="hand", email=f"{name}@example.com") for name in ("lena", "zoe"))
    page = reverse("merge_contact", args=[kept.pk])
    assert "zoe@example.com" in as_mara.get(page, {"q": "zo"}).content.decode()
    assert [404, 404, 302] == [as_mara.post(page, {"other": one}).status_code for one in ("x", 10**9, kept.pk)]
    assert {kept, zoe} == set(Contact.objects.all())
