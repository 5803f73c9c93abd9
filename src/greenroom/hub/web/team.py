"""Putting people on the team of an event, and taking them off."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import list_colleagues
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import get_event_to_change
from greenroom.hub.events.models import TeamMember
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.products.base import Ability, TeamMemberData
from greenroom.hub.events.services.acts import add_team_member, remove_team_member
from greenroom.hub.web.acts import key_sent, new_key
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, signed_in

_ROLES = {
    TeamMember.Role.CO_ORGANIZER: Ability.CO_ORGANIZERS,
    TeamMember.Role.PANELIST: Ability.PANELISTS,
}


class TeamForm(forms.Form):
    """Somebody to help with an event: an organizer of the account, or anybody by name and address."""

    use_required_attribute = False

    key = forms.CharField(widget=forms.HiddenInput, max_length=128)
    role = forms.ChoiceField(widget=forms.RadioSelect, label="As")
    member = forms.ChoiceField(required=False, label="Who")
    name = forms.CharField(help_text="The whole name.")
    email = forms.CharField(label="E-mail address", help_text="GoTo sends the invitation there.")

    def __init__(self, data: object, *, product: Product, colleagues: list[Connection]) -> None:
        """Offer what the product is able to, and these organizers of the account."""
        super().__init__(data, initial={"key": new_key()})  # type: ignore[arg-type]
        self._colleagues = {one.organizer_key: one for one in colleagues}
        offered = [(str(role), role.label) for role, ability in _ROLES.items() if ability in product.abilities]
        self._offer("role", offered)
        self.initial["role"] = offered[0][0]
        known = [(key, one.organizer_name) for key, one in self._colleagues.items()]
        if not product.abilities & {Ability.GUEST_ORGANIZERS, Ability.PANELISTS}:
            self._offer("member", known)
            del self.fields["name"], self.fields["email"]
        elif known:
            self._offer("member", [("", "Somebody else, by name and address"), *known])
            self.fields["name"].required = self.fields["email"].required = False
            self.fields["name"].help_text = "The whole name, unless you chose somebody above."
        else:
            del self.fields["member"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> TeamMemberData:
        """Return whom, in the shape every door uses."""
        given = self.cleaned_data
        colleague = self._colleagues.get(given.get("member", ""))
        if colleague is None:
            return TeamMemberData(given["role"], "", given.get("name", ""), given.get("email", ""))
        # Only a co-organizer is known to GoTo by key; an organizer may be a panelist like anybody else.
        key = colleague.organizer_key if given["role"] == TeamMember.Role.CO_ORGANIZER else ""
        return TeamMemberData(given["role"], key, colleague.organizer_name, colleague.organizer_email)


@signed_in
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for somebody to be put on an event's team."""
    event = get_event_to_change(request.user, pk)
    kind = get_product(event.product)
    if not kind.abilities & set(_ROLES.values()):
        raise UnknownObjectError(NOTHING)
    colleagues = list(list_colleagues(connection=event.connection))
    form = TeamForm(request.POST or None, product=kind, colleagues=colleagues)
    if form.is_bound and form.is_valid():
        key = form.cleaned_data["key"]
        try:
            add_team_member(event=event, member=form.wanted(), idempotency_key=key, actor=request.user)
        except InvalidInputError as error:
            add_errors(form, error)
        except StateConflictError as error:
            messages.warning(request, str(error))
            return redirect(_team_of(pk))
        else:
            return redirect(_team_of(pk))
    has_nobody = not form.fields.get("name") and not colleagues
    context = {"form": form, "event": event, "has_nobody": has_nobody}
    return render(request, "events/act_team.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def remove(request: SignedInRequest, pk: int, member_id: int) -> HttpResponse:
    """Ask for somebody to be taken off an event's team."""
    event = get_event_to_change(request.user, pk)
    member = get_object_or_404(event.team.select_related("event__connection"), pk=member_id)
    key = key_sent(request.POST, "remove", member.pk)
    try:
        remove_team_member(member=member, idempotency_key=key, actor=request.user)
    except StateConflictError as error:
        messages.warning(request, str(error))
    return redirect(_team_of(pk))


def _team_of(pk: int) -> str:
    return reverse("event", args=[pk]) + "?tab=team"
