"""A form that is published serves who fills it in: what would not is refused, and says what is missing."""

from datetime import timedelta

import pytest
from tests.factories.forms import make_form

from greenroom.hub.contacts.services import add_field as add_custom_field
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.positions import DOWN
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import BASIC_FORM
from greenroom.hub.webforms.checks import find_lacking, find_problems
from greenroom.hub.webforms.models import FormField, WebForm
from greenroom.hub.webforms.services import (
    add_action,
    add_asked_fields,
    add_field,
    change_field,
    change_form,
    close_form,
    create_form,
    delete_form,
    move_field,
    publish_form,
    remove_field,
    step_field,
)
from greenroom.hub.webforms.tasks import ask_organizers_again

QUESTIONS = [
    {"text": "Which ladders do you use?", "is_required": True},
    {"text": "How many people?", "is_required": True, "choices": ["1-9", "10 or more"]},
]
FIELDS = [{"name": "organization", "is_required": True}]


@pytest.fixture
def asking(world, pull):
    """A webinar whose organizer asks everybody for more."""
    return pull(world.schedule_webinar("Ropes", fields=FIELDS, questions=QUESTIONS))


def draft(ada, event, start="person", name="Safety week") -> WebForm:
    form = create_form(name=name, start=start, actor=ada)
    field = form.fields.filter(kind="event").first()
    given = {"event_field": field.pk} if field else {"event": event.pk}
    add_action(form=form, kind="register", given=given)
    return form


@pytest.mark.parametrize("start", ["person", "webinar"])
def test_mandatory_field_of_goto_without_a_source_is_refused_with_its_name(ada, asking, start):
    """Fault 17: webinars with extra mandatory questions always failed, and the visitor saw "Bad request"."""
    form = draft(ada, asking, start)
    with pytest.raises(InvalidInputError) as refused:
        publish_form(form=form)
    for name in ("“Ropes”", "“Organization”", "“Which ladders do you use?”", "“How many people?”"):
        assert name in str(refused.value)
    assert 3 == add_asked_fields(form=form)
    publish_form(form=form)
    assert ["1-9", "10 or more"] == form.fields.get(label="How many people?").choices
    assert "organization" == form.fields.get(label="Organization").contact_field


def test_published_form_cannot_lose_what_an_organizer_needs(ada, event):
    form = make_form(ada, event=event)

    def name() -> FormField:
        return form.fields.get(label="First name")

    for break_it in (
        lambda: remove_field(field=name()),
        lambda: change_field(field=name(), label="First name", goto_field="firstName", is_required=False),
        lambda: change_field(field=name(), label="First name", goto_field="", is_required=True),
        lambda: remove_field(field=form.fields.get(kind="email")),
    ):
        with pytest.raises(InvalidInputError):
            break_it()
    assert (True, "firstName") == (name().is_required, name().goto_field)


def test_own_answers_of_an_organizer_must_be_offered_as_they_are(ada, asking):
    form = draft(ada, asking)
    add_asked_fields(form=form)
    field = form.fields.get(label="How many people?")
    values = {"label": field.label, "goto_field": field.goto_field, "is_required": True}
    change_field(field=field, choices=["some", "many"], **values)
    with pytest.raises(InvalidInputError, match="takes only its own answers for “How many people"):
        publish_form(form=form)
    change_field(field=field, choices=["10 OR MORE"], **values)
    publish_form(form=form)


def test_form_without_an_address_is_not_published(ada):
    form = create_form(name="Empty", start="person", actor=ada)
    remove_field(field=form.fields.get(kind="email"))
    with pytest.raises(InvalidInputError, match="e-mail address"):
        publish_form(form=form)


def test_there_is_one_address(ada):
    form = create_form(name="Two", start="address", actor=ada)
    with pytest.raises(InvalidInputError):
        add_field(form=form, kind="email", label="Another")


def test_nobody_registers_for_a_meeting(ada, world, pull):
    form = draft(ada, pull(world.schedule_meeting(), "meeting"))
    with pytest.raises(InvalidInputError, match="Nobody registers for “Team hour”"):
        publish_form(form=form)


def test_form_that_changed_at_goto_is_told_of(ada, event, world, asking):
    form = make_form(ada, event=event)
    type(event).objects.filter(pk=event.pk).update(registration_form=asking.registration_form)
    assert "asks everybody for “Organization”" in find_problems(form)[0].sentence


def test_what_organizers_ask_is_read_again_each_day(ada, event, asking, world, run_jobs):
    """Fault 17, afterwards: the organizer asks for more once the form is published."""
    form = make_form(ada, event=event)
    run_jobs()
    form.actions.update(settings={"event": asking.pk})
    Event.objects.update(registration_form=BASIC_FORM.to_json(), registration_form_read_at=world.now)
    ask_organizers_again.call()
    run_jobs()
    assert [] == find_problems(form)
    Event.objects.update(registration_form_read_at=world.now - timedelta(hours=25))
    ask_organizers_again.call()
    run_jobs()
    assert "asks everybody for “Organization”" in find_problems(form)[0].sentence


def test_answer_that_a_custom_field_never_takes_is_refused(ada):
    form = create_form(name="Sizes", start="person", actor=ada)
    size = add_custom_field(label="Size", kind="choice", choices=["S", "L"])
    age = add_custom_field(label="Age", kind="number")
    for kind, more, sentence in (
        ("text", {"contact_field": size.target}, "“Size” takes only some answers"),
        ("choice", {"contact_field": size.target, "choices": ["s", "XL"]}, "“Size” does not take “XL”"),
        ("several", {"contact_field": age.target, "choices": ["1", "2"]}, "“Age” takes one answer only"),
        ("checkbox", {"contact_field": age.target}, "“Age” does not take “Yes”"),
        ("text", {"contact_field": "custom:gone"}, "nothing of this name"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            add_field(form=form, kind=kind, label="It", **more)
        assert sentence in refused.value.errors["contact_field"]
    field = add_field(form=form, kind="choice", label="It", contact_field=size.target, choices=["l", "s"])
    size.delete()
    assert f"“{field}” is kept in a field of contacts that is no longer here" in find_problems(form)[0].sentence


def test_event_that_is_gone_is_told_of_and_blocks_nothing(ada, event):
    form = make_form(ada, event=event)
    type(event).objects.filter(pk=event.pk).update(state="cancelled")
    assert [("“Ladder safety” was cancelled. What is sent is kept.", False)] == [
        (one.sentence, one.is_blocking) for one in find_problems(form)
    ]
    event.delete()
    assert "no longer here" in find_problems(form)[0].sentence
    field = form.fields.first()
    change_field(field=field, label="Given name", goto_field="firstName", is_required=True)


def test_fields_are_put_into_another_order(ada):
    form = create_form(name="Order", start="person", actor=ada)
    first, last, email = form.fields.all()
    step_field(field=first, by=DOWN)
    assert [last, first, email] == list(form.fields.all())
    move_field(field=email, before=last.pk)
    assert [email, last, first] == list(form.fields.all())
    with pytest.raises(StateConflictError):
        move_field(field=email, before=0)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Taken"}, "name"),
        ({"title": " "}, "title"),
        ({"button": ""}, "button"),
        ({"redirect_url": "javascript:alert(1)"}, "redirect_url"),
        ({"redirect_url": "https://"}, "redirect_url"),
        ({"sites": "https://a.example.com/path"}, "sites"),
        ({"sites": "https://a.example.com; script-src *"}, "sites"),
        ({"sites": "'none'"}, "sites"),
    ],
)
def test_settings_that_will_not_do_are_refused_by_name(ada, given, where):
    form = create_form(name="Mine", start="address", actor=ada)
    create_form(name="Taken", start="address", actor=ada)
    whole = {
        "name": "Mine", "title": "T", "introduction": "", "button": "Send", "thanks": "", "redirect_url": "",
        "sites": "", "asks_to_confirm": False,
    }  # fmt: skip
    change_form(form=form, **whole)
    with pytest.raises(InvalidInputError) as refused:
        change_form(form=form, **whole | given)
    assert [where] == list(refused.value.errors)


@pytest.mark.parametrize(
    ("kind", "given", "where"),
    [
        ("text", {"label": " "}, "label"),
        ("choice", {"label": "Which?", "choices": [" "]}, "choices"),
        ("text", {"label": "Name", "contact_field": "password"}, "contact_field"),
        ("text", {"label": "Mail", "goto_field": "email"}, "goto_field"),
        ("event", {"label": "Which?", "product": "cinema"}, "product"),
    ],
)
def test_fields_that_will_not_do_are_refused_by_name(ada, kind, given, where):
    form = create_form(name="Mine", start="address", actor=ada)
    with pytest.raises(InvalidInputError) as refused:
        add_field(form=form, kind=kind, **given)
    assert [where] == list(refused.value.errors)


def test_form_that_visitors_use_is_not_deleted(ada, event):
    form = make_form(ada, event=event)
    with pytest.raises(StateConflictError):
        delete_form(form=form)
    close_form(form=form)
    delete_form(form=form)
    assert not WebForm.objects.exists()


def test_forms_that_lack_what_an_organizer_asks_are_found_in_a_few_statements(
    ada, event, asking, django_assert_num_queries
):
    """As `find_problems` says of each, however many there are."""
    forms = [make_form(ada, event=event, name="Fits")]
    forms += [
        draft(ada, asking, start, name=f"{start} {number}") for start in ("person", "webinar") for number in (1, 2)
    ]
    forms.append(draft(ada, asking, "webinar", name="Chosen"))
    forms[-1].fields.filter(kind="event").update(events=[event.pk])
    forms.append(draft(ada, asking, name="Whole"))
    add_asked_fields(form=forms[-1])
    forms = list(WebForm.objects.all())
    with django_assert_num_queries(6):
        found = find_lacking(forms)
    expected = {
        one.pk for one in forms if any("asks everybody for" in problem.sentence for problem in find_problems(one))
    }
    assert (4, expected) == (len(found), found)
