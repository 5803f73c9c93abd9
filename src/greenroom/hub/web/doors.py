"""How a request enters: who is asking, and what is wrong with what they sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.access import require_site_admin
from greenroom.hub.users.models import User

View = Callable[..., HttpResponse]
_ROWS = 50


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def signed_in(view: View) -> View:
    """Let only people who have signed in pass; others are asked to."""
    return login_required(view)


def site_admins_only(view: View) -> View:
    """Let only site admins pass; for others the page does not exist."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_site_admin(request.user)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def page_of(request: HttpRequest, rows: "QuerySet[Any] | list[Any]", size: int = _ROWS) -> Page[Any]:
    """Return the page of a list that `?page=` asks for, or the nearest there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def add_errors(form: BaseForm, error: InvalidInputError) -> None:
    """Put a service's errors beside the fields of a form; those without a field go on top."""
    for name, text in error.errors.items():
        form.add_error(name if name in form.fields else None, text)
    if not error.errors:
        form.add_error(None, str(error))
