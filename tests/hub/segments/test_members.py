"""Members follow what happens, and what a person decided stays decided."""

from datetime import timedelta

import pytest

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import change_contact, make_contact
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.selectors import explain, list_members, list_segments, preview
from greenroom.hub.segments.services import decide_members, delete_segment, rebuild_segment, save_segment

pytestmark = pytest.mark.django_db

NORTH = {"field": "organization", "is": "contains", "value": "north"}


@pytest.fixture
def save(ada, run_jobs):
    def save(name="North", rules=NORTH, segment=None) -> Segment:
        saved = save_segment(segment=segment, name=name, rules=rules, actor=ada)
        run_jobs()
        return saved

    return save


@pytest.fixture
def add(run_jobs, django_capture_on_commit_callbacks):
    def add(name: str, organization: str = "Northwind") -> Contact:
        with django_capture_on_commit_callbacks(execute=True):
            contact = make_contact(
                source="hand", email=f"{name.lower()}@example.com", first_name=name, organization=organization
            )
        run_jobs()
        return contact

    return add


def members(segment: Segment) -> list[str]:
    return sorted(one.contact.first_name for one in list_members(segment=segment))


def test_members_are_found_and_follow_changes_of_contacts(
    world, save, add, run_jobs, django_capture_on_commit_callbacks
):
    ada, _ = add("Ada"), add("Bea", "Harbor")
    segment = save()
    assert ["Ada"] == members(segment)
    add("Cy", "True North")
    assert ["Ada", "Cy"] == members(segment)
    with django_capture_on_commit_callbacks(execute=True):
        change_contact(contact=ada, email=ada.email, first_name="Ada", organization="Harbor")
    run_jobs()
    assert ["Cy"] == members(segment)


def test_members_follow_sign_ups_and_attendance_at_goto(
    world, save, pull, run_jobs, django_capture_on_commit_callbacks
):
    attended = save("Came", {"did": "attended", "minutes": 30})
    waiting = save("Signed up and not there yet", {"all": [{"did": "registered"}, {"not": {"segment": attended.pk}}]})
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": "lena@example.com"}])

    def sync():
        with django_capture_on_commit_callbacks(execute=True):
            pull(key)
            run_jobs()
        run_jobs()

    sync()
    assert (0, 1) == (list_members(segment=attended).count(), list_members(segment=waiting).count())
    world.write_attendance(key, {"lena@example.com": [[0, 45]]})
    world.advance(minutes=15)
    sync()
    assert (1, 0) == (list_members(segment=attended).count(), list_members(segment=waiting).count())


def test_who_was_put_in_or_taken_out_by_hand_stays_so_whatever_the_rules_say(world, save, add, run_jobs):
    inside, outside = add("Ada"), add("Bea", "Harbor")
    segment = save()
    decide_members(segment=segment, contacts=[inside.pk], decision=Member.Decision.OUT)
    decide_members(segment=segment, contacts=[outside.pk], decision=Member.Decision.IN)
    assert ["Bea"] == members(segment)
    for rules in ({"all": []}, NORTH, {"not": NORTH}, NORTH):
        save(rules=rules, segment=segment)
        assert ["Bea"] == members(segment)
    decide_members(segment=segment, contacts=[inside.pk, outside.pk], decision=Member.Decision.NONE)
    assert ["Ada"] == members(segment)


def test_taking_all_rules_away_leaves_nobody(world, save, add):
    add("Ada")
    segment = save()
    save(rules={"all": []}, segment=segment)
    assert [] == members(segment)
    assert not Member.objects.exists()


def test_a_segment_of_segments_follows_them(world, save, add):
    add("Ada")
    first = save("First")
    second = save("Second", {"segment": first.pk})
    third = save("Third", {"not": {"segment": second.pk}})
    assert (["Ada"], []) == (members(second), members(third))
    save("First", {"not": NORTH}, segment=first)
    assert ([], ["Ada"]) == (members(second), members(third))
    add("Bea")
    assert ([], ["Ada", "Bea"]) == (members(second), members(third))


def test_segments_in_a_circle_are_refused(world, save):
    first = save("First")
    second = save("Second", {"any": [NORTH, {"segment": first.pk}]})
    for rules in ({"segment": first.pk}, {"not": {"segment": second.pk}}, {"segment": 10**9}):
        with pytest.raises(InvalidInputError) as caught:
            save("First", rules, segment=first)
        assert "rules" in caught.value.errors
    third = save("Third", {"not": {"segment": second.pk}})
    with pytest.raises(InvalidInputError) as caught:
        save("First", {"segment": third.pk}, segment=first)
    path = "“First” asks for “Third” asks for “Second” asks for “First”"
    assert f"A segment cannot ask for itself: {path}." == caught.value.errors["rules"]


def test_segment_that_another_asks_for_is_not_deleted(world, save):
    first = save("First")
    second = save("Second", {"not": {"segment": first.pk}})
    with pytest.raises(StateConflictError, match="Second"):
        delete_segment(segment=first)
    delete_segment(segment=second)
    delete_segment(segment=first)
    assert not Segment.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "North"])
def test_a_segment_has_a_name_of_its_own(world, save, name):
    save()
    with pytest.raises(InvalidInputError) as caught:
        save(name)
    assert "name" in caught.value.errors


def test_preview_counts_before_anything_is_saved_and_explains_single_people(world, add):
    add("Ada")
    add("Bea", "Harbor")
    found = preview(NORTH)
    assert (1, ["Ada"]) == (found.count, [one.first_name for one in found.sample])
    reason = explain(rules={"all": [NORTH, {"not": {"did": "attended"}}]}, contact=found.sample[0])
    assert [True, True, True, False] == [
        reason.is_met, reason.below[0].is_met, reason.below[1].is_met, reason.below[1].below[0].is_met,
    ]  # fmt: skip
    assert not list_segments().exists()


def test_statements_do_not_grow_with_members(world, save, django_assert_max_num_queries):
    for number in range(200):
        make_contact(source="hand", email=f"p{number}@example.com", organization="Northwind")
    segment = save()
    with django_assert_max_num_queries(12):
        rebuild_segment.call(segment_id=segment.pk)
    assert 200 == list_segments().get().size
