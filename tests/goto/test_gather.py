"""Many operations, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from greenroom.goto import AsyncGoTo, Operation, ResourceNotFoundError, training


class Crowd(httpx2.AsyncBaseTransport):
    """Answers each training with its key, the later the smaller, and counts who is inside."""

    def __init__(self, missing: str = "") -> None:
        self.inside = self.most = self.calls = self.given_up = 0
        self._missing = missing

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        key = request.url.path.rpartition("/")[2]
        self.calls += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            for _ in range(30 - int(key) % 30):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.inside -= 1
        if key == self._missing:
            return httpx2.Response(404)
        return httpx2.Response(200, json={"trainingKey": key})


def gather(crowd: Crowd, operations: Any, **options: Any) -> list[training.Training]:
    async def run() -> list[training.Training]:
        async with AsyncGoTo("t", transport=crowd) as goto:
            return await goto.gather(operations, **options)

    return asyncio.run(run())


def trainings(count: int) -> Iterator[Operation[training.Training]]:
    return (training.get_training("1", str(key)) for key in range(1, count + 1))


def test_values_come_in_order_a_few_at_a_time() -> None:
    crowd = Crowd()

    found = gather(crowd, trainings(40), limit=5)

    assert [one.training_key for one in found] == [str(key) for key in range(1, 41)]
    assert (crowd.most, crowd.calls) == (5, 40)


def test_nothing_to_send_is_an_empty_list() -> None:
    assert gather(Crowd(), []) == []


def test_the_first_error_ends_it_all() -> None:
    crowd = Crowd(missing="7")

    with pytest.raises(ResourceNotFoundError):
        gather(crowd, trainings(1000), limit=4)
    assert crowd.calls < 20
    assert crowd.inside == 0


def test_operations_are_taken_when_there_is_room() -> None:
    taken: list[int] = []

    def watched() -> Iterator[Operation[training.Training]]:
        for number, operation in enumerate(trainings(50)):
            taken.append(number)
            yield operation

    with pytest.raises(ResourceNotFoundError):
        gather(Crowd(missing="3"), watched(), limit=2)
    assert len(taken) < 10


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        gather(Crowd(), [], limit=0)
