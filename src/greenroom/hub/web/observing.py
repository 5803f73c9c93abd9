"""The page on which an observer of a course is given the results of some learners, or of all."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import Verb, get_course_for
from greenroom.hub.courses.models import Enrollment
from greenroom.hub.courses.results import list_learners
from greenroom.hub.courses.services import grant_results
from greenroom.hub.web.doors import NOTHING, SignedInRequest, signed_in


class ObservingForm(forms.Form):
    """Whose results an observer sees."""

    everybody = forms.BooleanField(
        required=False,
        label="All learners",
        help_text="Whoever comes later too. Then it does not matter who is chosen below.",
    )
    learners = forms.TypedMultipleChoiceField(
        required=False, coerce=int, label="These learners", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, observer: Enrollment, data: QueryDict | None) -> None:
        """Offer the learners of the course, and choose those that are granted now."""
        granted = list(observer.grants.values_list("learner", flat=True))
        super().__init__(data, initial={"everybody": None in granted, "learners": granted})
        self.fields["learners"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.user.get_full_name()}, {one.user.email}") for one in list_learners(course=observer.course)
        ]


@signed_in
@require_http_methods(["GET", "POST"])
def observing_page(request: SignedInRequest, slug: str, user_id: int) -> HttpResponse:
    """Choose whose results an observer sees."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    observers = course.enrollments.filter(role=Enrollment.Role.OBSERVER).select_related("user", "course")
    observer = observers.filter(user=user_id).first()
    if observer is None:
        raise UnknownObjectError(NOTHING)
    form = ObservingForm(observer, request.POST if request.method == "POST" else None)
    if form.is_valid():
        grant_results(observer=observer, **form.cleaned_data, actor=request.user)
        messages.success(request, f"Saved whose results {observer.user} sees.")
        return redirect("course_people", slug=slug)
    context = {"course": course, "observer": observer, "form": form}
    return render(request, "courses/observing.html", context, status=422 if form.errors else 200)
