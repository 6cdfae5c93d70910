"""Versions by the names that people give them: numbers, texts such as `2024-01`, and `latest`."""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets import errors
from mlops.datasets.models import Dataset, DatasetVersion, VersionState
from mlops.datasets.queries import versions
from mlops.datasets.sharing import dataset_named
from mlops.formats.refusal import Refusal, Where

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}")
LATEST = "latest"
MOST_DIGITS = 8


def is_number(text: str) -> bool:
    """`07` is a text: it would be lost as a number."""
    return (
        text.isascii() and text.isdecimal() and (text == "0" or not text.startswith("0")) and len(text) <= MOST_DIGITS
    )


def checked_label(text: str) -> str:
    """A version as written. Raises Refusal `version_invalid`."""
    if is_number(text) and int(text) > 0:
        return text
    if text == LATEST or text == "0" or not LABEL.fullmatch(text):
        raise Refusal(
            "version_invalid",
            _("“%(version)s” cannot be a version.") % {"version": text[:110]},
            hint=_("Use a number from 1, or at most 100 letters, digits, dots, hyphens and underscores."),
            status=422,
            where=Where(parameter="version", value=text[:110]),
        )
    return text


def find(of: Dataset, wanted: str) -> DatasetVersion | None:
    """The version of that name; None where there is none."""
    return matching(versions(of), wanted).first()


def matching(rows: QuerySet[DatasetVersion], wanted: str) -> QuerySet[DatasetVersion]:
    """Of versions of one dataset, that of a number or text; `latest` is the newest that is not archived."""
    if wanted == LATEST:
        newest = rows.filter(archived_at=None).first()
        return rows.filter(pk=newest.pk) if newest else rows.none()
    return rows.filter(number=int(wanted)) if is_number(wanted) else rows.filter(label=wanted)


def named(project: Project, name: str, wanted: str = "") -> DatasetVersion:
    """A version that is ready. Empty or `latest`: the newest that is ready and not archived.

    Raises Refusal `dataset_unknown`, `version_unknown`, `import_failed` or `not_imported_yet`."""
    of = dataset_named(project, name)
    if of is None:
        known = Dataset.objects.filter(project=project, archived_at=None)
        raise errors.no_dataset(name, known.values_list("name", flat=True))
    if wanted in ("", LATEST):
        fresh = versions(of).filter(archived_at=None)
        found = fresh.filter(state=VersionState.READY).first() or fresh.first()
    else:
        found = find(of, wanted)
    if found is None:
        raise errors.no_version(of, wanted or 1, [one.version for one in versions(of)[:20]])
    if found.state != VersionState.READY:
        raise errors.not_ready(found)
    return found
