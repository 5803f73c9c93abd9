"""The operations of the client and of the sandbox are the published ones, no fewer and no more, with the same parts."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from tests.contract.coverage import UNDECLARED_QUERY, endpoint_of, is_as_published, is_served
from tests.contract.published import ENTRIES, FACTS, PRODUCTS, Entry, contract, entries, specification

from greenroom.goto import OPERATIONS
from greenroom.goto._operation import snake_case
from greenroom.sandbox.coverage import served_operations

# Products whose file of GoTo's own declares statuses, bodies and all parameters.
DESCRIBED = [product for product in PRODUCTS if product not in ("assist", "admin")]

# Parameters the sandbox takes beyond the declared ones, each with its reason.
IGNORED_SIZES = ("size", "limit")  # GoToWebinar ignores `size` where `limit` is meant, and the reverse
FURTHER_PARAMETERS = UNDECLARED_QUERY | {
    ("scim", "getGroups"): ("sortBy", "sortOrder", "count", "startIndex"),  # in the example of the filter's text
    ("assist", "ArchiveRecordingsUrlsAPIGet"): (  # the published path has no clear form
        "recordingId",
        "recordingIds",
        "readyForDownloadRecordingId",
        "readyForDownloadRecordingIds",
    ),
}


def test_every_product_is_whole() -> None:
    assert {product: one.count for product, one in PRODUCTS.items()} == Counter(entry.product for entry in ENTRIES)


def test_there_are_no_operations_beside_the_published_ones() -> None:
    published = {entry.id for entry in ENTRIES}

    assert published == {(one.product, one.operation_id) for one in OPERATIONS.values()}
    assert published == set(served_operations())


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_client_has_the_operation_as_published(entry: Entry) -> None:
    endpoint = endpoint_of(entry)

    assert endpoint is not None
    assert is_as_published(entry, endpoint), endpoint


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_names_and_success_statuses_are_the_published_ones(entry: Entry) -> None:
    """But for GoToAssist, whose published ids are no names and which publishes no statuses."""
    endpoint = endpoint_of(entry)

    assert endpoint is not None
    if entry.product == "assist":
        assert entry.success == ()
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", endpoint.name)
    else:
        assert (snake_case(entry.name), entry.success) == (endpoint.name, endpoint.success)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_sandbox_serves_the_operation_as_published(entry: Entry) -> None:
    assert is_served(entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_sandbox_takes_no_further_parameters(entry: Entry) -> None:
    _, _, taken = served_operations()[entry.id]
    further = FURTHER_PARAMETERS.get(entry.id, IGNORED_SIZES if entry.product == "webinar" else ())

    assert set(taken) <= {*entry.required, *entry.optional, *further}


@pytest.mark.parametrize("product", [product for product, one in PRODUCTS.items() if one.file])
def test_the_contract_is_what_gotos_own_file_says(product: str) -> None:
    """Where the file lies beside the checkout."""
    published = specification(product).operations

    ours = {entry.name: (entry.method, entry.path, entry.required, entry.optional) for entry in entries(product)}
    assert ours == {name: (one.method, one.path, one.required, one.optional) for name, one in published.items()}


@pytest.mark.parametrize("product", DESCRIBED)
def test_bodies_and_statuses_are_what_gotos_own_file_says(product: str) -> None:
    published = specification(product).operations

    ours = {entry.name: (entry.has_body, {*entry.success, *entry.errors}) for entry in entries(product)}
    assert ours == {name: (one.has_body, set(one.answers)) for name, one in published.items()}


def test_the_admin_calls_are_those_that_are_known() -> None:
    """There is no file of them, but a list of what is known."""
    readme = FACTS / "README.md"
    if not readme.exists():
        pytest.skip("what is known is not beside this checkout")
    chapter = readme.read_text(encoding="utf-8").partition("\n## 8.")[2].partition("\n## 9.")[0]

    known = set(re.findall(r"^\| `([A-Z]+) (/[^`]+)` \|", chapter, re.MULTILINE))
    assert known == {(entry.method, entry.path) for entry in entries("admin")}
    assert contract("admin")["base_path"] in chapter
