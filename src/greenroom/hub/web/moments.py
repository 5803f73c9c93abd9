"""Asking people for a moment."""

from django import forms


class MomentInput(forms.DateTimeInput):
    """Day and time, on the clock of the person's own zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        """Write what was given as browsers want it."""
        super().__init__(format="%Y-%m-%dT%H:%M")
