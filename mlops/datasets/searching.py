"""What can be asked of datasets in a filter. Of what belongs to a version, one that fits is enough."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.datasets.models import AssetType, Dataset, DatasetVersion, VersionState
from mlops.tags.searching import Column, Held, Searchable, choices_of, labels_of
from mlops.tags.searching.columns import archived, created, described, identified, in_project, made_by, named

OF_VERSIONS = Held(model=DatasetVersion, by="dataset")

DATASETS = Searchable(
    noun="datasets",
    label=_("Datasets"),
    order="name",
    words=("name", "description", "source"),
    columns=(
        named(),
        described(),
        created("registered"),
        made_by("registered_by"),
        Column(name="type", label=_("Type"), path="type", kind="choice", facet=True,
               choices=choices_of(AssetType), labels=labels_of(AssetType)),
        Column(name="state", label=_("State"), path="state", kind="choice", of=OF_VERSIONS, facet=True,
               choices=choices_of(VersionState), labels=labels_of(VersionState), aliases=("status",)),
        Column(name="rows", label=_("Rows"), path="row_count", kind="number", of=OF_VERSIONS),
        Column(name="size", label=_("Size"), path="size_bytes", kind="bytes", of=OF_VERSIONS),
        Column(name="versions", label=_("Highest version"), path="last_number", kind="number"),
        Column(name="source", label=_("Source"), path="source", is_searched=True),
        Column(name="licence", label=_("Licence"), path="licence", is_searched=True, aliases=("license",)),
        Column(name="task", label=_("Task"), path="task", facet=True),
        Column(name="sample", label=_("Sample"), path="is_sample", kind="flag"),
        archived(),
        in_project(),
        identified("dataset_id"),
    ),
    tags=(Held(model=Dataset), OF_VERSIONS),
)  # fmt: skip
