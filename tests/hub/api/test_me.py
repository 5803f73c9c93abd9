"""What platforms ask to test a key."""

import json

from greenroom.hub.automation.callers import Verb
from greenroom.hub.users.api_keys import create_key


def test_me_tells_who_made_the_key_and_what_it_may(call, ada, connection):
    row, key = create_key(user=ada, name="A", verbs=[Verb.HOOKS, Verb.READ], connection_ids=[connection.pk])
    assert {
        "id": f"key:{row.pk}",
        "label": "Ada Example (Olga Ortiz, Northwind Academy)",
        "email": "ada@example.com",
        "verbs": ["hooks", "read"],
        "connections": [
            {
                "connectionId": str(connection.pk),
                "name": "Olga Ortiz, Northwind Academy",
                "state": "active",
            }
        ],
    } == json.loads(call("GET", "/me", key=key).content)


def test_accounts_the_key_may_not_touch_are_not_told(call, ada, connection):
    key = create_key(user=ada, name="A", verbs=[Verb.READ], connection_ids=[connection.pk + 1])[1]
    told = json.loads(call("GET", "/me", key=key).content)
    assert [] == told["connections"]
    assert "Northwind" not in json.dumps(told)


def test_accounts_its_maker_may_not_know_of_are_not_told(call, ivan, course, connection):
    connection.is_open_to_all = False
    connection.save()
    key = create_key(user=ivan, name="A", verbs=[Verb.READ], connection_ids=None)[1]
    assert [] == json.loads(call("GET", "/me", key=key).content)["connections"]
