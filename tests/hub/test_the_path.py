"""The main job end to end, without a browser: register, join, attend, complete."""

from greenroom.hub.courses.models import Completion, SectionItem
from greenroom.hub.courses.selectors import view_item
from greenroom.hub.events.models import Registrant
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.sync.services import watch

LENA = Answers(fields={"firstName": "Lena", "lastName": "Example", "email": "lena@example.com"})


def as_seen(item, user):
    return view_item(item=SectionItem.objects.get(pk=item.pk), user=user)


def test_learner_registers_joins_attends_and_completes(world, item, event, lena, connection, run_jobs):
    assert "Register" == as_seen(item, lena).state.button

    register(event=event, answers=LENA, user=lena)
    assert "Registering" == as_seen(item, lena).state.word
    run_jobs()
    state = as_seen(item, lena).state
    assert ("Registered", "Join", False) == (state.word, state.button, state.can_join)
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(event.event_key)]

    world.advance(hours=1)
    world.launch(event.event_key)
    watch(connection=connection, product="webinar")
    state = as_seen(item, lena).state
    assert (True, event.ends_at) == (state.can_join, state.count_to)

    join_url = Registrant.objects.get(user=lena).join_url
    assert 200 == world.browse(join_url.removeprefix("http://goto.test")).status_code
    world.advance(minutes=50)
    world.end(event.event_key)
    watch(connection=connection, product="webinar")
    run_jobs()

    state = as_seen(item, lena).state
    assert (True, "You attended 50 minutes, 100 % of the session.") == (state.is_done, state.sentence)
    assert "completed" == Completion.objects.get(item=item, user=lena).status


def test_item_stays_open_for_who_did_not_attend_enough(world, item, event, lena, connection, run_jobs):
    register(event=event, answers=LENA, user=lena)
    run_jobs()
    world.advance(hours=1)
    world.launch(event.event_key)
    world.move(event.event_key, "lena@example.com", "join")
    world.advance(seconds=1)
    world.move(event.event_key, "lena@example.com", "leave")
    world.advance(minutes=30)
    watch(connection=connection, product="webinar")
    world.end(event.event_key)
    watch(connection=connection, product="webinar")
    run_jobs()

    assert "partial" == Completion.objects.get(item=item, user=lena).status
    assert not as_seen(item, lena).state.is_done
