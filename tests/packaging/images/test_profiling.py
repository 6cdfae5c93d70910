"""A profile of a model's image in a real engine."""

from __future__ import annotations

from typing import Any

import pytest

from mlops.formats.profiling import GIBIBYTE, ProfileOrder
from mlops.formats.refusal import Refusal
from mlops.packaging.images.progress import Progress
from mlops.packaging.profiling.bodies import example
from mlops.packaging.profiling.containers import LABEL, started_container
from mlops.packaging.profiling.sweep import Sweep
from tests.packaging.images.orders import built
from tests.scoring.folders import PRICE, ROW


@pytest.fixture
def reference(folder, layers, docked):
    image = built(folder, layers, model="profiled:1")
    yield docked.load(image, store=layers, progress=Progress())
    docked.remove(image.reference)


def test_an_image_is_measured_within_its_quota_and_no_container_stays(reference, engine, engine_url, tmp_path):
    order = ProfileOrder(
        cores=(0.5,),
        memory_bytes=(GIBIBYTE,),
        concurrency=(8,),
        point_seconds=1.0,
        p99_target_ms=60_000,
        place="docker",
    )

    def start(cores: float, memory: int) -> Any:
        log = tmp_path / "server.log"
        return started_container(reference, engine=engine_url, cores=cores, memory_bytes=memory, log=log)

    requests = example({"data": [ROW]}, signature=PRICE)
    report = Sweep(order, requests, start=start, tell=lambda progress: None).run()
    (one,) = report.served
    closed = one.points[0]
    assert closed.success_rate == 1
    assert closed.cpu_cores < 0.8
    assert closed.cpu_waiting > 0
    assert 20e6 < one.rss_bytes < GIBIBYTE
    assert report.recommendation.memory_bytes >= 128 * 1024**2
    assert not engine.containers.list(all=True, filters={"label": LABEL})


def test_a_container_that_does_not_start_says_why(reference, engine_url, tmp_path):
    with (
        pytest.raises(Refusal, match=r"ended|memory"),
        started_container(reference, engine=engine_url, cores=1, memory_bytes=8 * 1024**2, log=tmp_path / "server.log"),
    ):
        pass
