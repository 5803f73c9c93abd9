"""The reference of the client's operations, made from their functions and from `contract/`."""

import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from tests.contract.coverage import ASSUMED_SUCCESS
from tests.contract.published import ENTRIES, Entry
from tests.goto.specimens import make_operation

from greenroom.goto import OPERATIONS, Content, Data, Endpoint, Hal, Offset
from greenroom.goto._operation import Reply
from greenroom.goto.errors import api_error

_SECTION = re.compile(r"^(Args|Raises|Source):[ \n]", re.MULTILINE)
_ENTRIES = {entry.id: entry for entry in ENTRIES}


class Docstring(NamedTuple):
    """What an operation's docstring says; the sections are empty when it has none."""

    says: str
    args: str
    raises: str
    source: str


def operations() -> str:
    """Return one section per product, with one for every operation of the client."""
    by_product = groupby(OPERATIONS.values(), key=lambda one: one.product)
    return "\n".join(line for product, endpoints in by_product for line in _product(product, list(endpoints)))


def _product(product: str, endpoints: list[Endpoint]) -> Iterator[str]:
    yield f"\n## {product}\n\n{len(endpoints)} operations below `{endpoints[0].base_path}`.\n"
    for endpoint in sorted(endpoints, key=lambda one: one.name):
        yield from _operation(endpoint, _ENTRIES[endpoint.product, endpoint.operation_id])


def _operation(endpoint: Endpoint, entry: Entry) -> Iterator[str]:
    told = _read_docstring(endpoint)
    yield f"\n({endpoint.product}.{endpoint.name})=\n### {endpoint.product}.{endpoint.name}\n"
    yield f"```python\n{_signature(endpoint)}\n```\n\n{told.says}\n"
    if told.args:
        yield from (f"- `{name}`: {text}" for name, text in _items(told.args))
        yield ""
    yield from (f"- *{name}*: {said}" for name, said in _facts(endpoint, entry, told))


def _facts(endpoint: Endpoint, entry: Entry, told: Docstring) -> Iterator[tuple[str, str]]:
    yield "request", f"`{endpoint.method} {endpoint.base_path}{endpoint.path}`"
    if query := [*(f"`{n}`" for n in endpoint.required_query), *(f"`{n}`?" for n in endpoint.optional_query)]:
        yield "query", ", ".join(query)
    yield "success", ", ".join(map(str, endpoint.success if entry.success else ASSUMED_SUCCESS))
    yield "paging", _paging(endpoint)
    yield "sent again", "yes" if endpoint.retryable else "no"
    yield "errors", "; ".join(_errors(endpoint, entry, told))
    file = f"`contract/{entry.product}.yaml`, `{entry.name}`"
    yield "source", f"{file}. {told.source}" if told.source else file


def _signature(endpoint: Endpoint) -> str:
    """Write a signature with its types as they are in the source, one parameter a line when it is long."""
    signature = inspect.signature(_function(endpoint))
    parts, is_keyword_only = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword_only:
            parts.append("*")
            is_keyword_only = True
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{parameter.name}: {parameter.annotation}{default}")
    name, answer = f"{endpoint.product}.{endpoint.name}", signature.return_annotation
    line = f"{name}({', '.join(parts)}) -> {answer}"
    return line if len(line) <= 80 else "\n".join([f"{name}(", *(f"    {part}," for part in parts), f") -> {answer}"])


def _function(endpoint: Endpoint) -> object:
    assert endpoint.function is not None
    return endpoint.function


def _paging(endpoint: Endpoint) -> str:
    match endpoint.paging:
        case Hal(embedded=name, size_param=size):
            return f"by `page` and `{size}`; items in `_embedded.{name}`"
        case Data(size_param=size):
            return f"by `page` and `{size}`; items in `data`, or all in a bare list when neither is given"
        case Content(size_param=size):
            return f"by `page` and `{size}`; items in `content`"
        case Offset(items=name, size_param=size, size_max=most):
            return f"by `offset` and `{size}` (at most {most}); items in `{name}`"
    return "none: it comes whole"


def _errors(endpoint: Endpoint, entry: Entry, told: Docstring) -> Iterator[str]:
    """Name the published errors, and what the docstring says of each; then those only the docstring tells of."""
    told_of = {name: text for names, text in _items(told.raises) for name in names.split(", ")}
    operation = make_operation(endpoint)
    for status in entry.errors:
        if operation.is_success(Reply(status, {}, b"")):
            yield f"{status} is a value"
            continue
        name = type(api_error(status, {}, b"", product="", operation="", now=_no_time)).__name__
        yield f"{status} `{name}`" + (f": {told_of.pop(name)}" if name in told_of else "")
    yield from (f"`{name}`: {text}" for name, text in told_of.items())
    if not entry.errors and not told_of:
        yield "none are published"


def _no_time() -> None:
    """Stand for a clock that is not asked."""


def _read_docstring(endpoint: Endpoint) -> Docstring:
    text = inspect.getdoc(endpoint.function) or ""
    says, *sections = _SECTION.split(text)
    found = dict(zip(sections[::2], sections[1::2], strict=True))
    args, raises = found.get("Args", ""), found.get("Raises", "")
    return Docstring(says.strip(), args, raises, _one_line(found.get("Source", "")))


def _items(section: str) -> Iterator[tuple[str, str]]:
    """Split a section into what is named and what is said of it; deeper lines go on with the one before."""
    for item in re.split(r"^    (?! )", section, flags=re.MULTILINE):
        name, colon, text = _one_line(item).partition(": ")
        if colon:
            yield name, text.removesuffix(".")


def _one_line(text: str) -> str:
    return " ".join(text.split())
