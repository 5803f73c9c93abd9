"""What the recipes of the documentation bring about, beyond that they run."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import DOCS, run

from greenroom.goto import GoTo, webinar


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the recipes write."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_exported_year_has_everybody_who_was_there(client_names: dict[str, Any], folder: Path) -> None:
    run(DOCS / "how-to" / "export-attendance.md", client_names)

    with (folder / "attendance.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(client_names["COLUMNS"])
    assert {row[0] for row in rows} == {"webinar", "training", "meeting"}
    assert all(row[1] for row in rows)
    for row in rows:
        assert float(row[6]) >= 0, row


def test_a_second_round_adds_who_is_new_and_marks_who_left(client_names: dict[str, Any], folder: Path) -> None:
    run(DOCS / "how-to" / "registrants-to-a-dataframe.md", client_names)
    first = client_names["rows"]
    organizer_key = client_names["organizer_key"]
    gone = next(row for row in first if row["event"] == "Reading a balance sheet")
    mia = webinar.RegistrantFields(first_name="Mia", last_name="Berg", email="mia@example.com")

    with GoTo(client_names["token"], base_url=client_names["base_url"]) as goto:
        goto.send(webinar.delete_registrant(organizer_key, gone["event_key"], gone["registrant_key"]))
        goto.send(webinar.create_registrant(organizer_key, gone["event_key"], mia))
        second = client_names["sync"](goto, organizer_key)

    assert {row["product"] for row in first} == {"webinar", "training"}
    assert len(first) + 1 == len(second) == len({tuple(row["key"]) for row in second})
    assert [row["registrant_key"] for row in second if not row["listed"]] == [gone["registrant_key"]]
    assert [row["name"] for row in second if row["email"] == "mia@example.com"] == ["Mia Berg"]
