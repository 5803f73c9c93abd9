"""Thousands of requests at random: never a 500, and never a status that is not declared."""

import os
from collections import Counter
from itertools import islice
from pathlib import Path

import yaml
from tests.sandbox.requests_at_random import World, rounds, send

from greenroom.sandbox.coverage import served_operations

COUNT = int(os.environ.get("GREENROOM_RANDOM_REQUESTS", "5000"))
SEED = int(os.environ.get("GREENROOM_RANDOM_SEED", "1"))
WORLD_LASTS = 60

CONTRACT = Path(__file__).parents[2] / "contract"

# Statuses beyond the declared ones, each with its reason.
EVERYWHERE = {
    400: "the sandbox refuses unknown query parameters, malformed keys and bodies that are not JSON",
    403: "the gateway's answer to a bad token, and the one to a missing right (seen on every product)",
    404: "the gateway's answer to a path it does not know: some odd keys make another path of it",
}
FURTHER = {
    "cancelTraining": {409: "TrainingInSession (observed, its status is assumed)"},
    "cancelRegistration": {409: "TrainingOver (observed, its status is assumed)"},
    "scheduleTraining": {409: "OrganizerOverlap (observed, its status is assumed)"},
    "updateTrainingTimes": {409: "OrganizerOverlap, TrainingOver, TrainingInSession (observed)"},
    "updateTrainingNameDescription": {409: "TrainingOver, TrainingInSession (observed)"},
    "updateOrganisersForTraining": {409: "TrainingOver, TrainingInSession (observed)"},
    "updateRegistrationSettingsForTraining": {409: "TrainingOver, TrainingInSession (observed)"},
}
# The Admin API and remote support declare nothing; what can come is listed here.
UNDECLARED = {
    "admin": {200, 201, 204, 400, 403, 404, 409},
    "assist": {200, 201, 204, 302, 400, 403, 404},
}
# A path whose key is empty is changed by the rules for URLs before it is routed.
REDIRECTS = {308: "two slashes in a path are made one"}


def allowed() -> dict[tuple[str, str], set[int]]:
    found = {}
    for path in CONTRACT.glob("*.yaml"):
        for entry in yaml.safe_load(path.read_text())["operations"]:
            declared = {*entry["success"], *entry["errors"]} | set(EVERYWHERE) | set(REDIRECTS)
            found[path.stem, entry["name"]] = declared | set(FURTHER.get(entry["name"], {}))
    return found


def test_no_request_gives_a_500_or_an_undeclared_status() -> None:
    statuses = allowed()
    seen: Counter[tuple[str, str]] = Counter()
    answered: Counter[int] = Counter()
    world = World(SEED)
    for number, (product, operation) in enumerate(islice(rounds(SEED), COUNT)):
        if number and number % WORLD_LASTS == 0:
            world = World(SEED + number)
        response = send(world, product, operation)
        request = response.request
        told = f"{request.method} {request.url} {request.content[:300]!r}: {response.status_code} {response.text[:300]}"
        expected = UNDECLARED.get(product.name) or statuses[product.name, operation.name]
        assert response.status_code in expected | set(REDIRECTS), told
        answered[response.status_code] += 1
        if response.status_code in (200, 201, 202, 204, 302):
            seen[product.name, operation.name] += 1
    # A run that is only refused would prove nothing.
    assert sum(count for status, count in answered.items() if status < 300) > COUNT / 5
    if COUNT >= 5000:
        assert sorted(set(served_operations()) - set(seen)) == []  # each operation of each product, successfully
