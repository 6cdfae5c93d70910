"""Versions of upstream datasets that moved the columns that drifted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.collected.models import SavedWindow
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.queries import page_url
from mlops.formats.monitor import FeatureFound
from mlops.formats.profile import TableProfile
from mlops.lineage.moves import Moved, moved_by
from mlops.lineage.shapes import Spread, middle
from mlops.lineage.upstream import Fed, fed_by
from mlops.monitoring.models import Look

MOST_VERSIONS = 50


def dataset_causes(look: Look, features: Sequence[tuple[FeatureFound, float]]) -> list[dict[str, Any]]:
    """One for each version that moved some of the columns: fields of a Cause."""
    found: dict[DatasetVersion, list[tuple[Moved, float]]] = defaultdict(list)
    role: dict[DatasetVersion, Fed] = {}
    for fed in fed_by(look):
        versions = _versions(fed, look)
        for feature, share in features:
            columns = [(row.number, profile) for row, names in versions if (profile := names.get(feature.feature))]
            moved = moved_by(feature, columns)
            if moved is None:
                continue
            row = next(row for row, _names in versions if row.number == moved.version)
            found[row].append((moved, share))
            role[row] = fed
    return [_cause(row, moves, role[row]) for row, moves in found.items()]


def _versions(fed: Fed, look: Look) -> list[tuple[DatasetVersion, dict[str, Any]]]:
    """That which fed the baseline, and the newest after it that there were when the window ended, with profiles."""
    rows = DatasetVersion.objects.filter(
        dataset=fed.version.dataset_id, number__gte=fed.version.number, state=VersionState.READY
    ).select_related("dataset__project", "created_by")
    if look.end is not None:
        rows = rows.filter(created_at__lte=max(look.end, look.created_at))
    newest = list(rows.order_by("-number")[:MOST_VERSIONS])
    if newest and newest[-1].pk != fed.version.pk:
        newest.append(fed.version)
    found = []
    for row in reversed(newest):
        if row.profile is not None:
            profile = msgspec.convert(row.profile, TableProfile)
            found.append((row, {column.name: column for column in profile.columns}))
    return found


def _cause(row: DatasetVersion, moves: list[tuple[Moved, float]], fed: Fed) -> dict[str, Any]:
    moves = sorted(moves, key=lambda pair: -pair[1] * pair[0].explained)
    names = tuple(moved.feature for moved, _share in moves)
    evidence = [fed.why, *(_said(moved, row) for moved, _share in moves[:5]), _origin(row)]
    title = _("Version %(number)d of “%(dataset)s” moved %(columns)s") % {
        "number": row.number,
        "dataset": row.dataset.name,
        "columns": ", ".join(names[:3]) + (" …" if len(names) > 3 else ""),
    }
    return {
        "kind": "dataset",
        "title": title,
        "score": min(sum(share * moved.explained for moved, share in moves), 1.0),
        "evidence": tuple(text for text in evidence if text),
        "columns": names,
        "dataset": str(row),
        "at": row.created_at,
        "by": row.created_by.get_username() if row.created_by else "",
        "url": page_url(row.dataset),
    }


def _said(moved: Moved, row: DatasetVersion) -> str:
    told = _("“%(column)s”: %(was)s in version %(before)d, %(now)s in version %(number)d; %(share).0f %% of the drift")
    return told % {
        "column": moved.feature,
        "was": _words(moved.was, moved.is_),
        "now": _words(moved.is_, moved.was),
        "before": moved.before,
        "number": row.number,
        "share": 100 * moved.explained,
    }


def _words(spread: Spread, other: Spread) -> str:
    value = middle(spread)
    if value is not None:
        said = _("median %(value).4g") % {"value": value}
    else:
        named = {name: share for name, share in spread.shares.items() if name}
        most = max(named, key=lambda name: abs(named[name] - other.shares.get(name, 0.0)), default="")
        said = _("%(share).0f %% “%(value)s”") % {"value": most, "share": 100 * named.get(most, 0.0)}
    if abs(spread.missing - other.missing) >= 0.01:
        said += _(", %(share).0f %% missing") % {"share": 100 * spread.missing}
    return said


def _origin(row: DatasetVersion) -> str:
    """How the version came to be."""
    who = row.created_by.get_username() if row.created_by else _("the studio")
    saved = SavedWindow.objects.filter(version=row).select_related("endpoint").first()
    if saved is not None:
        return _("It was saved from what “%(endpoint)s” collected, by %(who)s.") % {
            "endpoint": saved.endpoint.name,
            "who": who,
        }
    if row.file_name:
        return _("It was read from the file %(file)s, given by %(who)s.") % {"file": row.file_name, "who": who}
    return _("It was added by %(who)s.") % {"who": who}
