"""Pages of the keys with which programs act for people."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.automation.callers import MEANING, Verb
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.courses.access import Verb as CourseVerb
from greenroom.hub.courses.access import list_accounts_run_by, list_accounts_seen_by, list_courses_for, may_see_events
from greenroom.hub.users.access import may_market
from greenroom.hub.users.api_keys import create_key, list_keys, revoke_key
from greenroom.hub.users.models import ApiKey, User
from greenroom.hub.users.oauth import list_grants
from greenroom.hub.web.doors import SignedInRequest, add_errors, page_of, signed_in

_MOST_GRANTS = 100
_LASTS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}


class LeaveForm(forms.Form):
    """What a program may do, and in which accounts: never more than the person may who gives leave."""

    use_required_attribute = False

    verbs = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="It may")
    connection_ids = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="In these GoTo accounts",
        help_text="Choose none for all that you may see, also those that are connected later.",
    )

    def __init__(self, data: object, *, user: User, wanted: Collection[str] = ()) -> None:
        """Offer what this person may do themselves, narrowed to what is wanted, if anything is."""
        verbs = [verb for verb in _list_verbs_of(user) if not wanted or verb in wanted]
        super().__init__(data, initial={"verbs": verbs if wanted else [Verb.READ]})  # type: ignore[arg-type]
        self.may_be_given = bool(verbs)
        accounts = [(one.pk, str(one)) for one in list_accounts_seen_by(user)]
        self.fields["verbs"].choices = [(str(verb), _said(verb)) for verb in verbs]  # type: ignore[attr-defined]
        self.fields["connection_ids"].choices = accounts  # type: ignore[attr-defined]

    def leave(self) -> dict[str, Any]:
        """Return verbs and accounts as the services take them."""
        given = self.cleaned_data
        return {"verbs": given["verbs"], "connection_ids": given["connection_ids"] or None}


class KeyForm(LeaveForm):
    """A new key."""

    name = forms.CharField(max_length=100, help_text="The program that will use it, such as Power Automate.")
    lasts = forms.ChoiceField(choices=list(_LASTS.items()), required=False, initial="365", label="It is good for")

    field_order = ("name", "verbs", "connection_ids", "lasts")

    def values(self) -> dict[str, Any]:
        """Return what `create_key` takes."""
        lasts = self.cleaned_data["lasts"]
        return {
            **self.leave(),
            "name": self.cleaned_data["name"],
            "expires_at": clock.now() + timedelta(days=int(lasts)) if lasts else None,
        }


def _list_verbs_of(user: User) -> list[Verb]:
    """Return what a person may do themselves, and so leave to a program."""
    runs_accounts = list_accounts_run_by(user).exists()
    beyond_them = {verb for verb in Verb if verb.is_in_the_organizers_name and not runs_accounts}
    if not may_market(user):
        beyond_them.add(Verb.MARKET)
    if not list_courses_for(user, CourseVerb.PEOPLE).exists():
        beyond_them.add(Verb.ENROLL)
    return [verb for verb in Verb if verb not in beyond_them]


def _said(verb: Verb) -> str:
    return MEANING[verb][:1].upper() + MEANING[verb][1:]


def _said_of(verbs: Collection[str]) -> list[str]:
    return [_said(verb) for verb in Verb if verb in verbs]


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show a person's keys, and site admins everybody's."""
    check_may_give_leave(request.user)
    page = page_of(request, list_keys(request.user))
    names = {one.pk: str(one) for one in Connection.objects.all()}
    now = clock.now()
    context = {
        "page": page,
        "rows": [_row(key, now, names) for key in page],
        "grants": [
            {"grant": grant, "verbs": _said_of(grant.verbs), "accounts": _accounts(grant.connection_ids, names)}
            for grant in list_grants(request.user)[:_MOST_GRANTS]
        ],
    }
    return render(request, "api_keys/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: SignedInRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    check_may_give_leave(request.user)
    form = KeyForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            key, text = create_key(user=request.user, **form.values())
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            context = {"key": key, "text": text, "api_url": f"{settings.PUBLIC_URL}/api/v1"}
            return render(request, "api_keys/created.html", context)
    return render(request, "api_keys/create.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a key."""
    key = revoke_key(key_id=pk, actor=request.user)
    messages.success(request, f"{key.name} is revoked. Programs that use it are refused from now on.")
    return redirect("api_keys")


def check_may_give_leave(user: User) -> None:
    """Let pass who may see events at all; for others there is nothing here."""
    if not may_see_events(user):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")


def _row(key: ApiKey, now: datetime, names: dict[int, str]) -> dict[str, Any]:
    is_expired = bool(key.expires_at and key.expires_at <= now)
    return {
        "key": key,
        "verbs": _said_of(key.verbs),
        "accounts": _accounts(key.connection_ids, names),
        "state": "revoked" if key.revoked_at else "expired" if is_expired else "active",
    }


def _accounts(ids: Iterable[int] | None, names: dict[int, str]) -> list[str]:
    return ["All accounts"] if ids is None else [names[pk] for pk in ids if pk in names]
