"""The pages of the documentation and the Python in them."""

import re
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])

# Where pages say that the sandbox is; `run` puts the one of the tests there.
SANDBOX_URL = "http://127.0.0.1:8001"

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- run: (?P<run>\w+) -->\n(?P=indent))?```python\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A Python block of a page; `run` says in which surroundings it runs, empty for none."""

    page: Path
    line: int
    run: str
    code: str


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def python_blocks(page: Path) -> list[Block]:
    text, blocks = read(page), []
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        code = re.sub(f"^{found['indent']}", "", found["code"], flags=re.MULTILINE)
        blocks.append(Block(page, line, found["run"] or "", code))
    return blocks


def run(page: Path, names: dict[str, Any]) -> None:
    """Run the blocks that are meant to be run, one after the other; an error shows the page and its line."""
    names.setdefault("__name__", "example")
    for block in python_blocks(page):
        if block.run:
            code = block.code.replace(SANDBOX_URL, names.get("base_url", SANDBOX_URL))
            exec(compile("\n" * block.line + code, str(block.page), "exec"), names)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))
