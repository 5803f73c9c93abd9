"""Workers that are processes: several at once, stopped, and killed at the worst moments."""

import signal

import pytest

pytestmark = pytest.mark.processes


def test_several_workers_run_each_job_exactly_once(hub):
    hub.run("enqueue", "200", str(hub.traces))
    with (
        hub.started("drain", "3") as one,
        hub.started("drain", "3") as two,
        hub.started("drain", "3") as three,
    ):
        assert [one.wait(), two.wait(), three.wait()] == [0, 0, 0]
    assert hub.list_traces() == sorted(str(word) for word in range(200))
    jobs = hub.report()["jobs"]
    assert len(jobs) == 200
    assert all(job["state"] == "done" and job["attempts"] == 1 for job in jobs)


@pytest.mark.slow  # tests/processes does it at each save, with more at stake
@pytest.mark.parametrize(("moment", "times"), [("jobs.claimed", 1), ("jobs.before_finish", 2)])
def test_a_job_whose_worker_is_killed_is_run_by_another(hub, moment, times):
    hub.run("enqueue", "1", str(hub.traces))
    with hub.started("drain", "1", GREENROOM_KILL_AT=moment) as killed:
        assert killed.wait() == -signal.SIGKILL
    hub.run("drain", "1")
    assert hub.list_traces() == ["0"] * times
    assert hub.report()["jobs"] == [{"state": "done", "attempts": 2, "last_error": "LeaseExpired"}]


def test_a_worker_that_is_asked_to_stop_finishes_what_it_runs(hub):
    hub.run("enqueue_hold", str(hub.traces))
    with hub.started("serve") as worker:
        assert worker.stdout.readline() == "begun\n"
        worker.send_signal(signal.SIGTERM)
        worker.stdin.write("ended\n")
        worker.stdin.flush()
        assert worker.wait() == 0
    report = hub.report()
    assert report == {"jobs": [{"state": "done", "attempts": 1, "last_error": ""}], "workers": 0}
    assert hub.list_traces() == ["ended"]
