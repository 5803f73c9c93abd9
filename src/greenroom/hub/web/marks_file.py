"""Marking people from a list."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.access import Verb, get_item_for
from greenroom.hub.courses.services.marks_file import COLUMNS, carry_out_marks, plan_marks
from greenroom.hub.web.doors import SignedInRequest, add_errors, signed_in
from greenroom.hub.web.enrolment import MOST_SHOWN, PeopleListForm

_HELP = (
    f"The first line names the columns: {', '.join(COLUMNS)}. A status is completed, partial, absent or excused; each "
    "row needs a reason."
)


@signed_in
@require_http_methods(["GET", "POST"])
def import_marks(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark people from a list: show what would happen first, and do it when it is sent again."""
    item = get_item_for(request.user, pk, Verb.LEAD)
    form = PeopleListForm(request.POST or None, request.FILES or None)
    form.fields["text"].help_text = _HELP
    context: dict[str, object] = {"item": item, "form": form}
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            plan = plan_marks(item=item, text=text)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            if "confirm" in request.POST:
                count = carry_out_marks(item=item, plan=plan, actor=request.user)
                messages.success(request, f"{count} {'person is' if count == 1 else 'people are'} marked.")
                return redirect("roster", pk=pk)
            problems_first = sorted(plan, key=lambda one: not one.problem)
            context |= {
                "text": text,
                "plan": problems_first[:MOST_SHOWN],
                "not_shown": max(0, len(plan) - MOST_SHOWN),
                "changes": sum(not one.problem for one in plan),
                "problems": sum(bool(one.problem) for one in plan),
            }
    return render(request, "results/import_marks.html", context, status=422 if form.errors else 200)
