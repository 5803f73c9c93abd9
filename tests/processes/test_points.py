"""Every named moment of reading, webhooks, campaigns, mails, the outbox and programs is one at which one is killed."""

import ast
import re
from pathlib import Path

from tests.processes.starting import ROOT

# Reading: the runs and the mirror; webhooks; the outbox: registrations and acts, the jobs that carry them, the facts
# they write, and the tokens.
OF_THE_COPY = {"acts", "cancellation", "connections", "intake", "jobs", "ledger", "mirror", "registration", "sync"}
# Campaigns; mails; the calls of programs and to them.
OF_THE_REST = {"api", "campaigns", "hooks", "mailing"}
CRASH_TESTS = [path.read_text() for path in sorted(Path(__file__).parent.glob("test_*crashes.py"))]


def named_moments(subjects: set[str]) -> set[str]:
    """Return the moments that the source names, of these subjects."""
    sources = (ROOT / "src/greenroom/hub").rglob("*.py")
    named = {name for path in sources for name in re.findall(r'reached\("([^"]+)"\)', path.read_text())}
    return {name for name in named if name.partition(".")[0] in subjects}


def moments_of_tests() -> set[str]:
    """Return the moments that tests are run with. Each fails where its process is not killed at the moment."""
    calls = [node for text in CRASH_TESTS for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    runs = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "crashes_at"]
    return {moment.value for call in runs for moment in call.args if isinstance(moment, ast.Constant)}


def test_a_process_is_killed_at_each_of_at_least_thirty_moments_of_the_copy():
    moments = named_moments(OF_THE_COPY)
    assert set() == moments - moments_of_tests()
    assert len(moments) >= 30


def test_a_process_is_killed_at_each_moment_of_the_rest():
    assert set() == {name for name in named_moments(OF_THE_REST) if f'"{name}"' not in "".join(CRASH_TESTS)}


def test_no_test_waits_for_a_moment_that_never_comes():
    assert set() == moments_of_tests() - named_moments(OF_THE_COPY | OF_THE_REST)
