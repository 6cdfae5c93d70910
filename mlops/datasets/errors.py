"""The refusals of this package."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from mlops.datasets.models import AssetType, Dataset, DatasetVersion
from mlops.formats.refusal import Refusal, Where, nearest


def not_found(what: str) -> Refusal:
    return Refusal("not_found", _("There is no such %(what)s, or you may not see it.") % {"what": what}, status=404)


def no_version(dataset: Dataset, number: int | str, known: Iterable[int | str]) -> Refusal:
    there = ", ".join(str(one) for one in list(known)[:20])
    return Refusal(
        "version_unknown",
        _("“%(name)s” has no version %(number)s.") % {"name": dataset.name, "number": number},
        hint=_("There are: %(numbers)s.") % {"numbers": there} if there else "",
        status=404,
    )


def no_dataset(name: str, known: Iterable[str]) -> Refusal:
    hint = nearest(name, known) or _("Look at the list of datasets for its name.")
    return Refusal(
        "dataset_unknown", _("There is no dataset “%(name)s” in this project.") % {"name": name}, hint=hint, status=404
    )


def not_ready(version: DatasetVersion) -> Refusal:
    if version.state == "failed":
        return Refusal(
            "import_failed",
            _("“%(version)s” was not imported: %(reason)s") % {"version": version, "reason": version.reason},
            hint=version.hint,
            status=409,
        )
    return Refusal(
        "not_imported_yet",
        _("“%(version)s” is still being imported.") % {"version": version},
        hint=_("It is ready in a moment."),
        status=409,
    )


def no_table(version: DatasetVersion) -> Refusal:
    return Refusal(
        "no_table",
        _("“%(version)s” holds files and no table.") % {"version": version},
        hint=_("Look at its files, or download them."),
        status=409,
    )


def no_column(version: DatasetVersion, name: str, known: list[str]) -> Refusal:
    return Refusal(
        "column_unknown",
        _("“%(version)s” has no column “%(name)s”.") % {"version": version, "name": name[:100]},
        hint=nearest(name, known) or _("It has: %(all)s.") % {"all": ", ".join(known[:20])},
        status=422,
        where=Where(column=name[:100]),
    )


def too_long_to_sort(version: DatasetVersion, most: int) -> Refusal:
    return Refusal(
        "table_too_long",
        _("“%(version)s” has too many rows to be sorted here: up to %(most)d are.")
        % {"version": version, "most": most},
        hint=_("Look at it in the order of the file, or sort it in a pipeline."),
        status=422,
    )


def another_kind(dataset: Dataset, file_name: str) -> Refusal:
    """A table and an archive under one name would break the connections of every pipeline that reads it."""
    told = {"name": dataset.name, "file": file_name}
    return Refusal(
        "another_kind",
        _("“%(name)s” and “%(file)s” differ: one is a table, the other a zip archive.") % told,
        hint=_("Give the file a name of its own."),
        status=409,
    )


def another_type(dataset: Dataset, wanted: str) -> Refusal:
    """All versions of a data asset are of one type."""
    told = {"name": dataset.name, "has": dataset.get_type_display(), "wanted": AssetType(wanted).label}
    return Refusal(
        "another_type",
        _("“%(name)s” is a data asset of the type %(has)s; this one would be of the type %(wanted)s.") % told,
        hint=_("Give it a name of its own, or the type “%(type)s”.") % {"type": dataset.type},
        status=409,
    )


def version_deleted(dataset: Dataset, version: str) -> Refusal:
    return Refusal(
        "version_exists",
        _("“%(name)s” had a version %(version)s, which was deleted.") % {"name": dataset.name, "version": version},
        hint=_("Restore it from the recycle bin, or choose another version: one is not given again."),
        status=409,
    )


def version_taken(version: DatasetVersion, *, is_archived: bool) -> Refusal:
    told = {"version": version, "day": version.created_at.date().isoformat()}
    return Refusal(
        "version_exists",
        _("“%(version)s” exists since %(day)s with other content, and a version never changes.") % told,
        hint=_("It is archived. Choose another version.")
        if is_archived
        else _("Choose another version, or name none."),
        status=409,
    )
