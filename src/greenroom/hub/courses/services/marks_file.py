"""Marking people from a list: first what would happen to each, then the same in earnest."""

from collections.abc import Iterable
from dataclasses import dataclass

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.csv_rows import CsvRow, read_csv
from greenroom.hub.courses.models import Completion, Enrollment, SectionItem
from greenroom.hub.courses.services.marks import NewMark, check_mark, keep_marks
from greenroom.hub.users.models import User

COLUMNS = ("email", "status", "reason")
_WORDS = {label.lower(): status for status, label in Completion.Status.choices}


@dataclass(frozen=True, slots=True)
class PlannedMark:
    """What one row of a list brings about; `problem` says why it brings about nothing."""

    line: int
    email: str
    user: User | None
    before: str
    status: str
    reason: str
    problem: str = ""


def plan_marks(*, item: SectionItem, text: str) -> list[PlannedMark]:
    """
    Say what a list would bring about. Two queries, whatever its length.

    Raises:
        InvalidInputError: the list cannot be read.
    """
    rows = read_csv(text, columns=COLUMNS)
    emails = {row.get("email").lower() for row in rows}
    learning = Enrollment.objects.filter(
        course=item.section.lesson.course_id, role=Enrollment.Role.LEARNER, user__email__in=emails
    )
    learners = {one.user.email: one.user for one in learning.select_related("user")}
    standings = Completion.objects.filter(item=item, user__in=learners.values())
    before = dict(standings.values_list("user_id", "status"))
    lines: dict[str, int] = {}
    return [_plan(row, learners, before, lines) for row in rows]


def _plan(row: CsvRow, learners: dict[str, User], before: dict[int, str], lines: dict[str, int]) -> PlannedMark:
    email, written = row.get("email").lower(), row.get("status").lower()
    user = learners.get(email)
    status, why = _WORDS.get(written, written), row.get("reason")
    first_line = lines.setdefault(email, row.line)
    problem = f"This address stands in line {first_line} already." if first_line != row.line else ""
    return PlannedMark(
        row.line,
        email,
        user,
        before.get(user.pk, "") if user else "",
        status,
        why,
        problem or _problem(user, status, why),
    )


def _problem(user: User | None, status: str, reason: str) -> str:
    if user is None:
        return "Nobody with this address learns in this course."
    try:
        check_mark(status, reason)
    except InvalidInputError as error:
        return next(iter(error.errors.values()))
    return ""


def carry_out_marks(*, item: SectionItem, plan: Iterable[PlannedMark], actor: User) -> int:
    """Do what was planned, and return for how many; rows with a problem are passed over."""
    marks = [NewMark(one.user.pk, one.status, one.reason) for one in plan if one.user and not one.problem]
    return keep_marks(item=item, marks=marks, actor=actor)
