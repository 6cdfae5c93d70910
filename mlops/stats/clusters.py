"""How compact and how far apart clusters are, from each row's distances to the centres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlops.formats.evaluation import ClusterRow, Evaluated

if TYPE_CHECKING:
    import numpy.typing as npt


def evaluate_clusters(
    assigned: npt.NDArray[Any], distances: npt.NDArray[Any], *, clusters: Sequence[str], name: str
) -> Evaluated:
    """`assigned`: each row's place in `clusters`; `distances` is [rows, clusters]. The other centre is the nearest of
    those that a row is not assigned to; with one cluster there is none."""
    import numpy as np

    rows = np.arange(assigned.size)
    own = distances[rows, assigned]
    other = _to_others(distances, assigned)
    found = [
        _row(label, own[members], None if other is None else other[members])
        for place, label in enumerate(clusters)
        if (members := assigned == place).any()
    ]
    combined = _row("", own, other)
    metrics = {
        "average_distance_to_cluster_center": combined.average_distance_to_center,
        "maximal_distance_to_cluster_center": combined.maximal_distance_to_center,
        "number_of_points": float(combined.points),
    }
    if other is not None and combined.average_distance_to_other_center is not None:
        metrics["average_distance_to_other_center"] = combined.average_distance_to_other_center
        metrics["simplified_silhouette"] = _silhouette(own, other)
    return Evaluated(name=name, rows=int(assigned.size), metrics=metrics, clusters=(*found, combined))


def _to_others(distances: npt.NDArray[Any], assigned: npt.NDArray[Any]) -> Any:
    import numpy as np

    if distances.shape[1] < 2:
        return None
    others = distances.copy()
    others[np.arange(assigned.size), assigned] = np.inf
    return others.min(axis=1)


def _row(cluster: str, own: npt.NDArray[Any], other: npt.NDArray[Any] | None) -> ClusterRow:
    return ClusterRow(
        cluster=cluster,
        points=int(own.size),
        average_distance_to_center=float(own.mean()),
        average_distance_to_other_center=None if other is None else float(other.mean()),
        maximal_distance_to_center=float(own.max()),
    )


def _silhouette(own: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Hruschka et al. (2004): the silhouette with distances to centres in place of distances to all rows."""
    import numpy as np

    larger = np.maximum(own, other)
    return float(np.divide(other - own, larger, out=np.zeros_like(larger), where=larger > 0).mean())
