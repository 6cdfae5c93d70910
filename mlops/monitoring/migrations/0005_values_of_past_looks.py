"""Looks that ended before their values were rows get them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from django.db import migrations

LOOKS_AT_ONCE = 200


def fill(apps: Any, schema_editor: Any) -> None:
    looks, values = apps.get_model("monitoring", "Look"), apps.get_model("monitoring", "LookValue")
    known = looks.objects.filter(summary__isnull=False).order_by("created_at").values_list("pk", "summary")
    rows: list[Any] = []
    for pk, summary in known.iterator(chunk_size=LOOKS_AT_ONCE):
        rows += [values(look_id=pk, **fields) for fields in _values(summary)]
        if len(rows) >= 10_000:
            values.objects.bulk_create(rows, batch_size=1_000)
            rows = []
    values.objects.bulk_create(rows, batch_size=1_000)


def _values(summary: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for signal in summary.get("signals", []):
        told = list(signal.get("values", []))
        if signal.get("magnitude") is not None:
            numbers = {"value": signal["magnitude"], "threshold": signal.get("threshold")}
            told.insert(0, {"metric": "magnitude", "is_alarm": signal["state"] == "alarm", **numbers})
        for one in told:
            yield {
                "signal": signal["name"][:120],
                "kind": signal["kind"][:60],
                "segment": signal.get("segment", "")[:300],
                "feature": one.get("feature", "")[:300],
                "metric": one["metric"][:120],
                "is_alarm": one.get("is_alarm", False),
                **{name: _finite(one.get(name)) for name in ("value", "threshold", "low", "high")},
            }


def _finite(number: Any) -> float | None:
    return float(number) if isinstance(number, int | float) and math.isfinite(number) else None


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0004_values_of_looks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
