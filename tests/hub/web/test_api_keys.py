"""The pages of API keys."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from greenroom.hub.automation.callers import Verb
from greenroom.hub.core import clock
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import ApiKey

QUERIES = 7
FORM = {"name": "Flow", "verbs": ["read", "register"], "lasts": "30"}


@pytest.fixture
def make(as_ada, connection):
    """Make a key by the form."""
    return lambda **changed: as_ada.post(reverse("create_api_key"), FORM | changed)


def row_of(page, name):
    return next(row for row in page.context["rows"] if row["key"].name == name)


def test_a_key_that_was_made_opens_the_api(make, connection):
    answer = make(connection_ids=[connection.pk])
    text = answer.context["text"]
    told = json.loads(Client().get("/api/v1/me", headers={"authorization": f"Bearer {text}"}).content)
    assert ["read", "register"] == told["verbs"]
    assert [str(connection.pk)] == [one["connectionId"] for one in told["connections"]]
    assert "no-store" in answer["Cache-Control"]


def test_the_text_is_shown_once_and_kept_nowhere(make, as_ada):
    text = make().context["text"]
    assert text not in as_ada.get(reverse("api_keys")).content.decode()
    assert text not in json.dumps(list(ApiKey.objects.values()), default=str)


def test_a_key_ends_after_the_chosen_time(make):
    make()
    make(name="For ever", lasts="")
    month = timedelta(days=30)
    assert [month, None] == [
        key.expires_at and key.expires_at - key.created_at for key in ApiKey.objects.order_by("pk")
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("name", "x" * 101), ("verbs", []), ("verbs", ["fly"]), ("connection_ids", ["9"]), ("lasts", "1")],
)
def test_what_will_not_do_is_told_beside_its_field(make, field, value):
    answer = make(**{field: value})
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    assert not ApiKey.objects.exists()


def test_nobody_gives_away_what_is_not_theirs(as_ivan, course, connection):
    connection.is_open_to_all = False
    connection.save()
    form = as_ivan.get(reverse("create_api_key")).context["form"]
    assert {"read", "host", "hooks", "enroll"} == {value for value, _ in form.fields["verbs"].choices}
    assert [] == form.fields["connection_ids"].choices
    assert 422 == as_ivan.post(reverse("create_api_key"), FORM).status_code


def test_a_revoked_key_is_refused_and_shown_as_such(make, as_ada):
    text = make().context["text"]
    as_ada.post(reverse("revoke_api_key", args=[ApiKey.objects.get().pk]))
    assert 401 == Client().get("/api/v1/me", headers={"x-api-key": text}).status_code
    assert "revoked" == row_of(as_ada.get(reverse("api_keys")), "Flow")["state"]


def test_use_and_expiry_are_shown(make, as_ada, world):
    text = make().context["text"]
    assert "Never" in as_ada.get(reverse("api_keys")).content.decode()
    Client().get("/api/v1/me", headers={"x-api-key": text})
    row = row_of(as_ada.get(reverse("api_keys")), "Flow")
    assert ("active", clock.now()) == (row["state"], row["key"].last_used_at)
    world.advance(days=31)
    assert "expired" == row_of(as_ada.get(reverse("api_keys")), "Flow")["state"]


def test_use_is_written_at_most_once_a_minute(make, world):
    text = make().context["text"]
    begin = clock.now()
    for _ in range(3):
        Client().get("/api/v1/me", headers={"x-api-key": text})
        world.advance(seconds=25)
    assert begin == ApiKey.objects.get().last_used_at
    world.advance(seconds=25)
    Client().get("/api/v1/me", headers={"x-api-key": text})
    assert begin + timedelta(seconds=100) == ApiKey.objects.get().last_used_at


def test_people_see_their_own_keys_and_the_admin_all(as_ada, as_ivan, ada, ivan, course):
    create_key(user=ada, name="Hers", verbs=[Verb.READ], connection_ids=None)
    create_key(user=ivan, name="His", verbs=[Verb.READ], connection_ids=None)
    names = {
        who: {row["key"].name for row in who.get(reverse("api_keys")).context["rows"]} for who in (as_ada, as_ivan)
    }
    assert {"Hers", "His"} == names[as_ada]
    assert {"His"} == names[as_ivan]


@pytest.mark.parametrize("keys", [1, 20])
def test_the_list_takes_the_same_queries_however_long(as_ada, ada, keys, django_assert_num_queries):
    for number in range(keys):
        create_key(user=ada, name=f"Flow {number}", verbs=[Verb.READ], connection_ids=[number])
    as_ada.get(reverse("api_keys"))
    with django_assert_num_queries(QUERIES):
        as_ada.get(reverse("api_keys"))
