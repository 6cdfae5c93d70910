"""How regular jobs end: good ends are written now and then, failures at once, and the third in a row is told."""

from __future__ import annotations

import pytest

from mlops.work import outcomes
from mlops.work.models import RegularJob

pytestmark = pytest.mark.django_db


class Job:
    """Fails as long as it is told to."""

    def __init__(self, name: str) -> None:
        self.name, self.fails = name, False
        self.run = outcomes.noted(name, self._work)

    def _work(self) -> None:
        if self.fails:
            raise ValueError("the shelf is gone")

    def fail(self, times: int) -> None:
        self.fails = True
        for _ in range(times):
            with pytest.raises(ValueError, match="shelf"):
                self.run()
        self.fails = False

    @property
    def row(self) -> RegularJob:
        return RegularJob.objects.get(pk=self.name)


@pytest.fixture
def told():
    said: list[tuple[str, str, int]] = []
    bad = lambda name, failures, error: said.append(("failing", name, failures))  # noqa: E731
    well = lambda name, failures, error: said.append(("well", name, failures))  # noqa: E731
    outcomes.FAILING.append(bad)
    outcomes.RECOVERED.append(well)
    yield said
    outcomes.FAILING.remove(bad)
    outcomes.RECOVERED.remove(well)


def test_a_good_end_is_written_with_its_time_at_the_next_writing():
    job = Job("test.tidy")
    job.run()
    assert not RegularJob.objects.filter(pk="test.tidy").exists()
    outcomes.write()
    assert job.row.ended_at is not None
    assert 0 <= job.row.seconds < 5


def test_a_failure_is_a_row_at_once_with_what_it_said():
    job = Job("test.tidy")
    job.fail(1)
    assert (job.row.failures, job.row.error) == (1, "ValueError: the shelf is gone")
    assert job.row.failing_since == job.row.failed_at


def test_the_third_failure_in_a_row_is_told_once(told):
    Job("test.tidy").fail(5)
    assert told == [("failing", "test.tidy", 3)]


def test_a_job_that_is_well_again_is_told_where_the_failure_was(told):
    job = Job("test.tidy")
    job.fail(4)
    job.run()
    assert told[-1] == ("well", "test.tidy", 4)
    assert (job.row.failures, job.row.failing_since) == (0, None)
    assert job.row.failed_at is not None


def test_two_failures_are_forgotten_without_a_word(told):
    job = Job("test.tidy")
    job.fail(2)
    job.run()
    assert told == []
    assert job.row.failures == 0


def test_a_failure_of_another_worker_ends_with_the_next_good_end_here(told):
    job = Job("test.tidy")
    job.fail(3)
    outcomes._bad.clear()  # as in another process
    job.run()
    assert job.row.failures == 3
    outcomes.write()
    assert (job.row.failures, told[-1][0]) == (0, "well")


def test_jobs_that_are_no_more_have_no_row():
    outcomes.expect({"test.old": 5, "test.kept": 60})
    outcomes.expect({"test.kept": 30})
    assert list(RegularJob.objects.values_list("name", "every_seconds")) == [("test.kept", 30)]
