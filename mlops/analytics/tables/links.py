"""Which rows of one table belong to a row of another: what `$expand` follows."""

from __future__ import annotations

import msgspec


class Link(msgspec.Struct, frozen=True):
    """Rows of `to` whose column `by` holds the id of a row of `table`; `one`: the way back, called so."""

    table: str
    name: str
    to: str
    by: str
    one: str


LINKS = (
    Link("Runs", "Metrics", "RunMetrics", "run_id", "Run"),
    Link("Runs", "Parameters", "RunParameters", "run_id", "Run"),
    Link("Models", "Versions", "ModelVersions", "model_id", "Model"),
    Link("Datasets", "Versions", "DatasetVersions", "dataset_id", "Dataset"),
    Link("Monitors", "Looks", "MonitorLooks", "monitor_id", "Monitor"),
    Link("MonitorLooks", "Results", "MonitorResults", "look_id", "Look"),
    Link("Monitors", "Alarms", "Alarms", "monitor_id", "Monitor"),
)


def links_of(table: str) -> dict[str, Link]:
    return {link.name: link for link in LINKS if link.table == table}
