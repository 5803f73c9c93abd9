"""What can be exported of contacts."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.db.models import QuerySet, prefetch_related_objects

from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.exports.tables import Cell, Params, Row, table
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User

_CHUNK = 500
_OWN = {
    "email": "E-mail", "first_name": "First name", "last_name": "Last name", "organization": "Organization",
    "job_title": "Job title", "phone": "Phone", "city": "City", "country": "Country", "time_zone": "Time zone",
}  # fmt: skip


def _may_market(user: User, params: Params) -> bool:
    return may_market(user)


def _found(params: Params) -> QuerySet[Contact]:
    return list_contacts(text=params.get("text", ""), tag=params.get("tag", ""))


def _with_fields(params: Params) -> Params:
    """Add the custom fields there are now."""
    fields = list(CustomField.objects.order_by("pk").values_list("pk", "label"))
    return {**params, "fields": [pk for pk, _ in fields], "labels": [label for _, label in fields]}


def _columns(params: Params) -> Sequence[str]:
    labels = params.get("labels", ())
    return [*_OWN.values(), "Other addresses", "Tags", "Do not contact", "Source", "Known since", *labels]


@table(
    "contacts",
    columns=_columns,
    may=_may_market,
    count=lambda params: _found(params).count(),
    file_name=lambda params: "contacts",
    settle=_with_fields,
)
def contacts(params: Params, after: int) -> Iterator[Row]:
    """Yield contacts with their tags and custom fields. Four queries more for each few hundred."""
    found = _found(params).order_by("pk").filter(pk__gt=after).iterator(chunk_size=_CHUNK)
    while some := list(islice(found, _CHUNK)):
        prefetch_related_objects(some, "addresses", "tagged__tag", "field_values")
        for one in some:
            yield one.pk, _cells(one, params.get("fields", ()))


def _cells(one: Contact, fields: Sequence[int]) -> list[Cell]:
    values = {value.field_id: value.text for value in one.field_values.all()}
    return [
        *(getattr(one, name) for name in _OWN),
        ", ".join(address.email for address in one.addresses.all() if address.email != one.email),
        ", ".join(sorted(tagged.tag.name for tagged in one.tagged.all())),
        one.get_do_not_contact_reason_display(),
        one.get_source_display(),
        one.created_at,
        *(values.get(pk, "") for pk in fields),
    ]
