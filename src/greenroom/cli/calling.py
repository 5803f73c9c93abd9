"""The command that sends one operation to GoTo."""

import functools
import inspect
import json
import operator
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import typer

from greenroom.cli import login
from greenroom.cli.setup import fail

if TYPE_CHECKING:
    from greenroom.goto import Endpoint, GoTo, Operation

_PAGE_PARAMS = ("page", "offset")


class Format(StrEnum):
    """How an answer is shown."""

    JSON = "json"
    TABLE = "table"


def complete_product(incomplete: str) -> list[str]:
    """Name the products that begin so."""
    return [name for name in _products() if name.startswith(incomplete)]


def complete_operation(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Name the operations of the chosen product that begin so, and say what they do."""
    product = ctx.params.get("product")
    return [(e.name, _summary(e)) for e in _endpoints() if e.product == product and e.name.startswith(incomplete)]


def complete_param(ctx: typer.Context, incomplete: str) -> list[str]:
    """Name the parameters of the chosen operation that begin so."""
    chosen = (ctx.params.get("product"), ctx.params.get("operation"))
    found = [e for e in _endpoints() if (e.product, e.name) == chosen]
    names = [name for e in found for name in _parameters(e)]
    return [f"{name}=" for name in names if name.startswith(incomplete)]


def call(
    product: Annotated[
        str,
        typer.Argument(
            help="webinar, training, meeting, assist, seeit, scim or admin.", autocompletion=complete_product
        ),
    ],
    operation: Annotated[
        str,
        typer.Argument(help="Such as get_all_trainings; without it, what there is.", autocompletion=complete_operation),
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE; may be repeated. Values with parts as JSON.", autocompletion=complete_param),
    ] = None,
    body: Annotated[
        str | None, typer.Option("--json", help="The body as GoTo documents it; @FILE reads a file, - standard input.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to show the answer.")] = Format.JSON,
    token: Annotated[
        str, typer.Option(envvar="GREENROOM_GOTO_TOKEN", help="An access token; without it, that of greenroom login.")
    ] = "",
    base_url: Annotated[str | None, typer.Option(envvar="GREENROOM_GOTO_API_URL", help="Where the APIs are.")] = None,
) -> None:
    """
    Send an operation and print what GoTo answers, as JSON or as a table.

    Lists that GoTo pages come whole, unless a page or an offset is given.
    """
    from greenroom import goto

    if product not in _products():
        fail(f"There is no product {product}. Known are: {', '.join(_products())}.")
    if not operation:
        return _list_operations(product)
    endpoint = goto.OPERATIONS.get(f"{product}.{operation}")
    if endpoint is None:
        fail(f"There is no operation {product}.{operation}. List them with: greenroom call {product}")
    wanted = _build(endpoint, param or [], body)
    is_whole = endpoint.paging is not None and not any(name in wanted.query for name in _PAGE_PARAMS)
    try:
        with _client(token, base_url) as client:
            answer = _all_pages(client, wanted) if is_whole else client.send(wanted)
    except goto.GotoError as error:
        fail(f"{error.code}: {error}")
    _show(_plain(answer), format)
    return None


def _endpoints() -> "list[Endpoint]":
    from greenroom.goto import OPERATIONS

    return list(OPERATIONS.values())


def _products() -> list[str]:
    return list(dict.fromkeys(endpoint.product for endpoint in _endpoints()))


def _function(endpoint: "Endpoint") -> Callable[..., Any]:
    assert endpoint.function is not None
    return endpoint.function


def _summary(endpoint: "Endpoint") -> str:
    """Take the first sentence of an operation's documentation."""
    return (inspect.getdoc(_function(endpoint)) or "").partition("\n")[0]


def _parameters(endpoint: "Endpoint") -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(_function(endpoint)).parameters)


def _list_operations(product: str) -> None:
    """Say what can be called, and how."""
    for endpoint in _endpoints():
        if endpoint.product == product:
            told = [n if p.default is p.empty else f"[{n}]" for n, p in _parameters(endpoint).items()]
            typer.echo(f"{endpoint.name} {' '.join(told)}\n    {_summary(endpoint)}")


def _client(token: str, base_url: str | None) -> "GoTo":
    """Make a client with the given token, or with that of the last sign-in."""
    from greenroom import goto

    if token:
        try:
            return goto.GoTo(token, base_url=base_url or goto.BASE_URL, limiter=goto.PacedLimiter())
        except ValueError as error:
            fail(f"This is {error}.")
    profile = login.kept_profile()
    if profile is None:
        fail("Sign in with greenroom login, or give an access token with --token or GREENROOM_GOTO_TOKEN.")
    return goto.GoTo(
        profile.auth(),
        base_url=base_url or profile.base_url,
        auth_url=profile.auth_url,
        limiter=goto.SharedLimiter(goto.FileSlotStore(login.config_dir() / "pace"), profile.client_id),
    )


def _build(endpoint: "Endpoint", params: list[str], body: str | None) -> "Operation[Any]":
    """Make the operation of what was typed."""
    function = _function(endpoint)
    kinds = {name: kind for name, kind in get_type_hints(function).items() if name in _parameters(endpoint)}
    values = _read_params(params, kinds)
    if body is not None:
        name = _body_parameter(endpoint, kinds)
        if name in values:
            fail(f"The body is given twice: with --json and as {name}.")
        values[name] = _read_json(name, _body_text(body), kinds[name])
    missing = [n for n, p in _parameters(endpoint).items() if p.default is p.empty and n not in values]
    if missing:
        fail(f"{endpoint.name} needs {', '.join(missing)}.")
    try:
        operation: Operation[Any] = function(**values)
    except ValueError as error:
        fail(f"These parameters do not fit: {error}.")
    return operation


def _read_params(params: list[str], kinds: dict[str, Any]) -> dict[str, Any]:
    """Read NAME=VALUE texts as the operation's parameters want them; a list's name may come several times."""
    values: dict[str, Any] = {}
    for text in params:
        name, separator, value = text.partition("=")
        name = name.replace("-", "_")
        if not separator:
            fail(f"Write parameters as NAME=VALUE, not {text}.")
        if name not in kinds:
            fail(f"There is no parameter {name}. Known are: {', '.join(kinds) or 'none'}.")
        read = _read_value(name, value, _without_none(kinds[name]))
        if name in values and not isinstance(read, list):
            fail(f"{name} is given twice.")
        values[name] = [*values.get(name, []), *read] if isinstance(read, list) else read
    return values


def _without_none(kind: Any) -> Any:
    """Take None out of a parameter's type: to leave it out is to say so."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    kept = (inner for inner in get_args(kind) if inner is not types.NoneType)
    return functools.reduce(operator.or_, kept)


def _read_value(name: str, text: str, kind: Any) -> Any:
    """Read a moment, a number or a yes or no as such, and what has parts as JSON."""
    from greenroom.goto import parse_time

    if kind is datetime:
        try:
            return parse_time(text)
        except ValueError:
            fail(f"{name} is no time: write it like 2026-09-01T14:00:00Z.")
    if _is_list_of_texts(kind) and not text.startswith("["):
        return [text]
    if _has_parts(kind):
        return _read_json(name, text.encode(), kind)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        fail(f"{name} does not fit: {error}.")


def _is_list_of_texts(kind: Any) -> bool:
    return get_origin(kind) is Sequence and get_args(kind) == (str,)


def _has_parts(kind: Any) -> bool:
    """Tell whether a parameter is an object or a list, so that it may be a body."""
    if get_origin(kind) in (Union, types.UnionType):
        return any(_has_parts(inner) for inner in get_args(kind))
    return get_origin(kind) is Sequence or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))


def _body_parameter(endpoint: "Endpoint", kinds: dict[str, Any]) -> str:
    """Find the parameter that is the body: the one with parts, and not in the query."""
    found = [n for n, kind in kinds.items() if _has_parts(_without_none(kind)) and n not in endpoint.optional_query]
    if len(found) != 1:
        fail(f"{endpoint.name} takes no body.")
    return found[0]


def _body_text(body: str) -> bytes:
    """Fetch the body from where the option says."""
    if body == "-":
        return sys.stdin.buffer.read()
    if not body.startswith("@"):
        return body.encode()
    try:
        return Path(body[1:]).read_bytes()
    except OSError as error:
        fail(f"{body[1:]} cannot be read: {error.strerror}.")


def _read_json(name: str, content: bytes, kind: Any) -> Any:
    """Read a body; a member GoTo does not know is refused rather than dropped."""
    from greenroom.goto._types import read_special

    try:
        plain = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fail(f"{name} is no JSON: {error}.")
    problem = ""
    for wanted in _members(kind):
        try:
            fitted = _fitted(name, plain, msgspec.inspect.type_info(wanted))
            return msgspec.convert(fitted, wanted, strict=False, dec_hook=read_special)
        except (msgspec.ValidationError, ValueError) as error:
            problem = str(error)
    return fail(f"{name} does not fit: {problem.rstrip('.')}.")


def _members(kind: Any) -> tuple[Any, ...]:
    """Name what a body may be, one after the other."""
    if get_origin(kind) is Sequence:
        (inner,) = get_args(kind)
        return (list[inner],)  # type: ignore[valid-type]
    if get_origin(kind) in (Union, types.UnionType):
        return get_args(kind)
    return (kind,)


def _fitted(place: str, value: Any, kind: Any) -> Any:
    """
    Bring what was typed nearer to a body: keys may be numbers, as GoTo documents some of them.

    Raises:
        ValueError: a member is not known.
    """
    kinds = msgspec.inspect
    if isinstance(kind, kinds.UnionType):
        kind = next((k for k in kind.types if not isinstance(k, kinds.NoneType)), kind)
    if isinstance(kind, kinds.StrType) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(kind, kinds.ListType | kinds.VarTupleType) and isinstance(value, list):
        return [_fitted(f"{place}[{number}]", inner, kind.item_type) for number, inner in enumerate(value)]
    if not isinstance(kind, kinds.StructType) or not isinstance(value, dict):
        return value
    fields = {field.encode_name: field.type for field in kind.fields}
    for name in value.keys() - fields.keys():
        raise ValueError(f"{place} has no member {name}; known are {', '.join(fields)}")
    return {name: _fitted(f"{place}.{name}", inner, fields[name]) for name, inner in value.items()}


def _all_pages(client: "GoTo", operation: "Operation[Any]") -> list[Any]:
    """Fetch a list whole, showing how far it is on a terminal."""
    items: list[Any] = []
    with _bar(operation.name) as show:
        for page in client.pages(operation):
            items.extend(page.items)
            show(len(items), page.total)
    return items


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _plain(answer: Any) -> Any:
    """Turn an answer into JSON's kinds of value, members named as GoTo names them."""
    from greenroom.goto import Page

    return msgspec.json.decode(msgspec.json.encode(list(answer) if isinstance(answer, Page) else answer, enc_hook=str))


def _show(value: Any, format: Format) -> None:
    if format is Format.JSON:
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        _show_table(value)
    elif isinstance(value, dict):
        _show_table([{"member": name, "value": inner} for name, inner in value.items()])
    else:
        typer.echo("" if value is None else _cell(value))


def _show_table(rows: list[dict[str, Any]]) -> None:
    """Show rows with the columns that any of them has a value in."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "", [])))
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column)), overflow="fold") for column in columns))
    # In a pipe lines are as long as they need to be, so that programs can read them.
    Console(width=None if sys.stdout.isatty() else 100_000).print(table if columns else "Nothing found.")


def _cell(value: Any) -> str:
    """Write a value as one text; control characters would move the terminal's cursor."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text)
