"""The pages of campaigns."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.campaigns import act, condition, decision, draw, make_contacts, make_segment, run_campaign_of, wait

from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignStep
from greenroom.hub.campaigns.services.editing import make_campaign, open_draft
from greenroom.hub.contacts.models import Contact, ContactTag
from greenroom.hub.contacts.services import add_purpose, record_consent, stop_contacting
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.models import Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_mara(mara, browser):
    return browser(mara)


@pytest.fixture
def warm(world) -> Segment:
    return make_segment("Warm")


@pytest.fixture
def draft(world) -> Campaign:
    return make_campaign(name="Spring", actor=None)


def words(answer) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def steps(campaign: Campaign) -> list[str]:
    return [one.action or one.kind for one in CampaignStep.objects.filter(version__campaign=campaign)]


def test_a_campaign_is_made_drawn_and_published_without_a_script(world, as_mara, warm, run_jobs):
    people = make_segment("Everybody", make_contacts(2))
    answer = as_mara.post(reverse("new_campaign"), {"name": "Spring", "segments": [people.pk]}, follow=True)
    campaign = Campaign.objects.get()
    assert [reverse("campaign_draft", args=[campaign.pk])] == [address for address, _ in answer.redirect_chain]
    add = reverse("add_campaign_step", args=[campaign.pk])
    assert "Is in a segment" in words(as_mara.get(add))
    as_mara.post(f"{add}?type=has_field", {"field": "first_name", "operator": "equals", "value": "Person1"})
    split = CampaignStep.objects.get()
    as_mara.post(f"{add}?type=add_to_segment&parent={split.pk}&branch=yes", {"segment": warm.pk})
    page = words(as_mara.get(reverse("campaign_draft", args=[campaign.pk])))
    assert "1 Is it so: first name is “Person1”" in page
    assert "If so" in page
    assert "1y1 Add to the segment “Warm”" in page
    as_mara.post(reverse("publish_campaign", args=[campaign.pk]))
    run_jobs()
    page = words(as_mara.get(reverse("campaign", args=[campaign.pk])))
    assert "Running" in page
    assert "0 waiting · 2 done · 0 failed" in page
    assert "If so · 1" in page
    assert "If not · 1: they go on" in page
    assert 1 == warm.members.count()


def test_the_drawing_says_of_each_arrow_when_it_is_taken_and_of_each_step_how_many_it_has_seen(
    world, pull, as_mara, warm, run_jobs
):
    event = pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=30)))
    people = make_contacts(3)
    Contact.objects.filter(pk=people[0].pk).update(last_name="")
    remind = [act("add_to_segment", segment=warm.pk)]
    campaign = run_campaign_of(
        make_segment("Everybody", people),
        condition({"field": "first_name", "is": "equals", "value": "Person1"}, yes=remind),
        act("register", event=event.pk),
        act("add_tags", tags="In", error=remind),
        wait(minutes=60),
        wait(event=event.pk, minutes=-60, yes=remind),
    )
    run_jobs()
    world.advance(minutes=1)
    run_jobs()
    answer = as_mara.get(reverse("campaign", args=[campaign.pk]))
    canvas = answer.context["canvas"]
    assert {
        "If so · 1", "If not · 2", "If it works · 2", "If it does not work · 0", "After the wait", "In time · 0",
        "If it is too late · 0",
    } == {one.text for one in canvas.labels}  # fmt: skip
    numbers = [one.numbers for one in canvas.boxes]
    assert [(0, 3, 0), (0, 1, 0), (0, 2, 1), (0, 2, 0), (0, 0, 0), (2, 0, 0)] == [
        (one.waiting, one.done, one.failed) for one in numbers
    ][:6]
    assert [one.numbers for one in answer.context["rows"]] == [numbers[at] for at in (0, 2, 3, 5, 6)]
    assert all(one.x + 232 <= canvas.width and one.y + 116 <= canvas.height for one in canvas.boxes)


@pytest.mark.parametrize(
    ("kind", "sent", "said"),
    [
        ("wait_for", {"amount": 2, "unit": "days", "from_hour": 9, "to_hour": 17, "weekdays": [0, 1, 2, 3, 4]},
         "Wait 2 days between 9:00 and 17:00 on a working day, by their own clock"),
        ("wait_until", {"until": "2026-04-01T09:00"}, "Wait until 1 April 2026, 09:00"),
        ("wait_for_event", {"amount": 7, "unit": "days", "side": "before start"},
         "Wait until 1 week before “Intro” starts"),
        ("wait_for_event", {"amount": 0, "unit": "minutes", "side": "after end"}, "Wait until “Intro” ends"),
        ("registers", {"amount": 3, "unit": "days"}, "Wait until they register for “Intro”, at most 3 days"),
        ("attends", {"minutes": 30, "amount": 1, "unit": "weeks"},
         "Wait until they attend “Intro” for 30 minutes, at most 1 week"),
        ("opens", {"amount": 3, "unit": "days"}, "Wait until they open an e-mail of this campaign, at most 3 days"),
        ("is_registered", {}, "Is it so: registered for “Intro”"),
        ("has_attended", {"minutes": 30, "percent": 50}, "Is it so: attended at least 30 minutes and 50% of “Intro”"),
        ("is_in_segment", {}, "Is it so: is in the segment “Warm”"),
        ("register", {}, "Register for “Intro”"),
    ],
)  # fmt: skip
def test_every_type_of_step_is_described_shown_and_kept_when_saved_again(
    world, pull, as_mara, draft, warm, kind, sent, said
):
    event = pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=30)))
    sent = sent | {"event": event.pk, "segment": warm.pk}
    answer = as_mara.post(f"{reverse('add_campaign_step', args=[draft.pk])}?type={kind}", sent, follow=True)
    assert said in words(answer)
    step = CampaignStep.objects.get()
    address = reverse("campaign_step", args=[draft.pk, step.pk])
    form = as_mara.get(address).context["form"]
    shown = {one.html_name: one.value() for one in form if one.value() is not None}
    if "until" in shown:
        shown["until"] = sent["until"]
    as_mara.post(address, shown)
    assert step.settings == CampaignStep.objects.get().settings


def test_what_is_wrong_with_a_step_stands_beside_its_field(as_mara, draft):
    add = reverse("add_campaign_step", args=[draft.pk])
    answer = as_mara.post(f"{add}?type=wait_for", {"amount": 0, "unit": "days"})
    assert 422 == answer.status_code
    answer = as_mara.post(f"{add}?type=wait_for", {"amount": 1, "unit": "days", "from_hour": 17, "to_hour": 9})
    assert "The hours end before they begin." in words(answer)
    answer = as_mara.post(f"{add}?type=add_to_segment", {"segment": ""})
    assert 422 == answer.status_code
    assert [] == steps(draft)


def test_steps_are_moved_and_removed_with_all_below(as_mara, draft, warm):
    below = condition({"segment": warm.pk}, yes=[act("remove_from_segment", segment=warm.pk)])
    draw(open_draft(campaign=draft), [wait(minutes=5), below, act("add_to_segment", segment=warm.pk)])
    first, split = CampaignStep.objects.get(kind="wait"), CampaignStep.objects.get(kind="condition")
    as_mara.post(reverse("move_campaign_step", args=[draft.pk, first.pk]), {"to": "down"})
    outer = CampaignStep.objects.filter(parent=None).order_by("position")
    assert ["condition", "wait", "action"] == [one.kind for one in outer]
    as_mara.post(reverse("remove_campaign_step", args=[draft.pk, split.pk]))
    assert ["wait", "action"] == [one.kind for one in outer.all()]
    assert 2 == CampaignStep.objects.count()


def test_a_published_step_cannot_be_changed(as_mara, warm):
    campaign = run_campaign_of(make_segment("Nobody"), act("add_to_segment", segment=warm.pk))
    step = CampaignStep.objects.get()
    assert 404 == as_mara.post(reverse("campaign_step", args=[campaign.pk, step.pk])).status_code
    as_mara.post(reverse("campaign_draft", args=[campaign.pk]))
    assert 2 == CampaignStep.objects.count()
    assert 200 == as_mara.get(reverse("campaign_draft", args=[campaign.pk])).status_code


def test_only_events_that_people_register_for_are_offered_to_register_for(world, pull, as_mara, draft):
    open_draft(campaign=draft)
    webinar = pull(world.schedule_webinar(title="Intro"))
    meeting = Event.objects.get(pk=pull(world.schedule_webinar(title="Stand-up")).pk)
    Event.objects.filter(pk=meeting.pk).update(product="meeting")
    step = reverse("add_campaign_step", args=[draft.pk])
    pages = (f"{step}?type=register", reverse("new_webinar_campaign"), f"{step}?type=attends")
    offered = [as_mara.get(page).content.decode() for page in pages]
    assert [True, True, True] == [f'value="{webinar.pk}">Intro' in page for page in offered]
    assert [False, False, True] == ["Stand-up" in page for page in offered]


def test_a_draft_that_cannot_work_says_which_step_and_is_not_published(world, pull, as_mara, draft):
    event = pull(world.schedule_webinar(title="Intro"))
    draw(open_draft(campaign=draft), [wait(minutes=5), act("register", event=event.pk)])
    Event.objects.update(state=Event.State.CANCELLED)
    answer = as_mara.post(reverse("publish_campaign", args=[draft.pk]))
    assert 422 == answer.status_code
    assert "Step 2: The event was cancelled." in words(answer)
    draft.refresh_from_db()
    assert "draft" == draft.state


def test_a_dry_run_tells_what_would_happen_and_does_nothing(world, pull, as_mara, draft, warm):
    event = pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=10)))
    remind = [act("add_to_segment", segment=warm.pk)]
    draw(
        open_draft(campaign=draft),
        [
            condition({"field": "last_name", "is": "equals", "value": "Example"}, no=[wait(minutes=7)]),
            wait(event=event.pk, minutes=-20 * 1440, yes=remind),
            wait(event=event.pk, minutes=-1440, yes=remind),
        ],
    )
    person = make_contacts(1)[0]
    page = words(as_mara.get(reverse("campaign_rehearsal", args=[draft.pk, person.pk])))
    told = ["Yes, it is so now.", "That moment would have passed.", "They would wait.", "This would be done."]
    assert told == re.findall("|".join(map(re.escape, told)), page)
    assert not warm.members.exists()
    assert not CampaignContact.objects.exists()


def test_a_dry_run_tells_why_a_step_does_not_work_for_somebody_and_reaches_nobody(
    world, pull, as_mara, mara, draft, run_jobs
):
    event = pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=10)))
    way_in = save_email(name="In", actor=mara, subject="In", body=f"{{webinar_button event={event.event_key}}}").pk
    sign_up, send = act("register", event=event.pk), act("send_email", email=way_in)
    draw(open_draft(campaign=draft), [act("add_tags", tags="Asked"), sign_up, send])
    [person], [nobody] = make_contacts(1), make_contacts(1, email="")
    person.addresses.create(email=person.email)

    def tell(contact: Contact) -> list[str]:
        page = as_mara.get(reverse("campaign_rehearsal", args=[draft.pk, contact.pk]))
        return [one.outcome for one in page.context["told"]]

    run_jobs()
    world.count_calls()
    assert ["This would be done."] * 3 == tell(person), "who would be signed up would be sent their link"
    assert ["This would be done.", "There is no e-mail address."] == tell(nobody)
    run_jobs()
    assert [] == [one for one in world.list_calls() if "Registrant" in one and one.startswith("create")]
    left = (RegistrationRequest.objects.all(), Message.objects.all(), ContactTag.objects.all())
    assert not any(rows.exists() for rows in left)


def test_a_dry_run_tells_who_would_not_be_sent_an_email_and_goes_on(as_mara, mara, draft):
    news = add_purpose(name="News", wording="Write to me.")
    emails = [
        save_email(name=str(purpose), actor=mara, subject="Hello", body="Hello.", purpose=purpose)
        for purpose in (news, None)
    ]
    draw(open_draft(campaign=draft), [act("send_email", email=one.pk) for one in emails])
    agreed, silent, stranger = make_contacts(3)
    record_consent(contacts=[agreed.pk, silent.pk], purpose=news, state="granted", source="form")
    stop_contacting(contacts=[silent.pk], reason="asked", source="mail")
    done = "This would be done."
    not_sent = "This would not be done. They did not agree to it, or want to be left alone. They go on without it."
    for contact, expected in ((agreed, [done, done]), (stranger, [not_sent, done]), (silent, [not_sent] * 2)):
        page = as_mara.get(reverse("campaign_rehearsal", args=[draft.pk, contact.pk]))
        assert expected == [one.outcome for one in page.context["told"]]
    assert not Message.objects.exists()


def test_where_everybody_stands_is_listed_and_told_of_each(world, as_mara, warm, run_jobs):
    people = make_contacts(3)
    campaign = run_campaign_of(
        make_segment("Everybody", people), act("add_to_segment", segment=warm.pk), wait(minutes=60)
    )
    run_jobs()
    page = words(as_mara.get(reverse("campaign_people", args=[campaign.pk])))
    assert 3 == page.count("Wait 1 hour")
    nobody = words(as_mara.get(reverse("campaign_people", args=[campaign.pk]) + "?state=failed"))
    assert "Nobody here" in nobody
    person = words(as_mara.get(reverse("campaign_person", args=[campaign.pk, people[0].pk])))
    assert "Add to the segment “Warm”" in person
    assert "Now: wait 1 hour" in person


def test_a_step_says_why_it_did_not_work_and_so_does_each_whom_it_did_not_work_for(as_mara, mara, warm, run_jobs):
    email = save_email(name="Hello", actor=mara, subject="Hello", body="Good day.").pk
    step = act("send_email", email=email, error=[act("add_to_segment", segment=warm.pk)])
    people = make_contacts(2, email="")
    campaign = run_campaign_of(make_segment("Everybody", people), step)
    run_jobs()
    assert "There is no e-mail address. 2 contacts" in words(as_mara.get(reverse("campaign", args=[campaign.pk])))
    one = as_mara.get(reverse("campaign_person", args=[campaign.pk, people[0].pk]))
    assert "Send the e-mail “Hello” did not work: There is no e-mail address." in words(one)


def test_the_timeline_of_a_contact_tells_each_step_and_leads_to_the_campaign(as_mara, warm, run_jobs):
    people = make_contacts(1)
    campaign = run_campaign_of(make_segment("Everybody", people), act("add_to_segment", segment=warm.pk))
    run_jobs()
    timeline = reverse("contact", args=[people[0].pk])
    link = f'<a href="{reverse("campaign", args=[campaign.pk])}">Add to the segment “Warm”, in “Spring”</a>'
    assert link in as_mara.get(timeline).content.decode()
    campaign.delete()
    page = as_mara.get(timeline).content.decode()
    assert "Add to the segment “Warm”, in “Spring”" in page
    assert link not in page


def test_a_campaign_that_paused_by_itself_says_why(as_mara, draft):
    Campaign.objects.update(state="paused", problem="A step can work for nobody now.")
    assert "A step can work for nobody now." in words(as_mara.get(reverse("campaign", args=[draft.pk])))


def test_names_are_shown_as_text(world, as_mara, draft):
    Campaign.objects.update(name="<script>alert(1)</script>")
    segment = make_segment("<b>bold</b>")
    draw(open_draft(campaign=draft), [act("add_to_segment", segment=segment.pk)])
    for name in ("campaigns", "campaign", "campaign_draft"):
        answer = as_mara.get(reverse(name, args=[] if name == "campaigns" else [draft.pk]))
        assert "<script>alert" not in answer.content.decode()
        assert "<b>bold" not in answer.content.decode()


def test_the_goal_is_chosen_said_and_taken_away(as_mara, draft, warm):
    goal = reverse("campaign_goal", args=[draft.pk])
    answer = as_mara.post(f"{goal}?type=is_in_segment", {"segment": warm.pk}, follow=True)
    assert "is in the segment “Warm”" in words(answer)
    as_mara.post(goal, {"none": "1"})
    assert open_draft(campaign=draft).goal is None


@pytest.mark.parametrize("name", ["campaign", "campaign_draft", "campaign_people"])
def test_pages_take_the_same_number_of_queries_whatever_they_show(
    as_mara, warm, run_jobs, django_assert_max_num_queries, name
):
    several = [act("add_to_segment", segment=warm.pk), wait(minutes=60)] * 6
    campaign = run_campaign_of(make_segment("Everybody", make_contacts(30)), *several)
    run_jobs()
    open_draft(campaign=campaign)
    with django_assert_max_num_queries(30):
        assert 200 == as_mara.get(reverse(name, args=[campaign.pk])).status_code


def test_a_draft_takes_the_same_number_of_queries_whatever_its_steps_name(world, pull, as_mara, draft, mara):
    def add_steps(number: int) -> int:
        """Add a step of every kind, with an event, an e-mail, a segment and a campaign of its own; count queries."""
        event = pull(world.schedule_webinar(title=f"Intro {number}", starts_in=timedelta(days=30)))
        body = f"{{webinar_button}} {{webinar_title event={event.event_key}}}"
        email = save_email(name=f"Mail {number}", actor=mara, subject="Hello", body=body)
        segment = make_segment(f"Segment {number}")
        other = run_campaign_of(segment, wait(minutes=5), name=f"Other {number}")
        steps = [
            act("register", event=event.pk),
            act("send_email", email=email.pk),
            act("send_link", event=event.pk, email=email.pk),
            act("add_to_segment", segment=segment.pk),
            act("start_campaign", campaign=other.pk),
            condition({"segment": segment.pk}),
            decision(does="opened", mail=email.pk, limit_minutes=60),
            decision(does="registered", event=event.pk, limit_minutes=60),
            wait(event=event.pk, minutes=-60),
        ]
        draw(open_draft(campaign=draft), steps)
        with CaptureQueriesContext(connection) as queries:
            assert 200 == as_mara.get(reverse("campaign_draft", args=[draft.pk])).status_code
        return len(queries)

    few = add_steps(1)
    for number in range(2, 4):
        assert few == add_steps(number)
    assert few < 40


def test_a_campaign_says_which_step_names_what_is_no_longer_here(as_mara, warm, run_jobs):
    campaign = run_campaign_of(make_segment("Everybody"), wait(minutes=5), condition({"segment": warm.pk}))
    assert "no longer here" not in words(as_mara.get(reverse("campaign", args=[campaign.pk])))
    warm.delete()
    page = words(as_mara.get(reverse("campaign", args=[campaign.pk])))
    assert "Step 2: The segment is no longer here." in page
    assert "2 · Condition · needs a look" in page
