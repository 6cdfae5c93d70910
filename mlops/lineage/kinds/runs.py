"""Runs and their steps: they read dataset versions and make models, by code in environments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.batch.models import BatchJob
from mlops.datasets.models import DatasetVersion
from mlops.lineage.kinds import starters
from mlops.lineage.kinds.code import code_named
from mlops.lineage.kinds.kind import Fan, Kind, page
from mlops.lineage.kinds.parts import components_named, environments_named
from mlops.lineage.kinds.places import places_named
from mlops.lineage.mentions.asking import Naming, light_runs, named_by
from mlops.lineage.naming import datasets_named
from mlops.registry.models import ModelVersion
from mlops.retraining.models import Attempt
from mlops.runs.models import Run, Step


class Runs(Kind):
    prefix, title, model = "runs", "run", Run

    def name(self, row: Run) -> str:
        return f"runs/{row.number}"

    def project_id(self, row: Run) -> Any:
        return row.project_id

    def text(self, row: Run) -> str:
        return f"#{row.number} {row.display_name}"

    def url(self, row: Run) -> str:
        return page("run", row.pk)

    def facts(self, row: Run) -> dict[str, str]:
        return {_("Kind"): row.get_kind_display(), _("Why"): row.reason}

    def upstream(self, row: Run) -> Iterable[Fan]:
        targets, project = named_by(run=row), row.project
        yield "read", datasets_named(project, targets)
        yield "read", places_named(project, targets)
        jobs = BatchJob.objects.filter(run=row, version__isnull=False).values("version")
        yield "scored with", ModelVersion.objects.filter(pk__in=jobs).select_related("model__project", "created_by")
        attempts = Attempt.objects.filter(run=row).defer("evidence").select_related("policy__project", "created_by")
        yield "started by", attempts
        yield "started by", starters.named(project, targets)
        yield "used", components_named(project, targets)
        yield "ran in", environments_named(project, targets)
        yield "code of", code_named(project, targets)
        if row.parent_id:
            yield "part of", light_runs().filter(pk=row.parent_id)

    def downstream(self, row: Run) -> Iterable[Fan]:
        made = ModelVersion.objects.filter(run=row).select_related("model__project", "created_by")
        yield "made", made.order_by("-created_at")
        jobs = BatchJob.objects.filter(run=row, output_version__isnull=False)
        if written := list(jobs.values_list("output_version", flat=True)):  # else the database reads all of the project
            outputs = DatasetVersion.objects.filter(pk__in=written, dataset__project=row.project_id)
            yield "wrote", outputs.defer("profile", "schema").select_related("dataset__project", "created_by")
        yield "wrote", Naming("data", row.project_id, f"runs/{row.pk}")
        yield "consists of", light_runs().filter(parent=row)
        yield "done again as", Naming("run", row.project_id, f"runs/{row.pk}")
        steps = Step.objects.filter(run=row).defer("outputs", "error").select_related("run__project")
        yield "ran", steps.order_by("pk")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        if not rest.isdecimal():
            return None
        found = light_runs().filter(project__in=projects, number=int(rest)).order_by()
        return max(found, key=lambda run: run.created_at, default=None)

    def search(self, projects: list[Project], text: str) -> Any:
        rows = light_runs().filter(project__in=projects).order_by("-created_at")
        if text.lstrip("#").isdecimal():
            return rows.filter(number=int(text.lstrip("#")))
        return rows.filter(Q(display_name__icontains=text) | Q(name__icontains=text)) if text else rows


class Steps(Kind):
    prefix, title, model = "steps", "step", Step
    is_detail = True

    def name(self, row: Step) -> str:
        return f"steps/{row.run.number}/{row.node}"

    def project_id(self, row: Step) -> Any:
        return row.run.project_id

    def text(self, row: Step) -> str:
        return row.title

    def url(self, row: Step) -> str:
        url = page("run", row.run_id)
        return f"{url}?node={row.node}" if url else ""

    def facts(self, row: Step) -> dict[str, str]:
        return {_("Component"): f"{row.component}@{row.version}", _("Why"): row.reason}

    def upstream(self, row: Step) -> Iterable[Fan]:
        yield "step of", light_runs().filter(pk=row.run_id)
        if row.reused_from_id:
            yield "result of", Step.objects.filter(pk=row.reused_from_id).select_related("run__project")

    def downstream(self, row: Step) -> Iterable[Fan]:
        reused = Step.objects.filter(reused_from=row).select_related("run__project")
        yield "used again by", reused.order_by("-pk")
        made = ModelVersion.objects.filter(run=row.run_id, node=row.node)
        yield "made", made.select_related("model__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        number, _slash, node = rest.partition("/")
        if not number.isdecimal():
            return None
        rows = Step.objects.filter(run__project__in=projects, run__number=int(number), node=node)
        return rows.select_related("run__project").first()


def _runs(project: Project, ids: list[str]) -> Iterable[Run]:
    return light_runs().filter(project=project, pk__in=ids)


starters.register("runs", _runs)
