"""A dataset whose rows a model is asked with, by what somebody typed."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.stores import store
from mlops.blobs.trees import manifest_of
from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import port_type, ready_version
from mlops.formats.refusal import Refusal, Where

DATA_FILE = "data.parquet"


def table_of(project: Project, text: str) -> DatasetVersion:
    """Of `name` (the newest version), `name:version` or `azureml:name:version`. Raises Refusal."""
    name, _colon, number = text.strip().removeprefix("azureml:").replace("@latest", "").partition(":")
    if number and not number.isdecimal():
        raise Refusal(
            "version_unknown",
            _("“%(number)s” is no version of a dataset.") % {"number": number},
            hint=_("Write the name, a colon and a number."),
            where=Where(parameter="dataset", value=text),
        )
    found = ready_version(project, name, int(number) if number else None)
    if port_type(found) != "table":
        raise Refusal(
            "dataset_no_table",
            _("The dataset “%(name)s” is no table.") % {"name": found.dataset.name},
            hint=_("Choose one with rows."),
            where=Where(parameter="dataset"),
        )
    return found


def fetch_table(of: DatasetVersion, place: Path) -> None:
    """Its Parquet file."""
    assert of.tree_id is not None
    table = next(one for one in manifest_of(of.tree_id).files if one.path == DATA_FILE)
    store().fetch(table.digest, str(place))
