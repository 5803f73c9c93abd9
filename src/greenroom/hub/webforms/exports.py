"""What can be exported of forms: what was sent."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from greenroom.hub.exports.tables import Cell, Params, Row, table
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User
from greenroom.hub.webforms.answers import read_answers
from greenroom.hub.webforms.models import FormField, Submission, SubmissionAct, WebForm

_CHUNK = 500


def _may_see(user: User, params: Params) -> bool:
    return may_market(user) and "form" in params and WebForm.objects.filter(pk=params["form"]).exists()


def _submissions(params: Params) -> QuerySet[Submission]:
    return Submission.objects.filter(form=params["form"])


def _with_fields(params: Params) -> Params:
    """Add the fields there are now; the address has its own column, whatever it is called."""
    asked = FormField.objects.filter(form=params["form"]).exclude(kind=FormField.Kind.EMAIL)
    fields = list(asked.values_list("pk", "label"))
    return {**params, "fields": [pk for pk, _ in fields], "labels": [label for _, label in fields]}


def _columns(params: Params) -> Sequence[str]:
    asked = params.get("labels", ())
    return ["Sent", "State", "E-mail", *asked, "Answers no longer asked for", "Confirmed", "Shown on", "Not done"]


@table(
    "submissions",
    columns=_columns,
    may=_may_see,
    count=lambda params: _submissions(params).count(),
    file_name=lambda params: f"answers-{WebForm.objects.values_list('name', flat=True).get(pk=params['form'])}",
    settle=_with_fields,
)
def submissions(params: Params, after: int) -> Iterator[Row]:
    """Yield what was sent by a form, a row for each time and a cell for each field."""
    found = _submissions(params).filter(pk__gt=after).prefetch_related("acts").order_by("pk")
    for one in found.iterator(chunk_size=_CHUNK):
        yield one.pk, _cells(one, params.get("fields", ()))


def _cells(one: Submission, fields: Sequence[int]) -> list[Cell]:
    answers = {answer.field: answer for answer in read_answers(one.answers)}
    asked = [answers.pop(pk, None) for pk in fields]
    others = [answer for answer in answers.values() if answer.kind != FormField.Kind.EMAIL]
    failed = [act.problem for act in one.acts.all() if act.state == SubmissionAct.State.FAILED]
    return [
        one.submitted_at,
        one.get_state_display(),
        one.email,
        *(answer.shown if answer else "" for answer in asked),
        "\n".join(f"{answer.label}: {answer.shown}" for answer in others),
        one.confirmed_at,
        one.page,
        "\n".join(failed),
    ]
