"""The kinds of things that can be found: what a person sees of each, and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.batch import queries as batch
from mlops.batch.searching import BATCH_ENDPOINTS
from mlops.components import queries as components
from mlops.components.searching import COMPONENTS
from mlops.datasets import guests as shared_datasets
from mlops.datasets import queries as datasets
from mlops.datasets.searching import DATASETS
from mlops.deployments import queries as deployments
from mlops.deployments import sharing as shared_endpoints
from mlops.deployments.searching import ENDPOINTS
from mlops.environments import queries as environments
from mlops.environments.searching import ENVIRONMENTS
from mlops.formats.refusal import Refusal, nearest
from mlops.registry import queries as registry
from mlops.registry import sharing as shared_models
from mlops.registry.searching import MODELS
from mlops.runs import logged_models
from mlops.runs import queries as runs
from mlops.runs import sharing as shared_runs
from mlops.runs.searching import EXPERIMENTS, LOGGED_MODELS, RUNS
from mlops.runs.shaping import UNSEEN
from mlops.tags.searching import Searchable
from mlops.tags.searching.hidden import asks_about


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`list_url` is the name of the page with all of them; `page` of one gives its address; `project` is the path to
    its project, as the ORM names it."""

    fields: Searchable
    seen: Callable[[Any], QuerySet[Any]]
    icon: str
    list_url: str
    page: Callable[[Any], str]
    title: Callable[[Any], str] = str
    project: str = "project"
    shared: Callable[[Any], QuerySet[Any]] | None = None
    """With what the person reads by a grant or an offer; a filter by `untold` columns would tell of what guests may not
    read, and finds nothing of it."""
    untold: tuple[str, ...] = ()

    def sought_in(self, person: Any, typed: str) -> QuerySet[Any]:
        if self.shared is None or asks_about({"filter": typed}, self.fields, self.untold):
            return self.seen(person)
        return self.shared(person)

    def project_of(self, one: Any) -> Project:
        found: Project = reduce(getattr, self.project.split("__"), one)
        return found


KINDS = (
    Kind(fields=RUNS, seen=lambda person: runs.visible_to(person).defer(*UNSEEN), icon="runs", list_url="web:runs",
         page=lambda one: reverse("web:run", args=[one.pk]), title=lambda one: f"#{one.number} {one.display_name}",
         shared=lambda person: shared_runs.readable_by(person).defer(*UNSEEN), untold=shared_runs.UNTOLD),
    Kind(fields=EXPERIMENTS, seen=runs.experiments, icon="folder", list_url="web:experiments",
         page=lambda one: f"{reverse('web:runs')}?{urlencode({'experiment': one.name, 'project': one.project.slug})}"),
    Kind(fields=MODELS, seen=registry.visible_to, icon="models", list_url="web:models",
         page=lambda one: reverse("web:model", args=[one.pk]),
         shared=shared_models.readable_by, untold=shared_models.UNTOLD),
    Kind(fields=LOGGED_MODELS, seen=logged_models.visible_to, icon="models", list_url="web:logged-models",
         page=lambda one: reverse("web:logged-model", args=[one.pk]), project="experiment__project"),
    Kind(fields=DATASETS, seen=datasets.visible_to, icon="datasets", list_url="web:datasets",
         page=lambda one: reverse("web:dataset", args=[one.pk]), shared=shared_datasets.readable_by),
    Kind(fields=COMPONENTS, seen=components.visible_to, icon="code", list_url="web:components",
         page=lambda one: reverse("web:component", args=[one.pk])),
    Kind(fields=ENVIRONMENTS, seen=environments.visible_to, icon="settings", list_url="web:environments",
         page=lambda one: address("web:environment", one.pk) or f"/api/v1/environments/{one.pk}/"),
    Kind(fields=ENDPOINTS, seen=deployments.visible_to, icon="endpoints", list_url="web:endpoints",
         page=lambda one: reverse("web:endpoint", args=[one.pk]),
         shared=shared_endpoints.readable_by, untold=shared_endpoints.UNTOLD),
    Kind(fields=BATCH_ENDPOINTS, seen=batch.visible_to, icon="endpoints", list_url="web:batch-endpoints",
         page=lambda one: reverse("web:batch-endpoint", args=[one.pk])),
)  # fmt: skip


def address(name: str, *given: Any) -> str:
    """Of a page; empty where there is none."""
    try:
        return reverse(name, args=given)
    except NoReverseMatch:
        return ""


def kind_named(noun: str) -> Kind:
    """Raises Refusal `not_found` with the nearest."""
    found = next((one for one in KINDS if one.fields.noun == noun), None)
    if found is None:
        known = [one.fields.noun for one in KINDS]
        hint = nearest(noun, known) or _("There are: %(known)s.") % {"known": ", ".join(known)}
        raise Refusal("not_found", _("There is no list of “%(noun)s”.") % {"noun": noun[:40]}, hint=hint, status=404)
    return found
