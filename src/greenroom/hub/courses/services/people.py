"""Telling people what courses keep of them, and forgetting whom it was about."""

from typing import Any

from greenroom.hub.contacts.keepers import DataSubject, forgets, tells
from greenroom.hub.core import clock
from greenroom.hub.courses.models import Certificate, CertificateChange, Completion, CourseCompletion, Enrollment, Mark


@tells("courses")
def tell_learning(person: DataSubject) -> Any:
    """Tell in which courses somebody is and how they stand there."""
    if person.account is None:
        return {}
    enrollments = Enrollment.objects.filter(user=person.account).order_by("pk")
    results = Completion.objects.filter(user=person.account).order_by("pk")
    marks = Mark.objects.filter(user=person.account).order_by("pk")
    completed = CourseCompletion.objects.filter(user=person.account).order_by("pk")
    certificates = Certificate.objects.filter(user=person.account)
    changes = CertificateChange.objects.filter(certificate__user=person.account)
    return {
        "enrollments": list(enrollments.values("course__title", "role", "enrolled_at")),
        "results": list(results.values("item__title", "item__section__lesson__course__title", "status")),
        "marks": list(marks.values("item__title", "status", "reason", "marked_at")),
        "completed": list(completed.values("course__title", "completed_at")),
        "certificates": list(certificates.values("code", "person_name", "course_title", "completed_on")),
        "certificate_changes": list(changes.values("certificate__code", "is_revoked", "reason", "changed_at")),
    }


@forgets
def forget_learner(person: DataSubject) -> None:
    """Take somebody out of all courses; their results stay, their certificates count no more and name nobody."""
    if person.account:
        Enrollment.objects.filter(user=person.account).delete()
        certificates = Certificate.objects.filter(user=person.account)
        certificates.filter(revoked_at=None).update(revoked_at=clock.now())
        certificates.update(person_name="")
