"""Datasets that are shown to people outside of their project, and offered to other projects."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from mlops.access import shareable
from mlops.access.models import Project
from mlops.access.offered import names_offered, offered_named
from mlops.datasets.models import Dataset, DatasetVersion

NOUN = "data"
MOST_NAMES = 200


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


def name_used(source: str, used: Iterable[str]) -> str:
    """The name under which the dataset was given that rows say they came from: they know its plain name. `used`: all
    that were given to what made them, of which some may be of other projects. Of several with one name, its own."""
    names = {name for name in used if name.rpartition("/")[2] == source}
    return names.pop() if len(names) == 1 else source


def names_usable(project: Project) -> list[str]:
    """For hints and forms: the project's own by name, then those of others as `OWNER/NAME`."""
    own = Dataset.objects.filter(project=project, archived_at=None).order_by("name")
    return [*own.values_list("name", flat=True)[:MOST_NAMES], *names_offered(project, NOUN)[:MOST_NAMES]]


def reference_in(project: Project, version: DatasetVersion) -> str:
    """As the project names it: `NAME:VERSION`, or `OWNER/NAME:VERSION` of another."""
    dataset = version.dataset
    return str(version) if dataset.project_id == project.pk else f"{dataset.project.slug}/{version}"
