"""Every path of every contract file is served, with the parameters it has, and nothing besides."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from greenroom.sandbox.app import PRODUCTS
from greenroom.sandbox.coverage import as_markdown, coverage, served_operations

CONTRACT = Path(__file__).parents[2] / "contract"
COUNTS = {"assist": 16, "meeting": 26, "scim": 17, "seeit": 3, "training": 22, "webinar": 53}

# The Admin API has no specification; these calls are known from guides and integrations.
ADMIN = {
    "getMe": ("GET", "/me"),
    "getUsers": ("GET", "/accounts/{accountKey}/users"),
    "createUsers": ("POST", "/accounts/{accountKey}/users"),
    "updateUser": ("PUT", "/accounts/{accountKey}/users/{userKey}"),
    "getLicenses": ("GET", "/accounts/{accountKey}/licenses"),
    "getGroups": ("GET", "/accounts/{accountKey}/groups"),
}

# Parameters the sandbox takes beyond the declared ones, each with its reason.
IGNORED_SIZES = {"size", "limit"}  # GoToWebinar ignores `size` where `limit` is meant, and the reverse
FURTHER_PARAMETERS = {
    ("scim", "getGroups"): {"sortBy", "sortOrder", "count", "startIndex"},  # in the example of the filter's text
    ("assist", "CompaniesGet"): {"q", "limit", "offset"},  # in the operation's text
    ("assist", "ArchiveRecordingsGet"): {"accountKey", "companyId"},  # in the operation's text
    ("assist", "ArchiveRecordingsUrlsAPIGet"): {  # the published path has no clear form
        "recordingId",
        "recordingIds",
        "readyForDownloadRecordingId",
        "readyForDownloadRecordingIds",
    },
}


def contracts() -> dict[str, Any]:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(CONTRACT.glob("*.yaml"))}


def test_every_path_of_every_contract_file_is_served() -> None:
    rows = coverage(contracts())
    assert [row for row in rows if not row.is_served] == []
    counts = {product: sum(row.product == product for row in rows) for product in COUNTS}
    assert counts == COUNTS
    assert as_markdown(rows).count("| yes |") == sum(COUNTS.values())


def test_nothing_is_served_besides() -> None:
    known = {(row.product, row.operation) for row in coverage(contracts())} | {("admin", name) for name in ADMIN}
    assert set(served_operations()) == known


def test_the_admin_calls_that_are_known_are_served() -> None:
    admin = next(product for product in PRODUCTS if product.name == "admin")
    assert admin.base_path == "/admin/rest/v1"
    assert {o.name: (o.method, o.path) for o in admin.operations} == ADMIN


@pytest.mark.parametrize("product", COUNTS)
def test_parameters_are_the_declared_ones(product: str) -> None:
    served = served_operations()
    for entry in contracts()[product]["operations"]:
        taken = set(served[product, entry["name"]][2])
        declared = {parameter["name"] for parameter in entry.get("query", [])}
        allowed = FURTHER_PARAMETERS.get((product, entry["name"]), IGNORED_SIZES if product == "webinar" else set())
        assert declared <= taken, entry["name"]
        assert taken - declared <= allowed, entry["name"]
