"""When a failed job gets another turn."""

from datetime import timedelta

import pytest

from greenroom.hub.core.errors import HubError, InvalidInputError, TemporarilyUnavailableError
from greenroom.hub.jobs.errors import RetryLaterError
from greenroom.hub.jobs.retry import backoff, describe, wait_before_retry


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (1000, 3600)])
def test_the_wait_doubles_up_to_an_hour(attempt, seconds):
    assert backoff(attempt, jitter=1) == timedelta(seconds=seconds)
    assert backoff(attempt, jitter=0) == timedelta(seconds=seconds) / 2


@pytest.mark.parametrize(
    ("error", "attempt", "wait"),
    [
        (ZeroDivisionError(), 1, timedelta(seconds=5)),
        (ZeroDivisionError(), 2, timedelta(seconds=10)),
        (ZeroDivisionError(), 3, None),
        (InvalidInputError("No."), 1, None),
        (HubError("No."), 1, None),
        (TemporarilyUnavailableError("Not now."), 1, timedelta(seconds=5)),
        (TemporarilyUnavailableError("Not now.", retry_after=90), 1, timedelta(seconds=90)),
        (TemporarilyUnavailableError("Not now.", retry_after=90), 3, None),
        (TemporarilyUnavailableError("Not now.", retry_after=10**9), 1, timedelta(days=1)),
        (TemporarilyUnavailableError("Not now.", retry_after=-5), 1, timedelta(0)),
        (RetryLaterError("budget_used_up"), 1, timedelta(seconds=5)),
        (RetryLaterError("budget_used_up", after=0), 1, timedelta(0)),
    ],
)
def test_an_error_decides_about_another_turn(error, attempt, wait):
    assert wait_before_retry(error, attempt, max_attempts=3, jitter=1) == wait


def test_an_error_is_named_without_its_text():
    assert describe(ValueError("lena@example.com")) == "ValueError"
    assert describe(InvalidInputError("lena@example.com")) == "InvalidInputError: invalid_input"
    assert describe(RetryLaterError("budget_used_up")) == "RetryLaterError: budget_used_up"
    assert len(describe(RetryLaterError("x" * 1000))) == 200
