"""Parallel jobs: mini-batches of files and of tables, retries, thresholds, results in one file."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.formats.refusal import Refusal

READ = """
import argparse, os
def init():
    global factor
    parser = argparse.ArgumentParser()
    parser.add_argument("--factor", type=float, default=1)
    factor = parser.parse_known_args()[0].factor
def run(mini_batch):
    return [f"{os.path.basename(path)}: {factor * int(open(path).read()):g}" for path in mini_batch]
"""
FLAKY = """
import os
def run(mini_batch):
    out = []
    for path in mini_batch:
        number = int(open(path).read())
        if number % 100 == 7 and not os.path.exists(path + ".tried"):
            open(path + ".tried", "w").close()
            raise ValueError(f"not yet: {number}")
        if number % 100 == 50:
            continue
        out.append(number)
    return out
"""
TABLE = """
import pandas as pd
def run(mini_batch):
    assert isinstance(mini_batch, pd.DataFrame)
    mini_batch["twice"] = mini_batch["n"] * 2
    return mini_batch
"""


def test_every_file_is_in_one_mini_batch_and_its_result_in_the_file(run_script, files):
    text, told = run_script(READ, files(25), arguments="--factor ${{inputs.factor}}", mini_batch_files=4)
    assert sorted(text.splitlines())[24] == "0024.txt: 48"
    assert (told.metrics["parallel/mini_batches"], told.metrics["parallel/succeeded"]) == (7, 25)


def test_a_thousand_files_with_errors_and_retries_all_end(run_script, files):
    text, told = run_script(FLAKY, files(1000), mini_batch_files=10, concurrency=2)
    assert len(text.splitlines()) == 990
    assert (told.metrics["parallel/retries"], told.metrics["parallel/errors"]) == (10, 10)


@pytest.mark.parametrize(
    ("threshold", "words"),
    [({"error_threshold": 0}, "error_threshold is 0"), ({"mini_batch_error_threshold": 0}, "1 mini-batches failed")],
)
def test_more_errors_than_allowed_fail_the_job_and_the_first_is_told(run_script, files, threshold, words):
    with pytest.raises(Refusal) as refused:
        run_script(FLAKY, files(60), mini_batch_files=10, **threshold)
    assert refused.value.code == "mini_batches_failed"
    assert words in refused.value.message
    assert "run() returned 9 results for 10 items" in refused.value.message


def test_a_mini_batch_that_takes_too_long_is_stopped_and_tried_again(run_script, files):
    script = """
import os, time
def run(mini_batch):
    if not os.path.exists(mini_batch[0] + ".tried"):
        open(mini_batch[0] + ".tried", "w").close()
        time.sleep(60)
    return mini_batch
"""
    _text, told = run_script(script, files(2), mini_batch_files=2, timeout_seconds=0.3, max_retries=1)
    assert (told.metrics["parallel/retries"], told.metrics["parallel/succeeded"]) == (1, 2)


def test_a_worker_that_dies_is_begun_anew(run_script, files):
    script = (
        "import os\ndef run(mini_batch):\n    os._exit(3) if '0001' in mini_batch[0] else None\n    return mini_batch\n"
    )
    text, told = run_script(script, files(4), mini_batch_files=1, max_retries=0)
    assert len(text.splitlines()) == 3
    assert told.metrics["parallel/failed"] == 1


def test_a_script_that_does_not_load_fails_at_once_with_its_error(run_script, files):
    with pytest.raises(Refusal) as refused:
        run_script("import nothing_of_that_name\ndef run(b): return b", files(3))
    assert "No module named 'nothing_of_that_name'" in refused.value.message


def test_a_table_comes_as_data_frames_of_about_the_size(run_script, tmp_path):
    (tmp_path / "table").mkdir()
    pl.DataFrame({"n": list(range(1000)), "s": ["a b"] * 1000}).write_parquet(tmp_path / "table" / "data.parquet")
    text, told = run_script(TABLE, tmp_path / "table", form="mltable", mini_batch_bytes=2000)
    assert '5 "a b" 10' in text.splitlines()
    assert len(text.splitlines()) == 1000
    assert told.metrics["parallel/mini_batches"] > 5


def test_partition_keys_make_a_mini_batch_of_equal_values(run_script, tmp_path):
    (tmp_path / "table").mkdir()
    pl.DataFrame({"store": ["b", "a", "b"], "n": [1, 2, 3]}).write_parquet(tmp_path / "table" / "data.parquet")
    script = (
        "def run(mini_batch):\n    return [mini_batch.store.unique()[0] + str(mini_batch.n.sum())] * len(mini_batch)\n"
    )
    text, _told = run_script(script, tmp_path / "table", form="mltable", partition_keys=("store",))
    assert sorted(text.splitlines()) == ["a2", "b4", "b4"]


def test_a_users_mltable_is_read_as_it_says(run_script, tmp_path):
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "one.csv").write_text("n;x\n1;2\n3;4\n")
    described = (
        "paths: [{pattern: ./*.csv}]\ntransformations:\n- read_delimited: {delimiter: ';'}\n- drop_columns: [x]\n"
    )
    (tmp_path / "table" / "MLTable").write_text(described)
    text, _told = run_script(TABLE, tmp_path / "table", form="mltable")
    assert text == "1 2\n3 6\n"


def test_scripts_find_the_entry_script_of_azure(run_script, files, tmp_path):
    script = """
from azureml_user.parallel_run import EntryScript
def init():
    EntryScript().logger.info("begun")
def run(mini_batch):
    return mini_batch
def shutdown():
    print("ended")
"""
    run_script(script, files(2), mini_batch_files=1, concurrency=1)
    log = (tmp_path / "work" / "code" / "logs" / "user" / "process000.txt").read_text()
    assert "begun" in log
    assert log.rstrip().endswith("ended")


def test_files_are_not_partitioned_by_columns(run_script, files):
    with pytest.raises(Refusal) as refused:
        run_script(READ, files(1), partition_keys=("x",))
    assert refused.value.code == "partition_unknown"


def test_a_job_of_which_nothing_succeeds_fails_whatever_is_allowed(run_script, files):
    with pytest.raises(Refusal) as refused:
        run_script("def run(mini_batch):\n    return 1 / 0", files(3), max_retries=0)
    assert "No mini-batch succeeded. The first: mini-batch 0: ZeroDivisionError" in refused.value.message


def test_a_script_that_asks_for_it_is_told_what_its_mini_batch_holds(run_script, tmp_path):
    (tmp_path / "table").mkdir()
    pl.DataFrame({"store": ["b", "a", "b"], "n": [1, 2, 3]}).write_parquet(tmp_path / "table" / "data.parquet")
    script = (
        "def run(part, mini_batch_context):\n"
        "    told = mini_batch_context\n"
        "    return [f\"{told.partition_key_value['store']} {told.minibatch_index}\"] * len(part)\n"
    )
    text, _told = run_script(script, tmp_path / "table", form="mltable", partition_keys=("store",))
    assert sorted(text.splitlines()) == ["a 1", "b 0", "b 0"]
