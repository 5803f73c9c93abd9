"""Which courses, forms and campaigns may use a GoTo account."""

from collections.abc import Collection, Mapping

from django.db import transaction

from greenroom.hub.connections.models import Connection, ConnectionUse


def set_uses(*, connection: Connection, is_open_to_all: bool, uses: Mapping[str, Collection[int]]) -> None:
    """
    Open a connection to everything, or to chosen courses, forms or campaigns; what uses it already goes on doing so.

    Args:
        uses: the numbers of those chosen, by `ConnectionUse.UsedBy`; the leave of other kinds stays as it is. They are
            kept while the connection is open to all.
    """
    with transaction.atomic():
        # One after the other: of two that choose at the same moment the later one counts, whole.
        Connection.objects.select_for_update().get(pk=connection.pk)
        Connection.objects.filter(pk=connection.pk).update(is_open_to_all=is_open_to_all)
        for used_by, object_ids in uses.items():
            connection.uses.filter(used_by=used_by).exclude(object_id__in=object_ids).delete()
            chosen = [ConnectionUse(connection=connection, used_by=used_by, object_id=number) for number in object_ids]
            ConnectionUse.objects.bulk_create(chosen, ignore_conflicts=True)
