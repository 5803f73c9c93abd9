"""Tables as people bring them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.csv_rows import MOST_ROWS, read_csv

COLUMNS = ("email", "role")


@pytest.mark.parametrize(
    "text",
    [
        "email,role\nlena@example.com,editor\n",
        "Role;E-mail;Email\r\neditor;x;lena@example.com\r\n",
        "\ufeffEMAIL\tROLE\nlena@example.com\teditor",
        '\n\n"email","role"\n\n"lena@example.com","editor"\n,\n',
        " email , role \n lena@example.com , editor ",
        'email,role,note\nlena@example.com,editor,"a\nb"\n',
    ],
)
def test_table_is_read_as_spreadsheets_save_it(text):
    (row,) = read_csv(text, columns=COLUMNS)
    assert ("lena@example.com", "editor") == (row.get("email"), row.get("role"))


def test_plain_list_of_addresses_needs_no_header():
    rows = read_csv("lena@example.com\n\nben@example.com", columns=COLUMNS)
    assert [(1, "lena@example.com", ""), (3, "ben@example.com", "")] == [
        (row.line, row.get("email"), row.get("role")) for row in rows
    ]


def test_cell_that_was_made_harmless_for_spreadsheets_is_what_it_was():
    (row,) = read_csv("email\n'+lena@example.com", columns=COLUMNS)
    assert "+lena@example.com" == row.get("email")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Choose a file or paste a list first."),
        (" \n ", "Choose a file or paste a list first."),
        ("name,role\nLena,editor", "The first line must name the columns: email, role. One of them has to be email."),
        ("email\n" + "a@b.example\n" * (MOST_ROWS + 1), "These are more than 5,000 rows."),
        ("email\n" + "x" * 200_000, "Line 2 cannot be read."),
    ],
)
def test_table_that_cannot_be_read_says_why(text, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        read_csv(text, columns=COLUMNS)


@given(st.text())
def test_whatever_is_brought_is_read_or_refused(text):
    with suppress(InvalidInputError):
        assert all(set(row.cells) <= set(COLUMNS) for row in read_csv(text, columns=COLUMNS))
