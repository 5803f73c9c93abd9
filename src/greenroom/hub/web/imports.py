"""Pages of files of contacts: bringing one, saying where its columns go, checking it, taking it in."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.contacts.csv_files import ENCODINGS
from greenroom.hub.contacts.models import Import, Purpose
from greenroom.hub.contacts.selectors import list_fields, list_imports, list_purposes, list_samples
from greenroom.hub.contacts.services import check_import, open_import, run_import, split_tags
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.segments.words import FIELDS
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of

_COLUMN = "column_"
_SAMPLE = 80


class FileForm(forms.Form):
    """A file of contacts."""

    use_required_attribute = False

    file = forms.FileField(label="CSV file", help_text="The first line names the columns.")
    encoding = forms.ChoiceField(
        required=False, choices=[("", "Find out"), *ENCODINGS.items()], help_text="Change it when letters look wrong."
    )


class MappingForm(forms.Form):
    """Where the columns of a file go, and what holds for everybody in it."""

    use_required_attribute = False

    tags = forms.CharField(
        label="Tags for everybody", required=False, max_length=600, help_text="Separate with commas."
    )
    purpose = forms.ModelChoiceField(
        label="Everybody agreed to",
        required=False,
        queryset=Purpose.objects.none(),
        empty_label="Nothing: service messages only",
    )
    evidence = forms.CharField(
        label="How they agreed",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as: a box they ticked at our stand in May, with these words.",
    )
    overwrites = forms.BooleanField(
        label="Change what is known already", required=False, help_text="Otherwise only what is empty is filled."
    )

    def __init__(self, data: Any, *, source: Import) -> None:
        """Ask of each column where it goes."""
        initial = {f"{_COLUMN}{number}": target for number, target in enumerate(source.mapping)}
        initial |= {
            "tags": ", ".join(source.tags), "purpose": source.purpose, "evidence": source.evidence,
            "overwrites": source.overwrites,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self.fields["purpose"].queryset = list_purposes()  # type: ignore[attr-defined]
        own = [(name, words.capitalize()) for name, words in FIELDS.items() if name != "source"]
        customs = [(one.target, one.label) for one in list_fields()]
        targets = [("", "Leave out"), *own, ("tags", "Tags"), *customs]
        columns = {
            f"{_COLUMN}{number}": forms.ChoiceField(
                label=name or f"Column {number + 1}",
                required=False,
                choices=targets,
                help_text=f"Such as: {Truncator(sample).chars(_SAMPLE)}" if sample else "Empty in the first rows.",
            )
            for number, (name, sample) in enumerate(zip(source.columns, list_samples(source=source), strict=True))
        }
        self.fields = columns | self.fields

    def get_given(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = self.cleaned_data
        return {
            "mapping": [value for name, value in given.items() if name.startswith(_COLUMN)],
            "tags": split_tags(given["tags"]),
            "purpose": given["purpose"],
            "evidence": given["evidence"],
            "overwrites": given["overwrites"],
        }


@marketers_only
@require_http_methods(["GET", "POST"])
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show the files that were brought, and take another."""
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            source = open_import(
                file=file.file, name=file.name, encoding=form.cleaned_data["encoding"], actor=request.user
            )
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("contact_import", pk=source.pk)
    context = {"page": page_of(request, list_imports()), "form": form}
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def import_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far a file is; before it is taken in, ask where its columns go and have it checked."""
    source = get_object_or_404(Import, pk=pk)
    form = MappingForm(request.POST or None, source=source)
    if form.is_bound and form.is_valid():
        try:
            check_import(source=source, **form.get_given())
        except InvalidInputError as error:
            add_errors(form, error)
        except StateConflictError as error:
            messages.error(request, str(error))
            return redirect("contact_import", pk=pk)
        else:
            return redirect("contact_import", pk=pk)
    page = page_of(request, source.bad_rows.all())
    context = {
        "source": source,
        "form": form,
        "page": page,
        "bad_rows": [(one.line, one.reason, json.loads(one.cells)) for one in page],
        "is_under_way": source.state in (Import.State.CHECKING, Import.State.RUNNING),
        "is_open": source.state in (Import.State.NEW, Import.State.CHECKED),
    }
    return render(request, "imports/import.html", context, status=422 if form.errors else 200)


@marketers_only
@require_POST
def run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a file that was checked taken in."""
    source = get_object_or_404(Import, pk=pk)
    try:
        run_import(source=source)
    except StateConflictError as error:
        messages.error(request, str(error))
    return redirect("contact_import", pk=pk)
