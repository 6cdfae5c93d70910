"""Light steps that share a process, and all others, which never do."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import msgspec
import polars as pl
import pytest

from mlops.formats.refusal import Refusal
from mlops.formats.step import Limits, StepOrder
from mlops.runtime.light import MOST_INPUT_BYTES, is_light
from mlops.runtime.runner import Runner
from tests.runtime.conftest import ended, said


@pytest.fixture
def fresh():
    runner = Runner()
    yield runner
    runner.stop()


@pytest.fixture
def light(tmp_path):
    """Orders a Select Columns on a table of four rows, each with a folder of its own."""
    (tmp_path / "table").mkdir()
    pl.DataFrame({"a": [1, 2, 3, 4]}).write_parquet(tmp_path / "table" / "data.parquet")
    count = iter(range(100))

    def order(**changes) -> StepOrder:
        work = tmp_path / f"light{next(count)}"
        work.mkdir()
        every = StepOrder(
            run="r", node="n", component="select_columns_in_dataset", version="1", title="Select",
            parameters={"select_columns": {"mode": "rules", "begin_with": "all"}},
            inputs={"dataset": str(tmp_path / "table")}, outputs={"results_dataset": str(work / "out")},
            work_dir=str(work), limits=Limits(),
        )  # fmt: skip
        return msgspec.structs.replace(every, **changes)

    return order


def test_light_steps_share_a_process_one_after_the_other(fresh, light):
    first, second = fresh.start(light()), None
    assert ended(first).state == "completed"
    shutil.rmtree(first.order.work_dir)
    second = fresh.start(light())
    report = ended(second)
    assert (report.state, second.pid) == ("completed", first.pid)
    assert said(second) == ["Keeping 1 of 1 columns."]
    assert 0 < report.cpu_seconds < 5
    assert pl.read_parquet(Path(second.order.outputs["results_dataset"], "data.parquet"))["a"].to_list() == [1, 2, 3, 4]


def test_light_steps_side_by_side_have_a_process_each(fresh, light):
    steps = [fresh.start(light()) for _ in range(4)]
    assert [ended(step).state for step in steps] == ["completed"] * 4
    assert len({step.pid for step in steps}) > 1


def test_a_script_has_a_process_that_nobody_used_before(fresh, light, script):
    first = fresh.start(light())
    ended(first)
    own = fresh.start(script("return dataframe1,"))
    assert ended(own).state == "completed"
    after = fresh.start(light())
    ended(after)
    assert own.pid not in (first.pid, after.pid)


def test_a_process_whose_step_failed_is_not_used_again(fresh, light):
    first = fresh.start(light(parameters={"select_columns": {"mode": "names", "names": ["b"]}}))
    assert ended(first).state == "failed"
    second = fresh.start(light())
    assert ended(second).state == "completed"
    assert second.pid != first.pid


def test_a_spare_process_that_is_killed_is_replaced(fresh, light):
    first = fresh.start(light())
    ended(first)
    os.kill(first.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert ended(fresh.start(light())).state == "completed"


def test_killing_a_step_that_has_ended_leaves_the_next_one_in_its_process_alone(fresh, light):
    first = fresh.start(light())
    while not Path(first.order.work_dir, "report.json").exists():
        time.sleep(0.01)
    time.sleep(0.1)
    second = fresh.start(light())
    first.kill()
    assert ended(second).state == "completed"


def test_only_small_tables_through_code_of_the_product_are_light(light, script, tmp_path):
    assert is_light(light())
    assert not is_light(script("return dataframe1,"))
    assert not is_light(light(environment="/somewhere"))
    assert not is_light(light(component="apply_sql_transformation"))
    assert not is_light(light(component="apply_transformation"))
    (tmp_path / "table" / "more").write_bytes(b"0" * MOST_INPUT_BYTES)
    assert not is_light(light())


def test_steps_that_come_together_are_carried_out_in_one_process(fresh, light):
    orders = [light() for _ in range(3)]
    running = fresh.start_together(orders)
    assert running.wait(60)
    found = running.end()
    assert [one.report.state for one in found] == ["completed"] * 3
    assert [[line.text for line in one.news if line.kind == "log"] for one in found] == [
        ["Keeping 1 of 1 columns."]
    ] * 3


def test_what_comes_after_one_that_failed_is_not_begun(fresh, light):
    orders = [light(), light(parameters={"select_columns": {"mode": "names", "names": ["b"]}}), light()]
    running = fresh.start_together(orders)
    assert running.wait(60)
    assert [(one.was_begun, one.report and one.report.state) for one in running.end()] == [
        (True, "completed"), (True, "failed"), (False, None),
    ]  # fmt: skip


def test_scripts_never_come_together(fresh, light, script):
    with pytest.raises(Refusal, match="only light steps come together"):
        fresh.start_together([light(), script("return dataframe1,")])
