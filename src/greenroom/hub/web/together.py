"""The page on which something is done for many contacts at once: how many they are, what it is, and whether really."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from greenroom.hub.actions.registry import get_action
from greenroom.hub.actions.together import TOGETHER, Chosen, act_together
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, marketers_only, number_of, text_of


@marketers_only
@require_http_methods(["GET", "POST"])
def together_page(request: SignedInRequest, kind: str) -> HttpResponse:
    """Ask what exactly is to be done for the contacts that were chosen, and have it done."""
    if kind not in TOGETHER:
        raise UnknownObjectError(NOTHING)
    chosen, back = _read_chosen(request.GET), _way_back(request.GET)
    count = chosen.find().count()
    form = get_action(kind).form(request.POST if request.method == "POST" else None)
    if count and form.is_valid():
        try:
            act_together(chosen=chosen, kind=kind, given=request.POST.dict(), actor=request.user)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            people = "1 contact" if count == 1 else f"{count} contacts"
            messages.success(request, f"{get_action(kind).name}: it is being done for {people}.")
            return redirect(back)
    context = {"form": form, "name": get_action(kind).name, "count": count, "back": back}
    context["some"] = chosen.find()[:_SHOWN]
    return render(request, "contacts/together.html", context, status=422 if form.errors else 200)


_SHOWN = 5


def _read_chosen(given: QueryDict) -> Chosen:
    """Return whom somebody has chosen; ticking nobody chooses nobody."""
    if text_of(given, "whom") == "all":
        return Chosen(
            text=text_of(given, "q"),
            tag=text_of(given, "tag"),
            segment=number_of(given, "segment"),
            decided=text_of(given, "by"),
        )
    ticked = tuple(int(one) for one in given.getlist("contact") if one.isdecimal() and len(one) < 19)
    return Chosen(ids=ticked or (0,))


def _way_back(given: QueryDict) -> str:
    segment = number_of(given, "segment")
    return reverse("segment", args=[segment]) if segment else reverse("contacts")
