"""What can be exported of forms: what was sent."""

from collections.abc import Iterator

from django.db.models import QuerySet

from greenroom.hub.exports.tables import Params, Row, table
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User
from greenroom.hub.webforms.answers import read_answers
from greenroom.hub.webforms.models import Submission, SubmissionAct, WebForm

_CHUNK = 500


def _may_see(user: User, params: Params) -> bool:
    return may_market(user) and "form" in params and WebForm.objects.filter(pk=params["form"]).exists()


def _submissions(params: Params) -> QuerySet[Submission]:
    return Submission.objects.filter(form=params["form"])


@table(
    "submissions",
    columns=["Sent", "State", "E-mail", "First name", "Last name", "Answers", "Confirmed", "Shown on", "Not done"],
    may=_may_see,
    count=lambda params: _submissions(params).count(),
    file_name=lambda params: f"answers-{WebForm.objects.values_list('name', flat=True).get(pk=params['form'])}",
)
def submissions(params: Params, after: int) -> Iterator[Row]:
    """Yield what was sent by a form, a row for each time."""
    found = _submissions(params).filter(pk__gt=after).select_related("contact").prefetch_related("acts").order_by("pk")
    for one in found.iterator(chunk_size=_CHUNK):
        failed = [act.problem for act in one.acts.all() if act.state == SubmissionAct.State.FAILED]
        yield (
            one.pk,
            [
                one.submitted_at,
                one.get_state_display(),
                one.email,
                one.contact.first_name if one.contact else "",
                one.contact.last_name if one.contact else "",
                "\n".join(f"{answer.label}: {answer.shown}" for answer in read_answers(one.answers)),
                one.confirmed_at,
                one.page,
                "\n".join(failed),
            ],
        )
