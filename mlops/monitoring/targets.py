"""The rows of a look's window as Parquet: collected ones of an endpoint, or those of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.collected.reading import fetch_window
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.queries import schema_columns
from mlops.formats.monitor import MonitorSettings
from mlops.formats.refusal import Refusal
from mlops.monitoring import cutting
from mlops.monitoring.models import Look
from mlops.monitoring.sources import Watched, newest_of
from mlops.monitoring.windows import window_words

Beat = Callable[[], None]


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """`empty` and `hint`: why it has no rows, where it has none."""

    files: tuple[Path, ...]
    rows: int
    columns: tuple[str, ...]
    name: str
    labelled: int | None = None
    """Collected rows whose truth is known."""
    empty: str = ""
    hint: str = ""


def current_of(look: Look, settings: MonitorSettings, watched: Watched, folder: Path, *, beat: Beat) -> Current:
    folder.mkdir(parents=True, exist_ok=True)
    if watched.endpoint is None:
        return _of_dataset(look, settings, folder, beat=beat)
    names = (settings.target.deployment,) if settings.target.deployment else ()
    found = fetch_window(watched.endpoint, folder=folder, deployments=names, start=look.start, end=look.end)
    name = "/".join([watched.endpoint.name, *names])
    return Current(
        files=found.files,
        rows=found.rows,
        columns=tuple(found.columns),
        labelled=found.labelled,
        name=_("calls of %(name)s") % {"name": name},
        empty=_("Nothing was collected of “%(name)s” in this window (%(window)s).")
        % {"name": name, "window": _window_of(look)},
        hint="" if found.rows else _why_nothing(watched),
    )


def _window_of(look: Look) -> str:
    return window_words(look.start, look.end) if look.start else look.window


def _why_nothing(watched: Watched) -> str:
    off = [one.name for one in watched.deployments if not one.wanted.collection.is_enabled]
    if off:
        return _("Data collection is off for: %(names)s. Switch it on in the deployment's settings.") % {
            "names": ", ".join(off)
        }
    return _("If there were calls, look whether their data is still on its way, and at the consent and share settings.")


def version_of_look(look: Look, settings: MonitorSettings) -> DatasetVersion:
    """Of a version's window that version; else the newest that is ready."""
    kind, _colon, rest = look.window.partition(":")
    if kind not in ("version", "rows"):
        return newest_of(look.monitor.project, settings.target.dataset)
    number = int(rest.partition(":")[0])
    known = DatasetVersion.objects.filter(dataset=look.monitor.dataset_id, state=VersionState.READY)
    found = known.filter(number=number).select_related("dataset").first()
    if found is None:
        message = _("The version %(number)d of “%(name)s” is gone.")
        raise Refusal("version_gone", message % {"number": number, "name": settings.target.dataset})
    return found


def _of_dataset(look: Look, settings: MonitorSettings, folder: Path, *, beat: Beat) -> Current:
    version = version_of_look(look, settings)
    columns = tuple(one.name for one in schema_columns(version))
    kind, _colon, rest = look.window.partition(":")
    told: dict[str, Any] = {"columns": columns, "name": str(version)}
    if kind == "version":
        return Current(files=(cutting.whole(version, folder),), rows=version.row_count or 0, **told)
    if kind == "rows":
        first, _dash, last = rest.partition(":")[2].partition("-")
        cut = cutting.by_place(version, folder, name="window", first=int(first), last=int(last), beat=beat)
    elif kind == "batch":
        axis = settings.target.axis
        cut = cutting.by_value(version, folder, name="window", axis=axis, value=float(rest), beat=beat)
    else:
        assert look.start is not None
        axis = settings.target.axis
        cut = cutting.by_time(version, folder, name="window", axis=axis, start=look.start, end=look.end, beat=beat)
    return Current(
        files=(cut.path,),
        rows=cut.rows,
        empty=_("%(version)s has no rows in this window (%(window)s).")
        % {"version": version, "window": _window_of(look)},
        hint=_("Its newest version may end before it: add the newer rows as a new version."),
        **told,
    )
