"""How a request enters: who is asking, and what is wrong with what they sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.functional import cached_property
from django_htmx.http import HttpResponseClientRefresh

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.access import require_marketer, require_site_admin
from greenroom.hub.users.models import User

View = Callable[..., HttpResponseBase]
_ROWS = 50

# Said of what is not there and of what somebody may not know of alike.
NOTHING = "There is nothing here, or nothing that you may see."


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def signed_in(view: View) -> View:
    """Let only people who have signed in pass; others are asked to."""
    guarded = login_required(view)

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.htmx and not request.user.is_authenticated:  # type: ignore[attr-defined]
            # A part of a page that renews itself must not turn into the sign-in page.
            return HttpResponseClientRefresh()
        return guarded(request, *args, **kwargs)

    return entered


def site_admins_only(view: View) -> View:
    """Let only site admins pass; for others the page does not exist."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_site_admin(request.user)
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def marketers_only(view: View) -> View:
    """Let only marketers and site admins pass; for others the page does not exist."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_marketer(request.user)
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def text_of(given: QueryDict, name: str) -> str:
    """Return what was typed into a field, without what no database takes; empty when it was not sent."""
    return given.get(name, "").replace("\0", "").strip()


def number_of(given: QueryDict, name: str) -> int | None:
    """Return the id that was chosen in a field, or None when there is none that could be one."""
    text = text_of(given, name)
    return int(text) if text.isdecimal() and len(text) < 19 else None


class _ShortPaginator(Paginator):
    """Counts no further than people page: counting a million rows takes longer than showing some."""

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, `MOST` if there are more."""
        return min(self._counted, self.MOST)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more rows than are counted."""
        return self._counted > self.MOST

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows[: self.MOST + 1].count())


def page_of(request: HttpRequest, rows: "QuerySet[Any] | list[Any]", size: int = _ROWS) -> Page[Any]:
    """Return the page of a list that `?page=` asks for, or the nearest there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def short_page_of(request: HttpRequest, rows: "QuerySet[Any]") -> Page[Any]:
    """Return a page of a list that may hold millions; the first two thousand rows are there to be paged."""
    return _ShortPaginator(rows, _ROWS).get_page(request.GET.get("page"))


def add_errors(form: BaseForm, error: InvalidInputError) -> None:
    """Put a service's errors beside the fields of a form; those without a field go on top."""
    for name, text in error.errors.items():
        form.add_error(name if name in form.fields else None, text)
    if not error.errors:
        form.add_error(None, str(error))
