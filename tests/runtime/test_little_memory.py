"""Steps on tables that are larger than what they may take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl

from mlops.blocks.catalogue import component
from mlops.formats.kept import DATA_FILE
from mlops.formats.step import Limits, StepOrder
from tests.runtime.conftest import ended

ROWS, TEXT_BYTES, ALLOWED = 600_000, 350, 300 * 2**20
RESERVED = """
import mmap, sys
from mlops.confinement import room
room.allow(200 * 2**20)
before, held = room.room_bytes(), mmap.mmap(-1, 150 * 2**20, flags=mmap.MAP_PRIVATE)
assert abs(room.room_bytes() - before) < 5 * 2**20
more = mmap.mmap(-1, 150 * 2**20, flags=mmap.MAP_PRIVATE)
try:
    bytearray(300 * 2**20)
except MemoryError:
    print("refused")
"""


def test_a_few_rows_of_long_texts_are_drawn_of_many(runner, tmp_path):
    """Rows that were chosen of a piece keep all texts of it, unless they are made anew."""
    codes = np.random.default_rng(1).integers(0, 2**62, ROWS)
    texts = pl.Series("text", codes).cast(pl.String) + "·" * (TEXT_BYTES // 2)
    (tmp_path / "in").mkdir()
    texts.to_frame().write_parquet(tmp_path / "in" / DATA_FILE, row_group_size=100_000)
    (tmp_path / "work").mkdir()
    known = component("partition_and_sample")
    order = StepOrder(
        run="r",
        node="sample",
        component=known.name,
        version=known.version,
        title="Sample",
        parameters={"rate_of_sampling": 0.001},
        inputs={"dataset": str(tmp_path / "in")},
        outputs={"o_dataset": str(tmp_path / "out")},
        work_dir=str(tmp_path / "work"),
        limits=Limits(memory_bytes=ALLOWED),
    )
    report = ended(runner.start(order), 120)
    assert report.error is None
    assert pl.read_parquet(tmp_path / "out" / DATA_FILE).height == ROWS // 1000


def test_what_a_library_has_only_reserved_takes_no_room(tmp_path):
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", RESERVED], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "refused"), done.stderr


def test_pages_of_a_mapped_file_are_no_memory_of_the_step(runner, script):
    made = "import numpy, time; open('large', 'wb').truncate(200 * 2**20)"
    looked_at = "held = numpy.memmap('large', mode='r'); held[::4096].sum(); time.sleep(4)"
    step = runner.start(script(made, looked_at, "return dataframe1,", limits=Limits(memory_bytes=2**30)))
    report = ended(step, 60)
    assert report.error is None
    assert 0 < report.peak_memory_bytes < 200 * 2**20
