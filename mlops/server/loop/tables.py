"""Real flights that left New York in 2013, with the weather of the hour: the model learns from winter and meets
autumn, when planes arrive ten minutes earlier than in the snow."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl

LABEL = "arr_delay"
"""Minutes after the timetable; below 0 before it."""
KNOWN_BEFORE = ("hour", "carrier", "origin", "distance", "temp", "humid", "wind_speed", "precip", "visib")
WINTER, AUTUMN = (1, 2), (9, 10)


class Flight(NamedTuple):
    known: dict[str, Any]
    delay: float


def write_winter(place: Path, *, rows: int) -> Path:
    """A CSV file of so many winter flights with their delays."""
    _months(WINTER).sample(rows, seed=0).write_csv(place)
    return place


def write_autumn(place: Path, *, rows: int) -> Path:
    """The same of autumn; none of them is among `autumn(skip=rows)`."""
    _months(AUTUMN).sample(fraction=1.0, shuffle=True, seed=0).head(rows).write_csv(place)
    return place


def winter(rows: int) -> list[Flight]:
    """Winter flights that `write_winter` did not choose by its seed, or hardly any of them."""
    return _flights(_months(WINTER).sample(rows, seed=1))


def autumn(rows: int, *, skip: int = 0) -> list[Flight]:
    return _flights(_months(AUTUMN).sample(fraction=1.0, shuffle=True, seed=0).slice(skip, rows))


def _flights(table: pl.DataFrame) -> list[Flight]:
    return [Flight({name: row[name] for name in KNOWN_BEFORE}, float(row[LABEL])) for row in table.to_dicts()]


def _months(months: tuple[int, ...]) -> pl.DataFrame:
    import polars as pl

    folder = files("mlops.datasets") / "samples"
    with (
        (folder / "flights-nyc-2013.parquet").open("rb") as flights,
        (folder / "weather-nyc-2013.parquet").open("rb") as weather,
    ):
        left, right = pl.read_parquet(flights), pl.read_parquet(weather)
    hours = right.select("origin", "time_hour", "temp", "humid", "wind_speed", "precip", "visib").unique(
        ["origin", "time_hour"], keep="first", maintain_order=True
    )
    flown = left.filter(pl.col("month").is_in(months)).join(
        hours, on=["origin", "time_hour"], how="inner", maintain_order="left"
    )
    return flown.select(*KNOWN_BEFORE, LABEL).drop_nulls()
