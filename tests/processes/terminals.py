"""`greenroom` in a real terminal."""

import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import Mapping

from tests.processes.starting import GREENROOM, started

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run_in_terminal(*arguments: str, environment: Mapping[str, str], width: int = 100) -> tuple[int, list[str]]:
    """Run `greenroom` in a terminal of some width; return its status and what it drew, line by line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    ends = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    with started(*GREENROOM, *arguments, environment={"TERM": "xterm", **environment}, **ends) as process:
        os.close(theirs)
        drawn = _read_all(ours)
        return process.wait(), re.split(r"[\r\n]+", _CONTROL.sub("", drawn))


def _read_all(terminal: int) -> str:
    """Read until whoever writes there is gone."""
    content = b""
    with os.fdopen(terminal, "rb", buffering=0) as file:
        while True:
            try:
                part = file.read(65536)
            except OSError:  # Linux's way to tell that nobody is left
                part = b""
            if not part:
                return content.decode()
            content += part
