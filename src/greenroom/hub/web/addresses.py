"""Addresses that many views lead to."""

from django.urls import reverse


def lesson_url(lesson_id: int, *, anchor: str = "", is_editing: bool = False) -> str:
    """Return the address of a lesson, of something in it, or of its edit mode."""
    query = "?edit=1" if is_editing else ""
    return reverse("lesson", args=[lesson_id]) + query + (f"#{anchor}" if anchor else "")
