"""The page of answers that are held: what was missing, and what a person decides."""

import json

import pytest
from django.urls import reverse

from greenroom.hub.events.models import Event, HeldAnswer

PAGE = "/doubts/held/"


@pytest.fixture
def answer(world, pull) -> HeldAnswer:
    """An answer in which one of two registrants is gone."""
    people = [{"email": f"{name.lower()}@example.com", "first_name": name} for name in ("Lena", "Otto")]
    event = pull(world.schedule_webinar("Ropes", registrants=people))
    gone = event.registrants.get(first_name="Otto").registrant_key
    return HeldAnswer.objects.create(
        connection=event.connection,
        product="webinar",
        event=event,
        listing="registrants",
        place=f"{event.pk}:0",
        digest="1",
        gone=json.dumps([gone]),
        rows_before=2,
        rows_gone=1,
        first_seen_at=world.now,
    )


def text_of(client) -> str:
    return client.get(PAGE).content.decode()


def test_who_is_missing_is_named(answer, as_ada):
    page, otto = text_of(as_ada), answer.event.registrants.get(first_name="Otto").get_full_name()
    assert (True, True, False) == ("1 of 2 registrants are gone" in page, f">{otto}<" in page, "Lena" in page)
    HeldAnswer.objects.update(rows_gone=3)
    assert f">{otto}, and 2 more<" in text_of(as_ada)


def test_an_answer_whose_key_is_lost_is_still_shown(answer, as_ada, settings):
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]
    page = text_of(as_ada)
    assert (True, False) == ("1 of 2 registrants are gone" in page, "Otto" in page)


@pytest.mark.parametrize(("decision", "there"), [("obey", ["Lena"]), ("dismiss", ["Lena", "Otto"])])
def test_what_a_person_decides_counts(answer, as_ada, decision, there):
    as_ada.post(reverse("decide_held_answer", args=[answer.pk]), {"decision": decision})
    registrants = Event.objects.get().registrants.filter(gone_at=None)
    assert there == list(registrants.order_by("first_name").values_list("first_name", flat=True))
    assert "Nothing is held" in text_of(as_ada)
