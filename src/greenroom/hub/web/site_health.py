"""Pages on which site admins see how accounts and background work are doing, and help where something hangs."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.connections.pacing import read_budgets
from greenroom.hub.connections.selectors import list_connections
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.selectors import list_failed_jobs, list_queue_states, list_workers
from greenroom.hub.jobs.services import retry_failed_job, retry_failed_jobs
from greenroom.hub.ledger.errors import UnknownReaderError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import (
    MANY,
    ReaderState,
    count_facts_from,
    find_first_fact_since,
    get_reader_state,
    list_reader_states,
)
from greenroom.hub.ledger.services import replay_reader
from greenroom.hub.web.doors import SignedInRequest, page_of, site_admins_only


@site_admins_only
@require_GET
def health_page(request: SignedInRequest) -> HttpResponse:
    """Show how everything that runs by itself is doing."""
    budgets = read_budgets(PRODUCTS)
    workers = list_workers()
    return render(
        request,
        "site/health.html",
        {
            "connections": list_connections(),
            "budgets": [(product.words.many, budgets[code]) for code, product in PRODUCTS.items()],
            "workers": workers,
            "has_live_worker": any(worker.is_live for worker in workers),
            "queues": list_queue_states(),
            "readers": list_reader_states(),
            "failed": page_of(request, list_failed_jobs(), 25),
        },
    )


@site_admins_only
@require_POST
def retry_job(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give one failed job another set of attempts."""
    job = get_object_or_404(Job, pk=pk)
    try:
        retry_failed_job(job.pk)
    except StateConflictError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "The job is in line again.")
    return redirect("site_health")


@site_admins_only
@require_POST
def retry_jobs(request: SignedInRequest) -> HttpResponse:
    """Give all failed jobs another set of attempts."""
    number = retry_failed_jobs()
    messages.success(request, f"{number} jobs are in line again." if number != 1 else "One job is in line again.")
    return redirect("site_health")


class ReplayForm(forms.Form):
    """From where a reader begins again."""

    since = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone. Leave it empty to begin with the first fact there ever was.",
        error_messages={"invalid": "Write a date and a time, such as 2026-03-02 14:00."},
    )


@site_admins_only
@require_http_methods(["GET", "POST"])
def reader_page(request: SignedInRequest, name: str) -> HttpResponse:
    """Show how far a reader has come, and have it read again; what that means is said before it is done."""
    state = _get_reader(name)
    given = request.POST if request.method == "POST" else request.GET
    form = ReplayForm(given if "since" in given else None)
    context: dict[str, object] = {"state": state, "form": form}
    if not form.is_valid():
        return render(request, "site/reader.html", context, status=422 if form.errors else 200)
    since: datetime | None = form.cleaned_data["since"]
    fact = find_first_fact_since(since) if since else None
    if since and fact is None:
        form.add_error("since", "Nothing has happened since then.")
        return render(request, "site/reader.html", context, status=422)
    if request.method == "POST":
        return _replay(request, name, fact)
    number = count_facts_from(fact)
    return render(request, "site/reader.html", {**context, "number": number, "is_many": number == MANY, "since": since})


def _get_reader(name: str) -> ReaderState:
    try:
        return get_reader_state(name)
    except UnknownReaderError as error:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.") from error


def _replay(request: SignedInRequest, name: str, fact: Fact | None) -> HttpResponse:
    replay_reader(name=name, from_fact=fact)
    messages.success(request, f"{name} begins again. Watch here how far it is.")
    return redirect("site_health")
