"""Fetching exports."""

from django.db.models import QuerySet

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.exports.models import Export
from greenroom.hub.exports.tables import get_table
from greenroom.hub.users.models import User


def list_exports(*, user: User) -> QuerySet[Export]:
    """Return what a person has asked for, the latest first."""
    return Export.objects.filter(requested_by=user)


def get_export_for(user: User, pk: int) -> Export:
    """
    Return a person's own export, if they still may have what is in it.

    Raises:
        UnknownObjectError: there is none.
    """
    export = list_exports(user=user).filter(pk=pk).first()
    if export is None or not get_table(export.table).may(user, export.params):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return export
