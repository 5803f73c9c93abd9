"""The documentation says what the code does: its examples run, its lists are complete, its links lead somewhere."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.docs.pages import PAGES, REFERENCE, ROOT, name_of, python_blocks, read, run

from greenroom.cli import app
from greenroom.goto import GotoError
from greenroom.hub.core.errors import HubError
from greenroom.hub.courses.item_state import Code
from greenroom.hub.jobs.registry import list_queues
from greenroom.sandbox.switches import SWITCHES

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"GREENROOM_[A-Z_]+[A-Z]")

RUNNABLE = [page for page in PAGES if any(block.run for block in python_blocks(page))]


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_the_examples_of_a_page_run(page, request, monkeypatch, tmp_path):
    kinds = {block.run for block in python_blocks(page) if block.run}
    assert kinds <= {"client", "sandbox", "hub"}
    names: dict[str, Any] = {}
    if "client" in kinds:
        names |= request.getfixturevalue("client_names")
    if "hub" in kinds:
        request.getfixturevalue("db")
    monkeypatch.chdir(tmp_path)
    run(page, names)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_python_block_compiles(page):
    for block in python_blocks(page):
        assert compile(block.code, str(page), "exec")


def settings_in_code() -> set[str]:
    """Find every variable that is read, by `env`, by `os.environ` or by a command's option."""
    read_by = re.compile(
        r"(?:env\.\w+\(|environ\.get\(|environ\[|_port\(|envvar=)\s*\"(GREENROOM_[A-Z_]+)\"(?!\]\s*=)", re.MULTILINE
    )
    files = (ROOT / "src").rglob("*.py")
    return {name for file in files for name in read_by.findall(read(file))}


def test_settings_in_the_reference_are_those_in_the_code():
    rows = [line.split("|")[1] for line in read(REFERENCE / "settings.md").splitlines() if line.startswith("| `")]
    documented = [name for row in rows for name in _SETTING.findall(row)]
    assert sorted(settings_in_code()) == sorted(documented)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_named_on_a_page_exist(page):
    known = settings_in_code()
    assert set() == {name.removesuffix("_FILE") for name in _SETTING.findall(read(page))} - known - {
        "GREENROOM_SANDBOX"  # of GREENROOM_SANDBOX_FILE, which ends like the name of a file's setting
    }


def test_every_command_and_option_is_in_the_reference():
    text = read(REFERENCE / "commands.md")
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^## greenroom ", text, flags=re.MULTILINE)[1:]}
    commands = typer.main.get_command(app).commands
    assert sorted(commands) == sorted(sections)
    for name, command in commands.items():
        for parameter in command.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("-") and option != "--help":
                    assert f"`{option}`" in sections[name], f"{name} {option}"


@pytest.mark.parametrize("page", ["reference/commands.md", "how-to/run-on-postgresql.md"])
def test_every_queue_is_named(page):
    text = read(REFERENCE.parent / page)
    assert [] == [name for name in list_queues() if f"`{name}`" not in text]


def test_commands_named_on_a_page_exist():
    commands = typer.main.get_command(app).commands
    for page in PAGES:
        for name in re.findall(r"(?:^|`|/)greenroom ([a-z][a-z-]*)", read(page), re.MULTILINE):
            assert name in commands, f"{page.name}: greenroom {name}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for found in _LINK.finditer(_FENCE.sub("", read(page))):
        target, _, anchor = found["target"].partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        if file.suffix == ".png":
            continue  # made from a running hub, beside the pages
        assert file.is_file(), f"{page.name}: {found['target']}"
        assert not anchor or anchor in anchors_of(file), f"{page.name}: {found['target']}"


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Sphinx and code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", read(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_named_on_a_page_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = re.findall(r"^(?: *)make ([a-z-]+)|`make ([a-z-]+)`", read(page), re.MULTILINE)
    assert set() == {one or other for one, other in named} - targets


def test_every_state_of_an_item_is_in_the_reference():
    rows = re.findall(r"^\| `(\w+)` \|", read(REFERENCE / "item-states.md"), re.MULTILINE)
    assert {code.value for code in Code} == set(rows)


def subclasses(base: type[Any]) -> set[type[Any]]:
    return {base}.union(*(subclasses(one) for one in base.__subclasses__()))


def test_every_error_is_in_the_reference_with_its_code():
    rows = dict(re.findall(r"^\| `(\w+Error)` \| `(\w+)` \|", read(REFERENCE / "errors.md"), re.MULTILINE))
    for file in (ROOT / "src" / "greenroom" / "hub").rglob("errors.py"):
        import_module(".".join(file.relative_to(ROOT / "src").with_suffix("").parts))
    import_module("greenroom.hub.urls")  # some errors stand where they are raised
    ours = {one for one in subclasses(GotoError) | subclasses(HubError) if one.__module__.startswith("greenroom.")}
    assert {one.__name__: one.code for one in ours} == rows


def test_every_switch_is_tied_to_what_greenroom_relies_on():
    relied_on, _, _ = read(REFERENCE / "goto-behaviour.md").partition("## Switches of the sandbox")
    named = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"\|([^|]*)\|$", relied_on, re.MULTILINE))))
    assert {switch.name for switch in SWITCHES} == named


def test_the_sign_ins_of_the_demo_are_those_of_the_readme():
    from greenroom.hub.demo.people import CAST, PASSWORD

    text = read(ROOT / "README.md")
    assert PASSWORD in text
    assert [(one.email, one.does) for one in CAST] == re.findall(r"^\| `(\S+@\S+)` \| (.+) \|$", text, re.MULTILINE)
