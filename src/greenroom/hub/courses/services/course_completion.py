"""Who has completed a course: enough of its required items, in time. A constant number of statements."""

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.courses.course_rule import DONE_IN_TIME, count_needed, list_required_items, policy_of
from greenroom.hub.courses.models import (
    Completion,
    Course,
    CourseCompletion,
    CoursePolicy,
    Enrollment,
)
from greenroom.hub.courses.services.certificates import issue_certificates, withdraw_certificates
from greenroom.hub.ledger.services import append_select


def set_policy(
    *, course: Course, percent: int, complete_by: datetime | None, gives_certificate: bool, credits: str = ""
) -> None:
    """
    Set how much of a course must be done, by when, and whether there is a certificate and what it is worth.

    Who completes the course by it is written down at once. What somebody has completed already stays.
    """
    with transaction.atomic():
        CoursePolicy.objects.update_or_create(
            course=course,
            defaults={
                "percent": percent,
                "complete_by": complete_by,
                "gives_certificate": gives_certificate,
                "credits": credits,
            },
        )
        settle_course(course=course)


def settle_course(*, course: Course, lost: Collection[int] = ()) -> None:
    """
    Write down who has completed a course now, issue what they get for it, and take back what no longer holds.

    Completed stays completed when the course changes; only those in `lost`, who lost a completion that it may rest
    on, are looked at again. Nobody completes a course before it is published: it may still grow.
    """
    policy, now = policy_of(course), clock.now()
    required = list_required_items(courses=[course])
    total = required.count() if course.is_shown(now) else 0
    learners = Enrollment.objects.filter(course=course, role=Enrollment.Role.LEARNER).values("user")
    counts = (
        Completion.objects.filter(item__in=required, user__in=learners)
        .values_list("user_id")
        .annotate(
            done=Count("pk", filter=DONE_IN_TIME),
            excused=Count("pk", filter=Q(status=Completion.Status.EXCUSED)),
            last=Max("completed_at", filter=DONE_IN_TIME),
        )
    )
    completed = {
        user_id: last or now
        for user_id, done, excused, last in counts
        if excused < total and done >= count_needed(percent=policy.percent, required=total, excused=excused)
    }
    known = set(CourseCompletion.objects.filter(course=course).values_list("user_id", flat=True))
    gone = (known & set(lost)) - completed.keys()
    CourseCompletion.objects.filter(course=course, user__in=gone).delete()
    withdraw_certificates(course=course, users=gone)
    fresh = [(course.pk, user_id, at) for user_id, at in completed.items() if user_id not in known]
    upsert(CourseCompletion, ("course_id", "user_id", "completed_at"), fresh, key=("course_id", "user_id"))
    if fresh:
        _tell_course_completed(course, now)
    if policy.gives_certificate:
        issue_certificates(course=course)


def _tell_course_completed(course: Course, now: datetime) -> None:
    """Append who has completed a course; each once, whatever is corrected."""
    append_select(
        ("kind", "happened_at", "dedupe_key", "user_id", "email", "data"),
        """
        SELECT 'course_completed', %s, 'course_completed:' || course_id || ':' || user_id, user_id, email, %s
        FROM courses_coursecompletion JOIN users_user ON users_user.id = user_id
        WHERE course_id = %s
        ORDER BY user_id
        """,
        [now, json.dumps({"course_id": course.pk}), course.pk],
    )
