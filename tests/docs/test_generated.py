"""The generated pages of the reference: every operation with all that is known of it, and what was called."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.contract import coverage
from tests.contract.schema_faults import PARAMETER_FAULTS, SCHEMA_FAULTS

from greenroom.goto import OPERATIONS
from greenroom.hub.automation.registry import list_operations, list_triggers

DOCS = Path(__file__).parents[2] / "docs"

Fill = Callable[[str], str]


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Read a page as Sphinx does."""
    monkeypatch.syspath_prepend(str(DOCS))
    from _generate import fill_placeholders

    def read(name: str) -> str:
        source = [(DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")]
        fill_placeholders(None, f"reference/{name}", source)
        assert "generated:" not in source[0]
        return source[0]

    return read


def test_every_operation_is_described_whole(fill: Fill) -> None:
    _, *parts = re.split(r"^### (\S+)$", fill("operations"), flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))

    assert sections.keys() == OPERATIONS.keys()
    for name, endpoint in OPERATIONS.items():
        signature, facts = re.findall(r"```python\n(.*?)```(.*)", sections[name], re.DOTALL)[0]
        for parameter in inspect.signature(endpoint.function).parameters.values():
            assert f"{parameter.name}: {parameter.annotation}" in signature
        assert "-> Operation[" in signature
        assert f"- *request*: `{endpoint.method} {endpoint.base_path}{endpoint.path}`" in facts
        told = re.findall(r"^- \*([a-z ]+)\*: \S", facts, re.MULTILINE)
        assert [one for one in told if one != "query"] == [
            "request", "success", "paging", "sent again", "errors", "source"
        ]  # fmt: skip
        assert ("query" in told) == bool(endpoint.required_query or endpoint.optional_query)


def test_errors_are_named_with_what_the_function_says_of_them(fill: Fill) -> None:
    sections = re.split(r"^### ", fill("operations"), flags=re.MULTILINE)
    (cancel,) = (one for one in sections if one.startswith("webinar.cancel_webinar\n"))
    (register,) = (one for one in sections if one.startswith("webinar.create_registrant\n"))

    assert "404 `ResourceNotFoundError`: there is none, unless `gone_is_success`; 409 `ConflictError`" in cancel
    assert "409 is a value" in register


def test_all_that_is_published_is_covered(fill: Fill) -> None:
    page = fill("coverage")

    assert "| **all** | 143 | 143 (100%) | 143 (100%) | 143 (100%) |" in page
    assert len(re.findall(r"\| \[yes\]\(#\w+\.\w+\) \| yes \| (?:2\d\d|302) \|$", page, re.MULTILINE)) == 143
    assert "**no**" not in page


def test_what_is_not_there_is_shown_as_a_gap(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: one for name, one in OPERATIONS.items() if name != "seeit.sessions_get"}
    monkeypatch.setattr(coverage, "OPERATIONS", without)
    monkeypatch.setattr(coverage, "served_operations", dict)
    monkeypatch.setattr(coverage, "CALLS", [("seeit", "sessions.get")])

    page = fill("coverage")

    assert "| seeit | 3 | 2 (67%) | 0 (0%) | 1 (33%) |" in page
    assert "| sessions.get<br>`GET /sessions` | **no** | **no** | 200 |" in page
    assert "| sessions.post<br>`POST /sessions` | [yes](#seeit.sessions_post) | **no** | **no** |" in page


def test_every_known_fault_of_gotos_files_is_shown(fill: Fill) -> None:
    page = fill("coverage").partition("## Faults")[2]

    for fault in SCHEMA_FAULTS:
        assert f"| `{fault.product}.{fault.operation}` |" in page
        assert fault.reason in page
    for reason in PARAMETER_FAULTS.values():
        assert reason in page


def test_every_trigger_is_described_with_its_members_and_a_sample(fill: Fill) -> None:
    page = fill("triggers")
    _, *parts = re.split(r"^### (\S+)$", page, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))

    assert {trigger.name for trigger in list_triggers()} == sections.keys()
    for trigger in list_triggers():
        for field in msgspec.structs.fields(trigger.data):
            assert f"| `{field.encode_name}` |" in sections[trigger.name]
            assert f'"{field.encode_name}": ' in sections[trigger.name]
    assert "| `starts_at` | date-time or null |" in sections["event.created"]


def test_every_operation_of_the_api_is_described(fill: Fill) -> None:
    page = fill("api")

    _, *parts = re.split(r"^### (\S+)$", page, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert {operation.operation_id for operation in list_operations()} == sections.keys()
    for operation in list_operations():
        assert f"`{operation.method} /api/v1{operation.path}`" in sections[operation.operation_id]
        for name in operation.path_members:
            assert f"| `{name}` | path |" in sections[operation.operation_id]
