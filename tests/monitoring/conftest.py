"""A dataset with a timestamp, a batch number and a few versions, and settings that watch it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from mlops.formats.table import Column, TableSchema

FIRST_DAY = datetime(2026, 11, 1)


@pytest.fixture
def add_version(owner, project, tmp_path):
    """Adds a ready version of the dataset `sales` with these rows."""
    import polars as pl

    from mlops.blobs.trees import keep_folder
    from mlops.datasets.models import Dataset, DatasetVersion
    from mlops.stats.profile import profile_table

    types = {"Int64": "integer", "Float64": "decimal", "String": "string", "Boolean": "boolean"}

    def add(table: pl.DataFrame, *, name: str = "sales", created_at: datetime | None = None) -> Any:
        dataset, _made = Dataset.objects.get_or_create(project=project, name=name, defaults={"created_by": owner})
        dataset.last_number += 1
        dataset.save()
        folder = Path(tmp_path) / f"{name}-{dataset.last_number}"
        folder.mkdir()
        table.write_parquet(folder / "data.parquet")
        columns = tuple(Column(name=one, type=types.get(str(kind), "date")) for one, kind in table.schema.items())
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=dataset.last_number,
            tree=keep_folder(folder),
            schema=msgspec.to_builtins(TableSchema(columns=columns, row_count=table.height)),
            profile=msgspec.to_builtins(profile_table(folder / "data.parquet")),
            row_count=table.height,
            state="ready",
            state_since=timezone.now(),
            created_by=owner,
        )
        if created_at:
            DatasetVersion.objects.filter(pk=version.pk).update(created_at=created_at)
            version.refresh_from_db()
        return version

    return add


def sales(*, days: int = 20, rows_a_day: int = 200, shift_from: int | None = None, seed: int = 7) -> Any:
    """Rows over `days` from FIRST_DAY; from day `shift_from` on the price has moved by two deviations."""
    import numpy as np
    import polars as pl

    generator = np.random.default_rng(seed)
    count = days * rows_a_day
    day = np.repeat(np.arange(days), rows_a_day)
    price = generator.normal(100.0, 10.0, count)
    if shift_from is not None:
        price = price + 20.0 * (day >= shift_from)
    return pl.DataFrame(
        {
            "at": [FIRST_DAY + timedelta(days=int(one), seconds=60 * (n % rows_a_day)) for n, one in enumerate(day)],
            "batch": day.astype("int64"),
            "price": price,
            "weight": generator.gamma(2.0, 3.0, count),
            "shop": generator.choice(["north", "south", "east"], count),
        }
    )


@pytest.fixture
def watched(add_version):
    return add_version(sales(shift_from=15))


@pytest.fixture
def settings_of_sales(watched) -> dict[str, Any]:
    """The first ten days against each day, by the column `at`."""
    return {
        "target": {"dataset": "sales", "axis": "at"},
        "baseline": {"kind": "earlier", "length_seconds": 5 * 86400.0},
        "signals": [
            {
                "name": "drift",
                "kind": "data_drift",
                "numerical": {"normalized_wasserstein_distance": 0.3},
                "categorical": {"jensen_shannon_distance": 0.3},
                "features": ["price", "weight", "shop"],
            }
        ],
        "frequency": "day",
    }


@pytest.fixture
def monitor(owner, project, settings_of_sales):
    from mlops.monitoring.actions import create_monitor

    return create_monitor(owner, project, name="sales by day", settings=settings_of_sales)


def day(number: int) -> datetime:
    """Midnight, UTC, that begins this day of the data."""
    return (FIRST_DAY + timedelta(days=number)).replace(tzinfo=UTC)
