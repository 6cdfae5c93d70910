"""`mlops monitor` against a real server."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mlops.monitoring.looking import look_while_there_are
from mlops.monitoring.models import Backfill, Look, Monitor
from mlops.monitoring.ticking import tick
from tests.client.conftest import Mlops
from tests.execution.conftest import dataset_version

pytestmark = pytest.mark.django_db(transaction=True)
YAML = """name: cars
trigger: {type: recurrence, frequency: day, interval: 1}
create_monitor:
  dataset: Cars
  axis: "@rows"
  rows_per_window: 100
  baseline: {kind: dataset, dataset: "Cars:1"}
  monitoring_signals:
    drift:
      type: data_drift
      metric_thresholds:
        numerical: {normalized_wasserstein_distance: 0.5}
"""


@pytest.fixture
def file(project, tmp_path, signed_in: Mlops) -> str:
    prices = [float(n % 17) for n in range(100)] + [50.0 + n % 17 for n in range(100)]
    dataset_version(project, pl.DataFrame({"price": prices}), tmp_path)
    path = Path(tmp_path / "monitor.yml")
    path.write_text(YAML)
    return str(path)


@pytest.fixture
def made(file: str, signed_in: Mlops) -> Mlops:
    said = signed_in("monitor", "create", "-f", file)
    assert said.status == 0, said.errors
    return signed_in


def test_a_monitor_is_made_listed_and_shown(made: Mlops) -> None:
    (row,) = made("monitor", "list", "-o", "json").value
    assert (row["name"], row["dataset"], row["state"]) == ("cars", "Cars", "waiting")
    shown = made("monitor", "show", "-n", "cars", "-o", "json").value
    assert shown["settings"]["target"]["rows_per_window"] == 100


def test_a_schedule_file_may_be_a_monitor(file: str, signed_in: Mlops) -> None:
    assert signed_in("schedule", "create", "-f", file).status == 0
    assert Monitor.objects.get().name == "cars"


def test_looks_are_asked_for_and_read(made: Mlops) -> None:
    assert made("monitor", "run", "-n", "cars").status == 0
    look_while_there_are()
    rows = made("monitor", "looks", "-n", "cars", "-o", "json").value
    assert [one["state"] for one in rows] == ["completed", "completed"]
    look = made("monitor", "look", "-n", "cars", "--number", "2", "-o", "json").value
    assert look["found"]["signals"][0]["state"] == "alarm"


def test_the_past_is_looked_at(made: Mlops) -> None:
    said = made("monitor", "backfill", "-n", "cars", "--start", "2020-01-01", "-o", "json")
    assert said.status == 0, said.errors
    tick()
    assert Look.objects.filter(cause="backfill").count() == 2


def test_the_past_is_counted_begun_and_stopped(made: Mlops) -> None:
    asked = ("backfill", "-n", "cars", "--start", "1900-01-01", "-o", "json")
    assert made("monitor", *asked, "--dry-run").value["windows"] == 1
    assert not Backfill.objects.exists()
    assert "cancel-backfill -n cars --number 1" in made("monitor", *asked).errors
    assert made("monitor", "cancel-backfill", "-n", "cars", "-o", "json").value["state"] == "cancelled"
    assert "is running" in made("monitor", "cancel-backfill", "-n", "cars").errors


def test_it_is_disabled_enabled_and_deleted(made: Mlops) -> None:
    assert made("monitor", "disable", "-n", "cars", "-o", "json").value["state"] == "disabled"
    assert made("monitor", "enable", "-n", "cars", "-o", "json").value["state"] == "waiting"
    assert made("monitor", "delete", "-n", "cars", "--yes").status == 0
    assert not Monitor.objects.exists()


def test_it_is_changed_by_its_file(made: Mlops, file: str) -> None:
    Path(file).write_text(YAML.replace("0.5", "0.9"))
    assert made("monitor", "update", "-f", file).status == 0
    assert Monitor.objects.get().wanted.signals[0].numerical == {"normalized_wasserstein_distance": 0.9}


def test_its_yaml_makes_the_same_monitor(made: Mlops, tmp_path: Path) -> None:
    before = Monitor.objects.get().settings
    copy = tmp_path / "copy.yml"
    copy.write_text(made("monitor", "export", "-n", "cars").out)
    assert made("monitor", "create", "-f", str(copy), "-n", "copy").status == 0
    assert Monitor.objects.get(name="copy").settings == before


def test_a_wrong_file_is_refused_with_the_line(file: str, signed_in: Mlops) -> None:
    Path(file).write_text(YAML.replace("type: data_drift", "type: drift"))
    said = signed_in("monitor", "create", "-f", file)
    assert said.status == 3
    assert "line 10" in said.errors
