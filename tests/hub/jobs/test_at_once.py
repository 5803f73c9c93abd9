"""What somebody waits for is carried out here and now, and by nobody else."""

import pytest

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.jobs import services
from greenroom.hub.jobs.at_once import ask_and_carry_out
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import run_until_idle


@pytest.fixture
def written(task, db):
    """The task, and what it has written."""
    texts: list[str] = []

    @task()
    def write(text: str, more: str = "") -> None:
        assert [] == services.claim(worker="another")
        if not text:
            raise TemporarilyUnavailableError("Not now.")
        texts.append(text + more)

    return write, texts


def ask(write, text: str, **more: str) -> Job:
    return ask_and_carry_out(
        lambda: write.enqueue(text=text, dedupe_key=f"write:{text}"), lambda job: job.dedupe_key or "", **more
    )


def test_it_is_done_when_the_answer_comes(written):
    write, texts = written
    job = ask(write, "a", more="b")
    job.refresh_from_db()
    assert (["ab"], "done", {"text": "a"}) == (texts, job.state, job.args)


def test_what_fails_goes_back_in_line(written, clock):
    write, _ = written
    job = ask(write, "")
    job.refresh_from_db()
    assert ("ready", 1) == (job.state, job.attempts)
    assert 0 == run_until_idle()
    clock.advance(hours=1)
    assert 1 == run_until_idle()


def test_what_a_worker_has_is_left_to_it(written):
    write, texts = written
    write.enqueue(text="a", dedupe_key="write:a")
    services.claim(worker="another")
    ask_and_carry_out(lambda: None, lambda _: "write:a")
    assert [] == texts


def test_what_waits_for_another_try_is_not_tried_before(written, clock):
    write, _ = written
    ask(write, "")
    ask(write, "")
    assert 1 == Job.objects.get().attempts
