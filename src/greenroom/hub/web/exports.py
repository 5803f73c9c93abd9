"""Pages of exports: asking for one, seeing it grow, taking it away."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.exports.formats import CONTENT_TYPES
from greenroom.hub.exports.formats import render as render_export
from greenroom.hub.exports.models import Export
from greenroom.hub.exports.selectors import get_export_for, list_exports
from greenroom.hub.exports.services import request_export
from greenroom.hub.web.doors import SignedInRequest, number_of, page_of, signed_in, text_of
from greenroom.hub.web.downloads import send

# What a table may be of, and how the page it is asked for from is narrowed; see `exports/menu.html`.
_OBJECTS = ("event", "form", "course", "item", "account")
_FILTERS = ("q", "product", "state", "when", "result", "reach")


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show what the person has asked for."""
    return render(request, "exports/list.html", {"page": page_of(request, list_exports(user=request.user))})


@signed_in
@require_POST
def start(request: SignedInRequest, table: str) -> HttpResponseBase:
    """Write a table; a short one is downloaded at once."""
    format = text_of(request.POST, "format")
    if format not in Export.Format.values:
        raise UnknownObjectError("There is nothing here in this format. Choose CSV, XLSX or JSON.")
    asked: dict[str, int | str | None] = {name: number_of(request.POST, name) for name in _OBJECTS}
    asked |= {name: text_of(request.POST, name) for name in _FILTERS}
    params = {name: value for name, value in asked.items() if value}
    export = request_export(user=request.user, table=table, params=params, format=Export.Format(format))
    if export.state == Export.State.READY:
        return _send(request, export)
    return redirect("export", pk=export.pk)


@signed_in
@require_GET
@never_cache
def export_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far an export is; the page asks for its progress by itself."""
    export = get_export_for(request.user, pk)
    template = "exports/progress.html" if request.htmx else "exports/export.html"  # type: ignore[attr-defined]
    return render(request, template, {"export": export})


@signed_in
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Send the file of an export; from where a download was cut, if the browser says so."""
    export = get_export_for(request.user, pk)
    if export.state != Export.State.READY:
        raise StateConflictError("This export is still being written. Look again in a moment.")
    return _send(request, export)


def _send(request: SignedInRequest, export: Export) -> HttpResponseBase:
    content_type = CONTENT_TYPES[Export.Format(export.format)]
    # Its rows do not change any more, and what is made of them is the same each time.
    tag = f"{export.pk}-{export.rows_written}"
    return send(request, render_export(export), name=export.file_name, content_type=content_type, tag=tag)
