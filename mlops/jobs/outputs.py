"""Outputs of jobs by the names that their addresses have: `azureml://jobs/NAME/outputs/OUTPUT`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.trees import tree_of
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.jobs.shaping import name_of
from mlops.runs.models import DONE_STEP_STATES, Artifact, Run, Step

DEFAULT = ("artifacts", "default")
"""Names of the output that every job has: the files that it left in its `outputs` and `logs`."""


def find_output(project: Project, job: str, output: str) -> tuple[str, dict[str, str]]:
    """As mlops.datasets.outputs asks. Raises Refusal `job_unknown`, `output_unknown`, `output_not_found`."""
    run = Run.objects.filter(project=project, name=job, deleted_at=None).first()
    if run is None:
        names = Run.objects.filter(project=project).exclude(name="").values_list("name", flat=True)[:2_000]
        raise Refusal(
            "job_unknown",
            _("There is no job “%(job)s” in this project.") % {"job": job},
            hint=nearest(job, names) or _("`mlops job list` shows their names."),
            status=404,
        )
    if output in DEFAULT:
        return _artifacts(run), {**_told(run), "node": "", "output": "artifacts"}
    known = ends_of(run)
    if output not in known:
        raise Refusal(
            "output_unknown",
            _("The job “%(job)s” has no output “%(output)s”.") % {"job": job, "output": output},
            hint=nearest(output, known) or _("It has: %(names)s.") % {"names": ", ".join(known) or "artifacts"},
            status=404,
        )
    node, port = known[output]
    step = Step.objects.filter(run=run, node=node, state__in=DONE_STEP_STATES).first()
    made: dict[str, Any] = step.outputs.get(port, {}) if step else {}
    if not made:
        raise Refusal(
            "output_not_found",
            _("The job “%(job)s” is %(state)s and has not made “%(output)s”.")
            % {"job": job, "state": run.get_state_display().lower(), "output": output},
            hint=_("Wait until it has completed, or look at its log."),
            status=409,
        )
    return str(made["tree"]), {**_told(run), "node": node, "output": port}


def ends_of(run: Run) -> dict[str, tuple[str, str]]:
    """Which step and port each output of the job is; also the outputs of its steps, as `STEP.PORT`."""
    found: dict[str, tuple[str, str]] = {}
    for step in Step.objects.filter(run=run).order_by("pk").only("node", "outputs"):
        found |= {f"{step.node}.{port}": (step.node, port) for port in step.outputs}
        if step.node == "job":
            found |= {port: (step.node, port) for port in step.outputs}
    for one in run.snapshot.get("job", {}).get("outputs", []):
        if one["name"]:
            found[one["name"]] = (one["step"], one["port"])
    return found


def _artifacts(run: Run) -> str:
    kept = Artifact.objects.filter(run=run)
    return tree_of(File(path=one.path, digest=str(one.blob_id), size_bytes=one.size_bytes) for one in kept).digest


def _told(run: Run) -> dict[str, str]:
    return {"id": str(run.pk), "number": str(run.number), "name": name_of(run)}
