"""Datasets that are shown to people outside of their project, and offered to other projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.access import shareable
from mlops.access.models import Project
from mlops.access.offered import offered_named
from mlops.datasets.models import Dataset

NOUN = "data"


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=_("Dataset"), model=Dataset, page="web:dataset", notice="dataset", is_offered=True
    )
    shareable.register(kind)


def dataset_named(project: Project, name: str) -> Dataset | None:
    """The project's own, or `OWNER/NAME` of another project that offers it to this one."""
    own = Dataset.objects.filter(project=project, name=name).select_related("project").first()
    if own is not None or "/" not in name:
        return own
    owner, _slash, rest = name.partition("/")
    found: Dataset | None = offered_named(project, NOUN, owner, rest)
    return found
