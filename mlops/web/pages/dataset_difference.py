"""Two versions of a dataset side by side, on its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from mlops.datasets.comparing import difference
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.refusal import Refusal
from mlops.web.histograms import Bar, bars

MEASURES = {
    "population_stability_index": gettext_lazy("PSI"),
    "jensen_shannon_distance": gettext_lazy("Jensen-Shannon"),
    "kolmogorov_smirnov": gettext_lazy("Kolmogorov-Smirnov"),
    "normalized_wasserstein_distance": gettext_lazy("Wasserstein, normalized"),
    "chi_squared": gettext_lazy("Cramér's V"),
}

FIRST = {
    "added": gettext_lazy("Rows that were added"),
    "removed": gettext_lazy("Rows that were removed"),
    "changed": gettext_lazy("Keys of rows that changed"),
}


def difference_context(request: HttpRequest, shown: DatasetVersion, known: list[DatasetVersion]) -> dict[str, Any]:
    """`against`: the number of the other version (the one before, where none is named); `key`: columns, by commas."""
    others = [one for one in known if one.number != shown.number and one.state == VersionState.READY]
    asked = request.GET.get("against", "")
    older = next((one for one in others if one.number < shown.number), None)
    other = next((one for one in others if str(one.number) == asked), older)
    keys = [name.strip() for name in request.GET.get("key", "").split(",") if name.strip()]
    context: dict[str, Any] = {"others": others, "other": other, "key": ", ".join(keys)}
    if other is None:
        return context
    try:
        found = difference(other, shown, keys=keys)
    except Refusal as refusal:
        return context | {"problem": refusal}
    lines = [_line(one) for one in found.get("distributions", ())]
    first = found.get("first", {})
    rows = [(label, first.get(name)) for name, label in FIRST.items()]
    return context | {"found": found, "lines": lines, "measures": MEASURES.values(), "first_rows": rows}


def _line(one: dict[str, Any]) -> dict[str, Any]:
    metrics = one["metrics"]
    values = [metrics[name]["value"] if name in metrics else None for name in MEASURES]
    return {
        "feature": one["feature"],
        "note": one.get("note", ""),
        "values": values,
        "sides": [_bars(one.get("baseline")), _bars(one.get("current"))],
    }


def _bars(told: dict[str, Any] | None) -> list[Bar]:
    """The bins and values are the same on both sides."""
    if not told:
        return []
    histogram = told.get("histogram")
    counts = histogram["counts"] if histogram else [value["count"] for value in told.get("values", ())]
    names = (
        [f"{low:g} – {high:g}" for low, high in zip(histogram["edges"], histogram["edges"][1:], strict=False)]
        if histogram
        else [str(value["value"]) for value in told.get("values", ())]
    )
    return bars(counts, names)
