"""“Where to run” of a form, as the fields of a job's file that it gives anew."""

from __future__ import annotations

from collections.abc import Mapping

from mlops.compute.would_fit import Fit, would_fit
from mlops.formats.azureml.lines import Source
from mlops.formats.azureml.placing import PREFIX, read_demand
from mlops.formats.demand import Demand
from mlops.formats.labels import read_labels

FIELDS = ("cpu", "memory", "gpu")


def demand_settings(typed: Mapping[str, str]) -> tuple[str, ...]:
    """As `--set` takes them. Raises Refusal `label_invalid`."""
    pool = _of(typed, "compute")
    return (
        *((f"compute={PREFIX}{pool}",) if pool else ()),
        *(f"resources.{name}={_of(typed, name)}" for name in FIELDS if _of(typed, name)),
        *(f'resources.labels."{name}"="{value}"' for name, value in read_labels(_of(typed, "labels")).items()),
    )


def typed_fit(typed: Mapping[str, str]) -> Fit | None:
    """None where nothing was asked for. Raises Refusal as `read_demand` does."""
    resources = {name: _of(typed, name) for name in FIELDS} | {"labels": read_labels(_of(typed, "labels"))}
    source = Source(name="", value={"resources": resources}, lines={})
    demand: Demand = read_demand(source, (), compute=_of(typed, "compute"), warnings=None)
    return None if demand.is_any else would_fit(demand)


def _of(typed: Mapping[str, str], name: str) -> str:
    return str(typed.get(name, "")).strip()
