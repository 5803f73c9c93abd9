"""Two contacts become one and two again: nothing is lost, and the stricter consent counts."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from greenroom.hub.contacts.models import Consent, Contact, ContactAddress, ContactTag, Merge, Participation
from greenroom.hub.contacts.selectors import (
    find_current,
    list_alike,
    list_consent_records,
    list_contacts,
    list_doubtful,
    list_facts_of,
    list_mailable,
    list_standings,
    list_values,
)
from greenroom.hub.contacts.services import (
    add_field,
    add_purpose,
    add_tags,
    change_contact,
    make_contact,
    merge_contacts,
    record_consent,
    remove_tags,
    set_values,
    stop_contacting,
    undo_merge,
)
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.segments.models import Member
from greenroom.hub.segments.services import decide_members, delete_segment, save_segment

pytestmark = pytest.mark.django_db

# Made anew, or changed on purpose: times of changes, and what tells of merging.
_DERIVED = {"contacts.ContactWord", "contacts.TouchedContact", "contacts.Merge", "contacts.Participation"}


@pytest.fixture
def two(world) -> tuple[Contact, Contact]:
    kept = make_contact(source="hand", email="lena@example.com", first_name="Lena", city="Bonn")
    other = make_contact(source="hand", email="lena+news@example.com", first_name="L.", organization="Northwind")
    return kept, other


def everything() -> dict[str, list]:
    """Return all rows of contacts and segments, but for those that follow from others."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for label in ("contacts", "segments")
        for model in apps.get_app_config(label).get_models()
        if model._meta.label not in _DERIVED
    }


def fill(kept: Contact, other: Contact, ada) -> None:
    """Give both what they have in common, and each something of their own."""
    size, colour = add_field(label="Size", kind="number"), add_field(label="Colour", kind="text")
    set_values(values=[(kept.pk, size, "38"), (other.pk, size, "40"), (other.pk, colour, "red")])
    add_tags(contacts=[kept.pk, other.pk], names=["VIP"])
    add_tags(contacts=[other.pk], names=["Partner"])
    first, second = (save_segment(name=name, rules={"all": []}, actor=ada) for name in ("First", "Second"))
    decide_members(segment=first, contacts=[kept.pk, other.pk], decision="in")
    decide_members(segment=second, contacts=[other.pk], decision="in")


def test_kept_contact_has_everything_and_what_both_had_once(two, ada):
    kept, other = two
    fill(kept, other, ada)
    merge_contacts(kept=kept, other=other, actor=ada)
    kept.refresh_from_db()
    assert ("Lena", "Bonn", "Northwind") == (kept.first_name, kept.city, kept.organization)
    assert {"lena@example.com", "lena+news@example.com"} == {one.email for one in kept.addresses.all()}
    assert {"VIP", "Partner"} == {one.tag.name for one in kept.tagged.all()}
    assert {"Size": "38", "Colour": "red"} == {one.field.label: one.text for one in list_values(contact=kept)}
    assert ["First", "Second"] == sorted(one.segment.name for one in kept.memberships.all())
    assert [kept] == list(list_contacts(text="northwind"))
    assert [kept] == list(Contact.objects.all())


def test_undone_merge_leaves_everything_as_it_was(two, ada):
    kept, other = two
    fill(kept, other, ada)
    news = add_purpose(name="News", wording="Write to me.")
    record_consent(contacts=[kept.pk], purpose=news, state="granted", source="form")
    before = everything()
    merge = merge_contacts(kept=kept, other=other, actor=ada)
    assert before != everything()
    assert other == undo_merge(merge=merge)
    assert before == everything()
    with pytest.raises(StateConflictError, match="undone already"):
        undo_merge(merge=merge)
    assert [other] == list(list_contacts(text="northwind"))


@pytest.mark.parametrize(
    ("of_kept", "of_other", "expected"),
    [
        ("granted", "withdrawn", "withdrawn"),
        ("withdrawn", "granted", "withdrawn"),
        ("granted", "service_only", "service_only"),
        ("granted", None, "granted"),
        (None, "withdrawn", "withdrawn"),
        (None, "granted", "granted"),
        (None, None, "service_only"),
    ],
)
def test_strictest_consent_counts_with_all_evidence(two, ada, of_kept, of_other, expected):
    news = add_purpose(name="News", wording="Write to me.")
    said = [(one, state) for one, state in zip(two, (of_kept, of_other), strict=True) if state]
    for contact, state in said:
        record_consent(contacts=[contact.pk], purpose=news, state=state, source="form")
    before = {one.pk: [s.state for s in list_standings(contact=one)] for one in two}
    merge = merge_contacts(kept=two[0], other=two[1], actor=ada)
    assert [expected] == [one.state for one in list_standings(contact=two[0])]
    evidence = list_consent_records(contact=two[0]).exclude(source="merge")
    assert sorted(state for _, state in said) == sorted(one.state for one in evidence)
    undo_merge(merge=merge)
    assert before == {one.pk: [s.state for s in list_standings(contact=one)] for one in two}


@pytest.mark.parametrize("silent", [0, 1])
def test_who_asked_to_be_left_alone_is_left_alone_after_it(two, ada, silent):
    stop_contacting(contacts=[two[silent].pk], reason="asked", source="mail")
    stop_contacting(contacts=[two[1 - silent].pk], reason="hand", source="hand")
    merge = merge_contacts(kept=two[0], other=two[1], actor=ada)
    assert not list_mailable()
    assert "asked" == Contact.objects.get().do_not_contact_reason
    undo_merge(merge=merge)
    assert ["asked", "hand"] == sorted(one.do_not_contact_reason for one in Contact.objects.all())


def test_what_they_withdrew_after_it_is_withdrawn_for_both(two, ada, world):
    news = add_purpose(name="News", wording="Write to me.")
    record_consent(contacts=[one.pk for one in two], purpose=news, state="granted", source="form")
    merge = merge_contacts(kept=two[0], other=two[1], actor=ada)
    world.advance(hours=1)
    record_consent(contacts=[two[0].pk], purpose=news, state="withdrawn", source="mail")
    undo_merge(merge=merge)
    assert {"withdrawn"} == set(Consent.objects.values_list("state", flat=True))
    assert 2 == Consent.objects.count()


def test_events_and_facts_of_both_addresses_are_one_history(world, pull, run_jobs, ada):
    people = {"lena@example.com": [[0, 10]], "lena@home.example": [[10, 30]]}
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": one} for one in people])
    world.write_attendance(key, people)
    pull(key)
    run_jobs()
    kept, other = (Contact.objects.get(email=email) for email in people)
    add_purpose(name="News", wording="Write to me.")
    stop_contacting(contacts=[other.pk], reason="bounced", source="delivery")
    facts = Fact.objects.filter(kind__in=["registered", "attended", "contact_silenced"])
    merge = merge_contacts(kept=kept, other=other, actor=ada)
    assert [(kept.pk, 1800, 2)] == list(
        Participation.objects.values_list("contact_id", "attended_seconds", "sessions_attended")
    )
    assert set(facts) == set(list_facts_of(contact=kept)) & set(facts)
    assert ({other.pk: kept.pk}, {}) == (find_current([other.pk]), find_current([kept.pk]))
    undo_merge(merge=merge)
    assert {600, 1200} == set(Participation.objects.values_list("attended_seconds", flat=True))
    assert "contact_silenced" not in {one.kind for one in list_facts_of(contact=kept)}


def test_merges_of_merges_are_undone_one_by_one(two, ada):
    kept, other = two
    third = make_contact(source="hand", email="magda@example.com", first_name="Magda")
    before = everything()
    first = merge_contacts(kept=other, other=third, actor=ada)
    between = everything()
    second = merge_contacts(kept=kept, other=other, actor=ada)
    assert {third.pk: kept.pk, other.pk: kept.pk} == find_current([third.pk, other.pk])
    assert 3 == kept.addresses.count()
    undo_merge(merge=second)
    assert between == everything()
    undo_merge(merge=first)
    assert before == everything()


def test_what_was_changed_since_stays_with_the_kept_contact(two, ada):
    kept, other = two
    merge = merge_contacts(kept=kept, other=other, actor=ada)
    change_contact(contact=kept, email=kept.email, first_name="Lena", organization="Harbor")
    add_tags(contacts=[kept.pk], names=["Since"])
    undo_merge(merge=merge)
    kept.refresh_from_db()
    assert ("Harbor", ["Since"]) == (kept.organization, [one.tag.name for one in kept.tagged.all()])
    assert "Northwind" == Contact.objects.get(pk=other.pk).organization


def test_nobody_is_merged_with_themselves_or_with_somebody_gone(two, ada):
    kept, other = two
    with pytest.raises(InvalidInputError):
        merge_contacts(kept=kept, other=kept, actor=ada)
    Contact.objects.filter(pk=other.pk).delete()
    with pytest.raises(StateConflictError):
        merge_contacts(kept=kept, other=other, actor=ada)


def test_contacts_with_one_mailbox_are_pointed_out(two):
    kept, other = two
    dotted = [make_contact(source="hand", email=one) for one in ("a.b.c@gmail.com", "abc+x@googlemail.com")]
    make_contact(source="hand", email="len.a@example.com")
    assert ([other], [kept]) == (list(list_alike(contact=kept)), list(list_alike(contact=other)))
    assert [other, dotted[1]] == list(list_doubtful())


def test_decisions_by_hand_are_kept_strictest_first(two, ada):
    segment = save_segment(name="Partners", rules={"all": []}, actor=ada)
    decide_members(segment=segment, contacts=[two[0].pk], decision="in")
    decide_members(segment=segment, contacts=[two[1].pk], decision="out")
    merge_contacts(kept=two[0], other=two[1], actor=ada)
    assert ["out"] == list(Member.objects.values_list("decided", flat=True))
    assert 2 == ContactAddress.objects.count()


def test_undoing_gives_back_what_was_decided_for_the_kept_contact(two, ada):
    segment = save_segment(name="Partners", rules={"all": []}, actor=ada)
    decide_members(segment=segment, contacts=[two[0].pk], decision="in")
    decide_members(segment=segment, contacts=[two[1].pk], decision="out")
    before = everything()
    undo_merge(merge=merge_contacts(kept=two[0], other=two[1], actor=ada))
    assert before == everything()


def test_what_was_put_aside_is_not_given_back_where_its_place_is_gone(two, ada):
    add_tags(contacts=[one.pk for one in two], names=["VIP"])
    first, second = (save_segment(name=name, rules={"all": []}, actor=ada) for name in ("First", "Second"))
    for segment in (first, second):
        decide_members(segment=segment, contacts=[two[0].pk], decision="in")
    decide_members(segment=first, contacts=[two[1].pk], decision="in")
    decide_members(segment=second, contacts=[two[1].pk], decision="out")
    merge = merge_contacts(kept=two[0], other=two[1], actor=ada)
    remove_tags(contacts=[two[0].pk], names=["VIP"])
    delete_segment(segment=first)
    decide_members(segment=second, contacts=[two[0].pk], decision="")
    decide_members(segment=second, contacts=[two[0].pk], decision="in")
    undo_merge(merge=merge)
    connection.check_constraints()
    assert ([(two[0].pk, "in")], False) == (
        list(Member.objects.values_list("contact_id", "decided")),
        ContactTag.objects.exists(),
    )


def test_segments_that_a_contact_comes_into_and_leaves_by_merging_are_told(
    two, ada, run_jobs, django_capture_on_commit_callbacks
):
    kept, other = two
    by_city = {"field": "city", "is": "equals", "value": "Bonn"}
    northwind = {"field": "organization", "is": "equals", "value": "Northwind"}
    nowhere = {"field": "city", "is": "empty"}
    names = {
        save_segment(name=name, rules=rules, actor=ada): name
        for name, rules in {
            "Bonn": by_city, "Northwind": northwind, "Nowhere": nowhere, "By hand": {"all": []}, "Out": by_city,
        }.items()
    }  # fmt: skip
    run_jobs()
    segments = {name: segment for segment, name in names.items()}
    decide_members(segment=segments["By hand"], contacts=[other.pk], decision="in")
    decide_members(segment=segments["Out"], contacts=[other.pk], decision="out")
    before = Fact.objects.latest("pk").pk

    def told_by(act) -> list[tuple[str, str, int]]:
        nonlocal before
        with django_capture_on_commit_callbacks(execute=True):
            act()
        run_jobs()
        told = Fact.objects.filter(pk__gt=before, kind__startswith="segment_").order_by("pk")
        by_pk = {segment.pk: name for name, segment in segments.items()}
        moves = sorted((one.kind, by_pk[one.data["segment_id"]], one.contact_id) for one in told)
        before = Fact.objects.latest("pk").pk
        return moves

    assert [
        ("segment_entered", "By hand", kept.pk),
        ("segment_entered", "Northwind", kept.pk),
        ("segment_left", "Out", kept.pk),
    ] == told_by(lambda: merge_contacts(kept=kept, other=other, actor=ada))
    assert [
        ("segment_entered", "Out", kept.pk),
        ("segment_left", "By hand", kept.pk),
        ("segment_left", "Northwind", kept.pk),
    ] == told_by(lambda: undo_merge(merge=Merge.objects.get()))
    assert ["By hand", "Northwind", "Nowhere"] == sorted(
        one.segment.name for one in Member.objects.filter(contact=other, is_in=True)
    )


def test_tags_that_a_contact_gains_and_loses_by_merging_are_told_each_time(two, ada):
    kept, other = two
    add_tags(contacts=[kept.pk, other.pk], names=["VIP"], cause=f"person:{ada.pk}")
    add_tags(contacts=[other.pk], names=["Partner", "Press"], cause=f"person:{ada.pk}")
    before = Fact.objects.latest("pk").pk
    gained = [("tag_added", kept.pk, "Partner"), ("tag_added", kept.pk, "Press")]
    lost = [("tag_removed", kept.pk, "Partner"), ("tag_removed", kept.pk, "Press")]
    for _ in range(2):
        undo_merge(merge=merge_contacts(kept=kept, other=other, actor=ada))
    told = Fact.objects.filter(pk__gt=before, kind__startswith="tag_").order_by("pk")
    assert [*gained, *lost] * 2 == [(one.kind, one.contact_id, one.data["tag"]) for one in told]


def test_a_tag_that_was_taken_from_the_kept_contact_since_is_not_told_twice(two, ada):
    kept, other = two
    add_tags(contacts=[other.pk], names=["Partner"])
    merge = merge_contacts(kept=kept, other=other, actor=ada)
    remove_tags(contacts=[kept.pk], names=["Partner"])
    undo_merge(merge=merge)
    assert 1 == Fact.objects.filter(kind="tag_removed").count()
