"""Every named moment of reading, webhooks, campaigns, mails, the outbox and programs is one at which one is killed."""

import re
from pathlib import Path

from tests.processes.starting import ROOT

# Registrations, acts and jobs; campaigns; mails; the runs and the mirror of reading; the deliveries of webhooks; the
# calls of programs and to them; the tokens.
SUBJECTS = {
    "acts",
    "api",
    "campaigns",
    "cancellation",
    "connections",
    "hooks",
    "intake",
    "jobs",
    "ledger",
    "mailing",
    "mirror",
    "registration",
    "sync",
}


def named_moments() -> set[str]:
    """Return the moments that the source names, of these subjects."""
    sources = (ROOT / "src/greenroom/hub").rglob("*.py")
    named = {name for path in sources for name in re.findall(r'reached\("([^"]+)"\)', path.read_text())}
    return {name for name in named if name.partition(".")[0] in SUBJECTS}


def test_a_process_is_killed_at_each_of_at_least_thirty_moments():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*crashes.py"))
    moments = named_moments()
    assert set() == {name for name in moments if f'"{name}"' not in tests}
    assert len(moments) >= 30
