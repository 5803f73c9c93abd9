"""The pages of segments."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from greenroom.hub.contacts.models import Contact, Participation
from greenroom.hub.contacts.services import add_field, add_purpose, add_tags, make_contact, record_consent, set_values
from greenroom.hub.events.models import Event
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.selectors import list_members
from greenroom.hub.segments.services import save_segment

pytestmark = pytest.mark.django_db

NORTH = {"field": "organization", "is": "contains", "value": "north"}
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ladders(connection) -> Event:
    return Event.objects.create(
        connection=connection, product="webinar", event_key="1", organizer_key="1", title="Ladder safety",
        starts_at=MARCH, ends_at=MARCH + timedelta(hours=1),
    )  # fmt: skip


@pytest.fixture
def people() -> dict[str, Contact]:
    return {
        name: make_contact(
            source="hand", email=f"{name.lower()}@example.com", first_name=name, organization=organization
        )
        for name, organization in (("Bea", "Northwind"), ("Cy", "Harbor"))
    }


@pytest.fixture
def save(ada, people, run_jobs):
    def save(name="North", rules=NORTH) -> Segment:
        segment = save_segment(name=name, rules=rules, actor=ada)
        run_jobs()
        return segment

    return save


def words(answer) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def found(answer) -> str:
    """Return what the editor says of those whom the rules find."""
    return re.search(r'<aside id="found".*?</aside>', answer.content.decode(), re.DOTALL)[0]


def editing(*rows: tuple[str, str, dict[str, object]], **more) -> dict[str, object]:
    """Fill in the editor: (place, kind, fields) for each row."""
    given: dict[str, object] = {"name": "Mine", "r-match": "all", "rows": [place for place, _, _ in rows]}
    for place, kind, fields in rows:
        given |= {
            f"{place}-kind": kind,
            f"{place}-finds": "who",
            **{f"{place}-{name}": value for name, value in fields.items()},
        }
    return given | more


CONTAINS_NORTH = ("r_0", "field", {"field": "organization", "is_": "contains", "value": "north"})


def test_list_tells_sizes(save, as_ada):
    save()
    assert re.search(r">North</a>\s*</td><td[^>]*>1</td>", as_ada.get(reverse("segments")).content.decode())


def test_page_shows_rules_in_words_and_members_with_search(save, as_ada, ladders):
    rules = {
        "any": [NORTH, {"not": {"did": "attended", "minutes": 30, "events": [ladders.pk]}}, {"segment": save().pk}]
    }
    segment = save("Mixed", rules)
    page = reverse("segment", args=[segment.pk])
    said = words(as_ada.get(page))
    for sentence in (
        "At least one of these",
        "Organization contains “north”",
        "Not: attended at least 30 minutes of “Ladder safety”",
        "Is in the segment “North”",
    ):
        assert sentence in said
    assert "bea@example.com" in said
    assert "cy@example.com" in said
    assert "cy@example.com" not in words(as_ada.get(page, {"q": "bea"}))


def test_people_are_put_in_and_taken_out_by_hand_and_left_to_the_rules_again(save, as_ada, people):
    segment = save()
    bea, cy = people["Bea"], people["Cy"]
    offered = words(as_ada.get(reverse("add_to_segment", args=[segment.pk])))
    assert "cy@example.com" in offered
    assert "bea@example.com" not in offered
    for person, decision in ((cy, "in"), (bea, "out")):
        as_ada.post(reverse("decide_in_segment", args=[segment.pk, person.pk]), {"decision": decision})
    assert [cy] == [one.contact for one in list_members(segment=segment)]
    page = reverse("segment", args=[segment.pk])
    assert "Put in by hand" in words(as_ada.get(page)).partition("Since")[2]
    assert "bea@example.com" in words(as_ada.get(page, {"by": "out"}))
    as_ada.post(reverse("decide_in_segment", args=[segment.pk, bea.pk]), {"decision": ""})
    as_ada.post(reverse("decide_in_segment", args=[segment.pk, cy.pk]), {"decision": "nonsense"})
    assert [bea, cy] == sorted((one.contact for one in list_members(segment=segment)), key=lambda one: one.email)


def test_where_a_contact_came_from_is_chosen_from_the_sources_there_are(as_ada, people):
    rule = {"field": "source", "is_": "equals", "value": "import"}
    page = as_ada.post(reverse("new_segment"), editing(("r_0", "field", rule), look="1")).content.decode()
    offered = re.findall(r'<option value="(\w+)"', page.partition('name="r_0-value"')[2].partition("</select>")[0])
    assert ["goto", "form", "import", "api", "hand"] == offered
    assert "Source is “An import”" in page
    as_ada.post(reverse("new_segment"), editing(("r_0", "field", rule | {"value": "hand"}), save="1"))
    assert {"field": "source", "is": "equals", "value": "hand"} == Segment.objects.get().rules["all"][0]
    contains = as_ada.post(reverse("new_segment"), editing(("r_0", "field", rule | {"is_": "contains"}), look="1"))
    assert re.search(r'<input [^>]*name="r_0-value"', contains.content.decode())


def test_page_of_a_person_says_why_rule_by_rule(save, as_ada, people):
    segment = save(rules={"all": [NORTH, {"not": {"did": "attended"}}]})
    why = words(as_ada.get(reverse("segment_person", args=[segment.pk, people["Bea"].pk])))
    assert "Yes Organization contains “north”" in why
    assert "Yes Not: attended any event" in why
    why_not = words(as_ada.get(reverse("segment_person", args=[segment.pk, people["Cy"].pk])))
    assert "No Organization contains “north”" in why_not
    assert "The rules do not find this person." in why_not


def test_contact_shows_their_segments(save, as_ada, people):
    save()
    assert "North by the rules" in words(as_ada.get(reverse("contact", args=[people["Bea"].pk])))
    assert "by the rules" not in words(as_ada.get(reverse("contact", args=[people["Cy"].pk])))


def test_segment_that_another_needs_is_not_deleted(save, as_ada):
    first = save()
    save("Not there", {"not": {"segment": first.pk}})
    answer = as_ada.post(reverse("delete_segment", args=[first.pk]), follow=True)
    assert "The rules of “Not there” ask for this segment." in words(answer)
    as_ada.post(reverse("delete_segment", args=[Segment.objects.get(name="Not there").pk]))
    as_ada.post(reverse("delete_segment", args=[first.pk]))
    assert (0, 0, 2) == (Segment.objects.count(), Member.objects.count(), Contact.objects.count())


def test_editor_saves_a_tree(as_ada, people, ladders, run_jobs):
    Participation.objects.create(
        contact=people["Bea"], event=ladders, is_registered=True, is_approved=True, was_registered=True, is_final=True,
        attended_seconds=1800, attended_percent=50, sessions_attended=1,
    )  # fmt: skip
    given = editing(
        CONTAINS_NORTH,
        ("r_1", "group", {"match": "not any"}),
        ("r_1_0", "field", {"field": "country", "is_": "in", "value": "DE, AT"}),
        ("r_1_1", "did", {"did": "missed", "starts_from": "2026-03-01T00:00"}),
        ("r_2", "did", {"did": "attended", "events": [str(ladders.pk)], "minutes": "30"}),
        save="1",
    )
    answer = as_ada.post(reverse("new_segment"), given)
    segment = Segment.objects.get()
    assert reverse("segment", args=[segment.pk]) == answer["Location"]
    assert {
        "all": [
            NORTH,
            {
                "not": {
                    "any": [
                        {"field": "country", "is": "in", "values": ["DE", "AT"]},
                        {"did": "missed", "starts_from": "2026-02-28T23:00:00+00:00"},
                    ]
                }
            },
            {"did": "attended", "events": [ladders.pk], "minutes": 30},
        ]
    } == segment.rules
    run_jobs()
    assert [people["Bea"]] == [one.contact for one in list_members(segment=segment)]
    shown = as_ada.get(reverse("change_segment", args=[segment.pk])).content.decode()
    assert "Attended at least 30 minutes of “Ladder safety”" in shown
    assert 'value="DE, AT"' in shown
    assert 'value="2026-03-01T00:00"' in shown


def test_what_the_editor_shows_is_what_it_would_save(save, as_ada, ladders):
    rules = {
        "any": [
            {"not": {"all": [NORTH, {"field": "email", "is": "empty"}]}},
            {"not": {"segment": save().pk}},
            {"did": "attended", "events": [ladders.pk], "product": "webinar", "title": "safe", "percent": 50,
             "sessions": 1, "times": 2, "starts_before": "2026-04-01T10:30:00+00:00"},
        ]
    }  # fmt: skip
    segment = save("Other", rules)
    page = reverse("change_segment", args=[segment.pk])
    html = as_ada.get(page).content.decode()
    as_ada.post(page, filled_in(html) | {"save": "1"})
    segment.refresh_from_db()
    assert rules == segment.rules


def filled_in(html: str) -> dict[str, list[str]]:
    """Return what a browser would send of the editor's form."""
    form = re.search(r'<form[^>]*id="segment-editor".*?</form>', html, re.DOTALL)[0]
    given: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            given.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        given[name] = [chosen[1]] if chosen else []
    return given


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"add": "r:did"}, ["field", "group", "field", "did"]),
        ({"add": "r_1:segment"}, ["field", "group", "field", "segment"]),
        ({"add": "r_0:did"}, ["field", "group", "field"]),
        ({"add": "r:nonsense"}, ["field", "group", "field"]),
        ({"remove": "r_1_0"}, ["field", "group"]),
        ({"remove": "r_1"}, ["field"]),
        ({"look": "1"}, ["field", "group", "field"]),
    ],
)
def test_rows_are_added_and_removed_and_nothing_typed_is_lost(as_ada, asked, expected):
    given = editing(
        CONTAINS_NORTH,
        ("r_1", "group", {"match": "any"}),
        ("r_1_0", "field", {"field": "city", "is_": "equals", "value": ""}),
        **asked,
    )
    answer = as_ada.post(reverse("new_segment"), given)
    html = answer.content.decode()
    assert 200 == answer.status_code
    assert expected == re.findall(r'name="r[_\d]+-kind" value="(\w+)"', html)
    assert 'value="Mine"' in html
    assert 'value="north"' in html
    assert "field-error" not in html
    assert not Segment.objects.exists()


def test_editor_counts_and_shows_some_while_editing(as_ada, people):
    answer = as_ada.post(reverse("new_segment"), editing(CONTAINS_NORTH, look="1"))
    assert "1 contact<" in found(answer)
    assert "bea@example.com" in found(answer)
    unfinished = editing(CONTAINS_NORTH, ("r_1", "segment", {}))
    assert "Fill in every rule" in found(as_ada.post(reverse("new_segment"), unfinished))


def test_events_are_searched_over_all_and_the_chosen_ones_stay(as_ada, ladders, connection):
    for number in range(20):
        Event.objects.create(
            connection=connection, product="webinar", event_key=f"n{number}", organizer_key="1", title=f"New {number}",
            starts_at=MARCH + timedelta(days=number + 1),
        )  # fmt: skip
    shown = as_ada.post(reverse("new_segment"), editing(("r_0", "did", {"did": "attended"}))).content.decode()
    assert "Ladder safety" not in shown
    searching = editing(("r_0", "did", {"did": "attended", "find": "ladder"}))
    assert "Ladder safety, Mon 2 Mar 2026, 10:00" in as_ada.post(reverse("new_segment"), searching).content.decode()
    chosen = editing(("r_0", "did", {"did": "attended", "find": "new 7", "events": [str(ladders.pk)]}))
    html = as_ada.post(reverse("new_segment"), chosen).content.decode()
    assert re.search(rf'name="r_0-events" value="{ladders.pk}"[^>]* checked', html)
    assert "New 7" in html


@pytest.mark.parametrize(
    ("kind", "fields", "field", "sentence"),
    [
        ("field", {"field": "city", "is_": "equals", "value": " "}, "value", "This field is required."),
        ("field", {"field": "city", "is_": "in", "value": " , "}, "value", "Give at least one value."),
        ("field", {"field": "password", "is_": "equals", "value": "x"}, "field", "Select a valid choice."),
        ("did", {"did": "attended", "minutes": "0"}, "minutes", "greater than or equal to 1"),
        ("did", {"did": "attended", "percent": "101"}, "percent", "less than or equal to 100"),
        ("did", {"did": "missed", "starts_from": "0001-01-01T00:00"}, "starts_from", "greater than or equal to"),
        ("segment", {"segment": "7"}, "segment", "Select a valid choice."),
    ],
)
def test_what_will_not_do_is_told_beside_its_rule(as_ada, people, kind, fields, field, sentence):
    answer = as_ada.post(reverse("new_segment"), editing(CONTAINS_NORTH, ("r_1", kind, fields), save="1"))
    assert 422 == answer.status_code
    error = re.search(rf'id="id_r_1-{field}_error".*?</div>', answer.content.decode(), re.DOTALL)
    assert sentence in error[0]
    assert not Segment.objects.exists()


def test_name_is_told_of_beside_its_field(save, as_ada):
    save()
    for name, sentence in (("North", "Another segment has this name."), ("", "This field is required.")):
        answer = as_ada.post(reverse("new_segment"), editing(CONTAINS_NORTH, save="1", name=name))
        assert 422 == answer.status_code
        assert sentence in words(answer)


def test_segments_that_would_lead_in_a_circle_are_not_offered(save, as_ada):
    first = save("First")
    second = save("Second", {"segment": first.pk})
    save("Third", {"segment": second.pk})
    save("Aside")
    given = editing(("r_0", "segment", {}))
    html = as_ada.post(reverse("change_segment", args=[first.pk]), given).content.decode()
    offered = re.search(r'<select name="r_0-segment".*?</select>', html, re.DOTALL)[0]
    assert ["Aside"] == re.findall(r"<option[^>]*>([^<]*)<", offered)


def test_rules_about_a_deleted_event_go_on_and_say_so(save, as_ada, ladders, people, run_jobs):
    segment = save("Came", {"any": [NORTH, {"did": "attended", "events": [ladders.pk]}]})
    ladders.delete()
    assert "Attended an event that is no longer here" in words(as_ada.get(reverse("segment", args=[segment.pk])))
    page = reverse("change_segment", args=[segment.pk])
    as_ada.post(page, filled_in(as_ada.get(page).content.decode()) | {"save": "1"})
    run_jobs()
    assert [people["Bea"]] == [one.contact for one in list_members(segment=segment)]


def test_rules_over_consent_tags_and_fields_are_put_together_and_shown_again(as_ada, people, run_jobs):
    news = add_purpose(name="News", wording="Write to me.")
    record_consent(contacts=[people["Bea"].pk], purpose=news, state="granted", source="form")
    size = add_field(label="Size", kind="number")
    add_tags(contacts=[people["Bea"].pk], names=["VIP"])
    set_values(values=[(people["Bea"].pk, size, "40")])
    given = editing(
        ("r_0", "consent", {"consent": "mailable", "purpose": str(news.pk)}),
        ("r_1", "consent", {"consent": "granted", "purpose": str(news.pk), "channel": "email"}),
        ("r_2", "consent", {"consent": "mailable", "purpose": ""}),
        ("r_3", "tag", {"tag": "vip"}),
        ("r_4", "custom", {"custom": str(size.pk), "is_": "at_least", "value": "38"}),
    )
    assert "Has agreed for “News”" in words(as_ada.post(reverse("new_segment"), given | {"look": "1"}))
    as_ada.post(reverse("new_segment"), given | {"save": "1"})
    run_jobs()
    segment = Segment.objects.get()
    assert [people["Bea"]] == [one.contact for one in list_members(segment=segment)]
    page = reverse("change_segment", args=[segment.pk])
    as_ada.post(page, filled_in(as_ada.get(page).content.decode()) | {"save": "1"})
    assert segment.rules == Segment.objects.get().rules


def test_nonsense_in_the_editor_is_no_fault(as_ada):
    for given in (
        {
            "rows": ["r_0"],
            "r_0-kind": "field",
            "r_0-finds": "who",
            "r_0-field": "city",
            "r_0-is_": "in",
            "r_0-value": ",",
        },
        {"rows": ["r_0", "r_9_9", "x", "r", ""], "r_0-kind": "nonsense"},
        {"rows": ["r_0"], "r_0-kind": "did", "r_0-events": ["9" * 30, "²", "-1", "x"], "r_0-did": "attended"},
        {"rows": ["r_0"], "r_0-kind": "group", "r-match": "none"},
        {"rows": ["r" + "_0" * n for n in range(1, 60)], **{f"r{'_0' * n}-kind": "group" for n in range(1, 60)}},
        {"rows": [f"r_{n}" for n in range(400)], **{f"r_{n}-kind": "field" for n in range(400)}},
    ):
        for act in ("look", "save"):
            assert "segment-editor" in as_ada.post(reverse("new_segment"), given | {act: "1"}).content.decode()


def test_pages_ask_the_same_number_of_queries_whatever_there_is(
    save, as_ada, connection, django_assert_max_num_queries
):
    segment = save(rules={"any": [NORTH] + [{"did": "attended", "events": [pk]} for pk in range(10)]})
    for number in range(20):
        make_contact(source="hand", email=f"p{number}@example.com", organization="Northwind")
        save(f"Segment {number}")
    with django_assert_max_num_queries(8):
        as_ada.get(reverse("segments"))
    with django_assert_max_num_queries(10):
        as_ada.get(reverse("segment", args=[segment.pk]))
    with django_assert_max_num_queries(14):
        as_ada.get(reverse("change_segment", args=[segment.pk]))
