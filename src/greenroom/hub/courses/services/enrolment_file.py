"""Taking a list of people into a course: first what would happen to each, then the same in earnest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.hashers import make_password
from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.courses.csv_rows import CsvRow, read_csv
from greenroom.hub.courses.models import Course, Enrollment
from greenroom.hub.courses.services.enrolment import CLOSED, enroll_many
from greenroom.hub.events.registration_form import is_address
from greenroom.hub.users.models import ExternalIdentity, User
from greenroom.hub.users.selectors import find_known_as

COLUMNS = ("email", "role", "first_name", "last_name", "number")
_LONGEST_NAME, _LONGEST_NUMBER = 128, 255
# The numbers in lists are this site's own; another learning system would name itself.
_LISTS = ""


@dataclass(frozen=True, slots=True)
class PlannedEnrollment:
    """What one row of a list brings about, in words; `problem` says why it brings about nothing."""

    line: int
    email: str
    role: str = ""
    user: User | None = None
    before: str = ""  # the role they have
    first_name: str = ""
    last_name: str = ""
    number: str = ""  # by which the person is known elsewhere
    problem: str = ""

    @property
    def is_change(self) -> bool:
        """Whether anything comes of it."""
        return not self.problem and self.role != self.before

    @property
    def sentence(self) -> str:
        """Say what comes of it."""
        if self.problem:
            return self.problem
        role = Enrollment.Role(self.role).label.lower()
        if self.role == self.before:
            return f"Is {role} here already."
        if self.before:
            return f"Becomes {role}; is {Enrollment.Role(self.before).label.lower()} now."
        if self.user is None:
            return f"Is added to this hub and becomes {role}. They choose a password by “I forgot my password”."
        return f"Becomes {role}."

    @property
    def name(self) -> str:
        """Say who it is."""
        return self.user.get_full_name() if self.user else f"{self.first_name} {self.last_name}".strip()


def plan_enrollments(*, course: Course, text: str, actor: User) -> list[PlannedEnrollment]:
    """
    Say what a list would bring about. Three queries, whatever its length.

    The columns are `COLUMNS`; without a role people become learners. Only site admins add people who are new here.
    Whoever was brought with a number before is the same person, also under another address.

    Raises:
        InvalidInputError: the list cannot be read.
    """
    rows = read_csv(text, columns=COLUMNS)
    emails = {row.get("email").lower() for row in rows}
    users = {user.email: user for user in User.objects.filter(email__in=emails)}
    numbers = find_known_as(issuer=_LISTS, subjects={row.get("number") for row in rows if row.get("number")})
    found = [*users.values(), *numbers.values()]
    roles = dict(course.enrollments.filter(user__in=found).values_list("user", "role"))
    lines: dict[str, int] = {}
    plan = [_plan(row, users, numbers, roles, lines, may_add=actor.is_site_admin) for row in rows]
    return [_refuse_new_learner(one) for one in plan] if course.has_closed(clock.now()) else plan


def _refuse_new_learner(one: PlannedEnrollment) -> PlannedEnrollment:
    return replace(one, problem=CLOSED) if one.is_change and one.role == Enrollment.Role.LEARNER else one


def _plan(
    row: CsvRow,
    users: dict[str, User],
    numbers: dict[str, User],
    roles: dict[int, str],
    lines: dict[str, int],
    *,
    may_add: bool,
) -> PlannedEnrollment:
    email, number = row.get("email").lower(), row.get("number")[:_LONGEST_NUMBER]
    user, role = numbers.get(number) or users.get(email), _role(row.get("role"))
    first_line = lines.setdefault(email, row.line)
    return PlannedEnrollment(
        row.line,
        email,
        role,
        user,
        roles.get(user.pk, "") if user else "",
        row.get("first_name")[:_LONGEST_NAME],
        row.get("last_name")[:_LONGEST_NAME],
        number,
        f"This address stands in line {first_line} already."
        if first_line != row.line
        else f"Number {number} is {user.email} here."
        if user and email in users and users[email] != user
        else _problem(row, email, role, user, may_add=may_add),
    )


def _role(text: str) -> str:
    """Return the role that a cell names, by its code or its word; empty for one that does not exist."""
    wanted = text.lower() or Enrollment.Role.LEARNER
    return wanted if wanted in Enrollment.Role.values else ""


def _problem(row: CsvRow, email: str, role: str, user: User | None, *, may_add: bool) -> str:
    if not is_address(email):
        return "This is no e-mail address."
    if not role:
        return f"There is no such role. Use {', '.join(Enrollment.Role.values[:-1])} or {Enrollment.Role.values[-1]}."
    if user:
        return "" if user.is_active else "This person may not sign in any more."
    if not may_add:
        return "Nobody signs in with this address yet. Ask a site administrator to add them."
    if not (row.get("first_name") and row.get("last_name")):
        return "Nobody signs in with this address yet. Give first_name and last_name, and they are added."
    return ""


def carry_out_enrollments(*, course: Course, plan: Sequence[PlannedEnrollment]) -> int:
    """Do what was planned, and return for how many; rows with a problem are passed over."""
    changes = [one for one in plan if one.is_change]
    with transaction.atomic():
        new = [one for one in changes if one.user is None]
        User.objects.bulk_create(map(_make_user, new), ignore_conflicts=True)  # somebody may have been faster
        added = {user.email: user for user in User.objects.filter(email__in=[one.email for one in new])}
        known = {one.number: one.user or added[one.email] for one in plan if one.number and not one.problem}
        ExternalIdentity.objects.bulk_create(
            [ExternalIdentity(issuer=_LISTS, subject=number, user=user) for number, user in known.items()],
            ignore_conflicts=True,
        )
        enroll_many(course=course, roles=[(one.user or added[one.email], one.role) for one in changes])
    return len(changes)


def _make_user(one: PlannedEnrollment) -> User:
    return User(email=one.email, first_name=one.first_name, last_name=one.last_name, password=make_password(None))
