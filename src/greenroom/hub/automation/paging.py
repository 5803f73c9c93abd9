"""
Pages of long lists, for operations whose input is a `PageInput`.

A cursor is where a page ended, signed, and good for the caller it was given to: rows that come or go meanwhile move no
other row to another page.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from django.core import signing
from django.db.models import Field, Model, Q, QuerySet

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.fields import told
from greenroom.hub.core.errors import UnknownObjectError

Row = TypeVar("Row", bound=Model)


class PageInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a list."""

    limit: Annotated[int, told("Limit", "How many to return at most, up to 200.", examples=[50], ge=1, le=200)] = 100
    cursor: Annotated[
        str, told("Cursor", "Where the page before ended, from its Link header; none for the first.", max_length=500)
    ] = ""


def take_page(rows: QuerySet[Row], wanted: PageInput, caller: Caller, *, order: str = "pk") -> tuple[list[Row], str]:
    """
    Return a page of rows, and the cursor of the next one, empty when there is none. One query.

    Args:
        order: a field or an annotation that is never null, descending with "-" before it; rows with the same value
            come by `pk`.

    Raises:
        UnknownObjectError: the cursor is none that this caller was given for such a list.
    """
    sign = order[:1] if order.startswith("-") else ""
    fields = [order.lstrip("-")] if order.lstrip("-") == "pk" else [order.lstrip("-"), "pk"]
    salt = f"page:{caller.owner}:{rows.model._meta.label}:{order}"
    if wanted.cursor:
        rows = rows.filter(_after(rows, fields, _read(wanted.cursor, salt), is_descending=bool(sign)))
    page = list(rows.order_by(*(sign + name for name in fields))[: wanted.limit + 1])
    if len(page) <= wanted.limit:
        return page, ""
    page.pop()
    return page, signing.dumps([_text(getattr(page[-1], name)) for name in fields], salt=salt)


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(cursor: str, salt: str) -> list[str]:
    try:
        values: list[str] = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        raise UnknownObjectError("This cursor is none of this list. Begin again without a cursor.") from None
    return values


def _after(rows: QuerySet[Row], fields: Sequence[str], texts: Sequence[str], *, is_descending: bool) -> Q:
    """Narrow to what comes after a row; `pk` decides among equals."""
    beyond = "lt" if is_descending else "gt"
    values = [_field(rows, name).to_python(text) for name, text in zip(fields, texts, strict=True)]
    after = Q((f"{fields[0]}__{beyond}", values[0]))
    if len(fields) == 2:
        after |= Q((fields[0], values[0]), (f"pk__{beyond}", values[1]))
    return after


def _field(rows: QuerySet[Row], name: str) -> "Field[Any, Any]":
    meta, annotation = rows.model._meta, rows.query.annotations.get(name)
    field: Any = annotation.output_field if annotation else meta.pk if name == "pk" else meta.get_field(name)
    assert isinstance(field, Field)
    return field
