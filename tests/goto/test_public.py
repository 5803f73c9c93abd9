"""What the package promises to those who import it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from greenroom import goto

NAMES = """
    AUTH_URL BASE_URL OPERATIONS Answer ApiError AsyncAuthServer AsyncGoTo AuthServer AuthenticationError
    AuthorizationRefusedError BadRequestError BearerToken CallbackTokenStore ConflictError Content DailyBudgetError
    Data Endpoint Fetched FileSlotStore FileTokenStore GoTo GotoError Hal Limiter MemorySlotStore MemoryTokenStore
    OAuth OAuthClient Offset Operation PacedLimiter Page PermissionDeniedError RateLimitError ReconnectRequiredError
    Redirect RequestTimeoutError ResourceNotFoundError RetryPolicy ServerError SharedLimiter SlotStore Slots Stop
    Timeouts Token TokenStore TransportError UnexpectedResponseError UnreadableRow Wait WebhookSignatureError admin
    assist errors meeting new_code_verifier new_state parse_time read_callback scim seeit training webhooks webinar
    write_time
"""


def test_the_export_list() -> None:
    assert sorted(NAMES.split()) == sorted(goto.__all__)
    assert all(hasattr(goto, name) for name in goto.__all__)


def test_packages_export_what_they_declare() -> None:
    for module in (goto.webinar, goto.training, goto.meeting, goto.scim, goto.admin, goto.assist, goto.seeit):
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
        assert sorted(set(module.__all__)) == sorted(module.__all__)


def test_the_client_needs_no_server_part() -> None:
    loaded = modules_after("from greenroom.goto import *")

    assert {"greenroom.goto.webinar", "httpx2"} <= loaded
    assert loaded.isdisjoint({"django", "flask", "greenroom.hub", "greenroom.sandbox"})


def test_what_a_program_does_not_ask_for_is_not_loaded() -> None:
    loaded = modules_after("import greenroom.goto; greenroom.goto.training.get_training('1', '2')")

    assert "greenroom.goto.training" in loaded
    assert loaded.isdisjoint({"httpx2", "asyncio", "email", "greenroom.goto.webinar", "greenroom.goto._drivers"})


def test_names_that_are_not_loaded_yet_are_listed() -> None:
    assert set(goto.__all__) <= set(dir(goto))


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="GoToo"):
        goto.GoToo  # noqa: B018


def modules_after(statement: str) -> set[str]:
    """Name what an interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())
