"""What is logged tells no secret."""

import pytest

from greenroom.hub.core.logs import hide_secrets


def cleaned(**event):
    return hide_secrets(None, "info", event)


@pytest.mark.parametrize(
    "name", ["access_token", "refresh_token", "client_secret", "password", "join_url", "email", "Authorization"]
)
def test_a_value_under_a_telling_name_is_hidden(name):
    assert {name: "[hidden]"} == cleaned(**{name: "whatever"})


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("sent to lena@example.com now", "sent to [hidden] now"),
        ("Key (email)=(lena.o+x@mail.example.com)", "Key (email)=([hidden])"),
        ("GET https://goto.test/join/1/2 failed", "GET https://goto.test/[hidden] failed"),
        ("https://goto.test?code=abc", "https://goto.test/[hidden]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [hidden]"),
        ("Conflict: /go/join/r/7.0.abc-def/", "Conflict: /go/join/r/[hidden]"),
        ("Not Found: /api/v1/hooks/out/7/u/abc", "Not Found: /api/v1/hooks/out/[hidden]"),
        ("Not Found: /go/join/7/", "Not Found: /go/join/7/"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_sentence_loses_addresses_links_and_tokens(said, logged):
    assert logged == cleaned(event=said)["event"]


def test_numbers_and_truths_stay():
    assert {"count": 3, "is_done": True, "run": None} == cleaned(count=3, is_done=True, run=None)


def test_what_lies_deeper_is_hidden_too():
    found = cleaned(rows=[{"email": "lena@example.com", "key": 1}, "lena@example.com"], error=ValueError("a@b.example"))
    assert [{"email": "[hidden]", "key": 1}, "[hidden]"] == found["rows"]
    assert "ValueError('[hidden]')" == found["error"]
