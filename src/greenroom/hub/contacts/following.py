"""Telling other parts that contacts have changed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from django.db import connection, transaction
from django.db.models import Model

from greenroom.hub.contacts.models import Contact, TouchedContact
from greenroom.hub.jobs.registry import Task

_followers: list[Task] = []
_settling: list[Callable[[Contact, Contact], Sequence[Model]]] = []
_telling: list[Callable[[Contact], AbstractContextManager[None]]] = []


def follower(task: Task) -> Task:
    """Have a task run soon after contacts have changed; which they were stands in `TouchedContact`."""
    _followers.append(task)
    return task


def before_merge(
    settle: Callable[[Contact, Contact], Sequence[Model]],
) -> Callable[[Contact, Contact], Sequence[Model]]:
    """
    Have a function settle what both contacts have, before the second becomes one with the first.

    It returns the rows that it has deleted: they come back when the merge is undone.
    """
    _settling.append(settle)
    return settle


def settle_before_merge(kept: Contact, other: Contact) -> list[Model]:
    """Call what other parts have registered, in the transaction of the merge, and return what they have deleted."""
    return [row for settle in _settling for row in settle(kept, other)]


def around_merge(
    tell: Callable[[Contact], AbstractContextManager[None]],
) -> Callable[[Contact], AbstractContextManager[None]]:
    """Have a context stand around each merge and each undoing, to tell what changes for the contact that is kept."""
    _telling.append(tell)
    return tell


@contextmanager
def told_of_merge(kept: Contact) -> Iterator[None]:
    """Enter what other parts have registered, in the transaction of a merge or of its undoing."""
    with ExitStack() as stack:
        for tell in _telling:
            stack.enter_context(tell(kept))
        yield


def touch(contacts: Sequence[int]) -> None:
    """Note that these contacts have changed, in the caller's transaction. One statement for a thousand of them."""
    rows = [TouchedContact(contact_id=pk) for pk in contacts]
    TouchedContact.objects.bulk_create(rows, ignore_conflicts=True)
    wake_followers()


def wake_followers() -> None:
    """
    Have the followers run once this transaction is committed.

    Not within it: writers would wait for each other at the key of the job. Should the process die in between, the
    rows are still there when the next one changes somebody.
    """
    for task in _followers:
        transaction.on_commit(partial(task.enqueue, dedupe_key=task.name))


def take_touched(limit: int) -> list[int]:
    """Take so many contacts out of those that have changed, in the caller's transaction; nobody else gets them."""
    rows = TouchedContact.objects.order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True)
    taken = list(rows.values_list("pk", flat=True)[:limit])
    TouchedContact.objects.filter(pk__in=taken).delete()
    return taken
