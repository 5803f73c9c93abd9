"""The campaign around a webinar, from the invitation to whoever did not come."""

from datetime import timedelta

import pytest
from tests.factories.campaigns import make_contacts, make_segment

from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.readers import wake_contacts
from greenroom.hub.campaigns.ready_made import REMINDERS, make_webinar_campaign
from greenroom.hub.campaigns.services.running import list_obstacles, publish
from greenroom.hub.contacts.models import ConsentRecord, Contact
from greenroom.hub.contacts.services import add_purpose, record_consent
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.models import Email, Message
from greenroom.hub.mailing.rendering import compile_version
from greenroom.hub.mailing.tags import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(world, pull) -> Event:
    return pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=3)))


@pytest.fixture
def people(world) -> list[Contact]:
    people = make_contacts(3)
    for one in people:
        one.addresses.create(email=one.email)
    return people


@pytest.fixture
def news():
    return add_purpose(name="News", wording="Write to me.")


def agree(people, purpose) -> None:
    record_consent(
        contacts=[one.pk for one in people], purpose=purpose, state="granted", source=ConsentRecord.Source.HAND
    )


def sent(contact: Contact) -> list[str]:
    names = Message.objects.filter(contact=contact).order_by("pk").values_list("version__email__name", flat=True)
    return [name.partition(": ")[2] for name in names]


def test_it_invites_confirms_reminds_thanks_and_wins_back(
    world, pull, event, people, news, mara, run_jobs, django_capture_on_commit_callbacks
):
    comes, stays_away, silent = people
    agree([comes, stays_away], news)
    campaign = make_webinar_campaign(
        name="Intro", event=event, segment=make_segment("All", people), purpose=news, actor=mara
    )
    assert [] == list_obstacles(campaign.versions.get())
    written = [compile_version(one.version).tags for one in Email.objects.all()]
    assert all(Tag("view_in_browser") in tags for tags in written)
    publish(campaign=campaign, actor=mara)

    def pass_time(**time: float) -> None:
        world.advance(**time)
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                run_jobs()

    pass_time(minutes=0)
    assert [["invitation"], ["invitation"], []] == [sent(one) for one in people]
    for one in (comes, stays_away):
        fields = {"firstName": one.first_name, "lastName": one.last_name, "email": one.email}
        register(event=event, answers=Answers(fields), user=None)
    pass_time(minutes=0)
    pass_time(minutes=2)
    assert ["invitation", "confirmation"] == sent(comes)
    pass_time(days=2)
    pass_time(hours=23, minutes=30)
    assert ["invitation", "confirmation", "reminder", "reminder"] == sent(comes), "a week before has passed"
    pass_time(minutes=25)
    assert 3 == sent(stays_away).count("reminder")
    pass_time(hours=2)
    world.write_attendance(event.event_key, {comes.email: [(0, 50)]})
    with django_capture_on_commit_callbacks(execute=True):
        pull(event.event_key)
        run_jobs()
    pass_time(minutes=2)
    assert "thanks" == sent(comes)[-1]
    pass_time(days=3)
    assert "missed you" == sent(stays_away)[-1]
    assert [] == sent(silent)
    assert {"finished"} == set(campaign.entries.values_list("state", flat=True))


def test_reminders_move_with_the_event(world, pull, people, news, mara, run_jobs, django_capture_on_commit_callbacks):
    event = pull(world.schedule_webinar(title="Far", starts_in=timedelta(days=10)))
    agree(people[:1], news)
    segment = make_segment("All", people[:1])
    publish(
        campaign=make_webinar_campaign(name="Far", event=event, segment=segment, purpose=news, actor=mara), actor=mara
    )
    comes = people[0]

    def work() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()

    work()
    fields = {"firstName": comes.first_name, "lastName": comes.last_name, "email": comes.email}
    register(event=event, answers=Answers(fields), user=None)
    for _ in range(3):
        work()
        world.advance(minutes=2)
    assert ["invitation", "confirmation"] == sent(comes)
    starts_at = event.starts_at + timedelta(days=5)
    Event.objects.filter(pk=event.pk).update(starts_at=starts_at, ends_at=event.ends_at + timedelta(days=5))
    wake_contacts([Fact(kind="event_changed", event_id=event.pk)])
    moments = [starts_at + timedelta(minutes=minutes) for minutes in REMINDERS]
    for moment in moments:
        for before in (timedelta(minutes=1), timedelta(0)):
            world.advance(seconds=(moment - before - world.now).total_seconds())
            work()
    reminders = Message.objects.filter(contact=comes, version__email__name="Far: reminder").order_by("pk")
    assert moments == list(reminders.values_list("created_at", flat=True))


def test_its_mails_name_the_event_and_carry_each_persons_own_link(event, people, news, mara, world):
    make_webinar_campaign(name="Intro", event=event, segment=make_segment("All"), purpose=news, actor=mara)
    first = CampaignStep.objects.filter(kind="action").earliest("pk")
    invitation = Email.objects.select_related("version").get(pk=first.settings["email"])
    assert f"{{webinar_registration_link event={event.event_key}}}" in invitation.version.body
    confirmation = Email.objects.select_related("version").get(name="Intro: confirmation")
    assert f"{{webinar_button event={event.event_key}}}" in confirmation.version.body
    assert (news, None) == (invitation.version.purpose, confirmation.version.purpose)


def test_an_event_that_has_begun_or_needs_no_registration_is_refused(world, event, news, mara):
    world.advance(days=4)
    with pytest.raises(InvalidInputError) as caught:
        make_webinar_campaign(name="Intro", event=event, segment=make_segment("All"), purpose=news, actor=mara)
    assert {"event": "Choose an event that is still to come."} == caught.value.errors
    event.product = "meeting"
    with pytest.raises(InvalidInputError) as caught:
        make_webinar_campaign(name="Intro", event=event, segment=make_segment("More"), purpose=news, actor=mara)
    assert {"event": "Choose an event that people register for."} == caught.value.errors
