"""Two organizers who share an event are connected; one of them goes."""

import pytest
from tests.hub.conftest import connect

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import disconnect
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.sync.services import open_run, synchronize

OMAR = "omar@northwind.example"


@pytest.fixture
def omar(world, connection, ada) -> Connection:
    world.control(
        "POST", "organizers", account_key=connection.account_key, email=OMAR, first_name="Omar", last_name="Haddad",
        password="sandbox", time_zone="UTC", is_admin=False,
    )  # fmt: skip
    return connect(OMAR, ada)


def read(connection: Connection) -> None:
    synchronize(run=open_run(connection=Connection.objects.get(pk=connection.pk), product="training"))


def ask_to_register(event: Event, user) -> None:
    fields = {"firstName": user.first_name, "lastName": user.last_name, "email": user.email}
    register(event=event, answers=Answers(fields=fields), user=user)


def test_people_register_through_the_organizer_who_stays(world, connection, omar, ada, lena):
    key = world.schedule_training(co_organizer_keys=[omar.organizer_key])
    read(connection)
    read(omar)
    ask_to_register(Event.objects.get(), lena)
    disconnect(connection=connection, actor=ada)
    run_until_idle()
    assert "pending" == RegistrationRequest.objects.get().state
    read(omar)
    world.advance(minutes=5)
    run_until_idle(with_schedules=True)
    assert ("delivered", omar) == (RegistrationRequest.objects.get().state, Event.objects.get().connection)
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(key, "trainings")]
