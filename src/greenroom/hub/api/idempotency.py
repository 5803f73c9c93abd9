"""
Repeated calls with one Idempotency-Key: carried out once, answered alike.

Source: draft-ietf-httpapi-idempotency-key-header. Where the draft lets a second call that comes while the first is
being carried out fail, ours waits a while for the answer, so that callers that retry too soon get it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.http import HttpResponse

from greenroom.hub.api.models import IdempotentAnswer
from greenroom.hub.api.problems import RefusedCallError
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached

KEPT_FOR = timedelta(days=1)
# Longer than a call takes: after this its process is taken for dead.
_HELD_FOR = timedelta(seconds=60)
_PATIENCE = 10.0  # seconds to wait for the first call's answer
_GLANCE = 0.05
_LONGEST_KEY = 255


def answer_once(
    *, owner: str, operation_id: str, key: str, content: bytes, carry_out: Callable[[], HttpResponse]
) -> HttpResponse:
    """
    Return the answer to a call that carries a key: the one from before if there is one, else that of `carry_out`.

    An answer that says "try again" is not kept.

    Raises:
        RefusedCallError: 400 for a key that is none, 409 while the first call is under way, 422 for another call's key.
    """
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise RefusedCallError(400, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable characters.")
    digest = hashlib.sha256(content).hexdigest()
    for _ in _glances():
        row, is_ours = _take(owner, operation_id, key, digest)
        if row.request_digest != digest:
            raise RefusedCallError(
                422, "idempotency_key_reused", "This Idempotency-Key was used for another call. Use a new one."
            )
        if is_ours:
            return _carry_out(row, carry_out)
        if row.status is not None:
            return _repeat(row)
    raise RefusedCallError(
        409,
        "in_progress",
        "The first call with this Idempotency-Key is still being carried out. Ask again in a moment.",
        {"Retry-After": "2"},
    )


def _glances() -> Iterator[None]:
    deadline = time.monotonic() + _PATIENCE
    yield
    while time.monotonic() < deadline:
        time.sleep(_GLANCE)
        yield


def _take(owner: str, operation_id: str, key: str, digest: str) -> tuple[IdempotentAnswer, bool]:
    """Return the row of a key, and whether the call is ours to carry out."""
    now = clock.now()
    row, is_new = IdempotentAnswer.objects.get_or_create(
        owner=owner,
        operation_id=operation_id,
        key=key,
        defaults={"request_digest": digest, "began_at": now, "held_until": now + _HELD_FOR},
    )
    if is_new:
        return row, True
    is_over = row.began_at <= now - KEPT_FOR
    is_dead = row.status is None and row.held_until <= now
    if is_over or is_dead:
        as_it_was = IdempotentAnswer.objects.filter(pk=row.pk, held_until=row.held_until)
        row.request_digest = digest if is_over else row.request_digest
        row.status, row.held_until = None, now + _HELD_FOR
        row.began_at = now if is_over else row.began_at
        if row.request_digest == digest and as_it_was.update(
            request_digest=digest, status=None, held_until=row.held_until, began_at=row.began_at
        ):
            return row, True
    return row, False


def _carry_out(row: IdempotentAnswer, carry_out: Callable[[], HttpResponse]) -> HttpResponse:
    kept = IdempotentAnswer.objects.filter(pk=row.pk, held_until=row.held_until)
    try:
        answer = carry_out()
    except BaseException:
        kept.delete()
        raise
    reached("api.carried_out")
    if answer.status_code == 429 or answer.status_code >= 500:
        kept.delete()
    else:
        headers = json.dumps(dict(answer.items()))
        kept.update(status=answer.status_code, headers=headers, content=answer.content.decode())
    return answer


def _repeat(row: IdempotentAnswer) -> HttpResponse:
    headers = json.loads(row.headers) | {"Idempotency-Replayed": "true"}
    return HttpResponse(row.content, status=row.status, headers=headers)


def purge_answers() -> int:
    """Forget answers that are older than a day, and return how many."""
    return IdempotentAnswer.objects.filter(began_at__lt=clock.now() - KEPT_FOR).delete()[0]
