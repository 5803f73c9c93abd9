"""What the package promises to those who import it."""

from __future__ import annotations

import subprocess
import sys

from greenroom import goto

NAMES = """
    AUTH_URL BASE_URL OPERATIONS Answer ApiError AsyncAuthServer AsyncGoTo AuthServer AuthenticationError
    AuthorizationRefusedError BadRequestError BearerToken CallbackTokenStore ConflictError Content DailyBudgetError
    Data Endpoint Fetched FileSlotStore FileTokenStore GoTo GotoError Hal Limiter MemorySlotStore MemoryTokenStore
    OAuth OAuthClient Offset Operation PacedLimiter Page PermissionDeniedError RateLimitError ReconnectRequiredError
    Redirect RequestTimeoutError ResourceNotFoundError RetryPolicy ServerError SharedLimiter SlotStore Slots Stop
    Timeouts Token TokenStore TransportError UnexpectedResponseError Wait WebhookSignatureError admin assist errors
    meeting new_code_verifier new_state parse_time read_callback scim seeit training webhooks webinar write_time
"""


def test_the_export_list() -> None:
    assert sorted(NAMES.split()) == sorted(goto.__all__)
    assert all(hasattr(goto, name) for name in goto.__all__)


def test_packages_export_what_they_declare() -> None:
    for module in (goto.webinar, goto.training, goto.meeting, goto.scim, goto.admin, goto.assist, goto.seeit):
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
        assert sorted(set(module.__all__)) == sorted(module.__all__)


def test_the_client_needs_no_server_part() -> None:
    code = "import sys, greenroom.goto; print([m for m in sys.modules if m.split('.')[0] in ('django', 'flask')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
