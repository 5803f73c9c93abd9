"""Pages of sync runs, for site admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.connections.pacing import read_budgets
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.events.products import PRODUCTS, get_product
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.selectors import list_runs
from greenroom.hub.sync.services import request_sync
from greenroom.hub.web.doors import SignedInRequest, page_of, site_admins_only


@site_admins_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show the runs, the newest first, and the day's calls; the rows of open runs renew themselves."""
    page = page_of(request, list_runs(), 30)
    shown: dict[str, Any] = {"page": page, "has_open": any(run.is_open for run in page)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "sync/runs.html", shown)
    return render(request, "sync/list.html", shown | {"budgets": read_budgets(PRODUCTS).values()})


@site_admins_only
@require_GET
def run_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one run with its progress and errors."""
    run = get_object_or_404(SyncRun.objects.select_related("connection", "requested_by"), pk=pk)
    template = "sync/progress.html" if request.htmx else "sync/run.html"  # type: ignore[attr-defined]
    title = f"{get_product(run.product).words.many} of {run.connection.organizer_name}"
    return render(request, template, {"run": run, "title": title})


@site_admins_only
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Ask for runs over all products of all accounts: of what is due, or of everything."""
    is_full = bool(request.POST.get("full"))
    runs = [
        request_sync(connection=connection, product=product, is_full=is_full, actor=request.user)
        for connection in list_active_connections()
        for product in PRODUCTS
    ]
    if not runs:
        messages.warning(request, "No GoTo account is connected, so there is nothing to read. Connect one first.")
        return redirect("connections")
    return redirect("sync_runs")
