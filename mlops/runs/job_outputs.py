"""What a job made, by the names in an address: the job's name, number or id, and the output's name."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.trees import keep_manifest
from mlops.datasets import outputs
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.runs.files import logged
from mlops.runs.models import DONE_STEP_STATES, Run, Step

ARTIFACTS = ("artifacts", "default")
"""The output of every job: what its code logged, models among it."""


def register() -> None:
    outputs.register(find_output)


def find_output(project: Project, job: str, output: str) -> tuple[str, dict[str, str]]:
    """The digest of its tree and what is told of it. Raises Refusal `job_unknown`, `job_not_done`, `output_unknown`."""
    run = find_run(project, job)
    told = {"id": str(run.pk), "number": str(run.number), "name": run.name or run.display_name, "output": output}
    found = _made(run)
    if output in found:
        node, tree = found[output]
        return tree, told | {"node": node}
    if output in ARTIFACTS:
        return _artifacts(run), told | {"node": ""}
    names = sorted(found)
    if not run.is_final:
        raise Refusal(
            "job_not_done",
            _("The job “%(job)s” is still %(state)s, and has no output “%(output)s” yet.")
            % {"job": told["name"], "state": run.get_state_display().lower(), "output": output},
            hint=_("Wait until it has ended."),
            status=409,
        )
    raise Refusal(
        "output_unknown",
        _("The job “%(job)s” has no output “%(output)s”.") % {"job": told["name"], "output": output[:100]},
        hint=nearest(output, names) or _("There are: %(all)s.") % {"all": ", ".join(names) or "–"},
        status=404,
        where=Where(value=output[:100]),
    )


def find_run(project: Project, job: str) -> Run:
    """By name, `#number` or id. Raises Refusal `job_unknown`."""
    runs = Run.kept.filter(project=project)
    found = runs.filter(name=job).first() if job else None
    if found is None and job.lstrip("#").isdecimal() and len(job) < 10:
        found = runs.filter(number=int(job.lstrip("#"))).first()
    if found is None:
        try:
            found = runs.filter(pk=UUID(job)).first()
        except ValueError:
            found = None
    if found is None:
        known = runs.exclude(name="").values_list("name", flat=True)[:500]
        raise Refusal(
            "job_unknown",
            _("There is no job “%(job)s” in this project.") % {"job": job[:100]},
            hint=nearest(job, known),
            status=404,
            where=Where(value=job[:100]),
        )
    return found


def _made(run: Run) -> dict[str, tuple[str, str]]:
    """Output to (node, tree): as `node.port`, by the port alone where one step has it, and by the job's own names."""
    steps = Step.objects.filter(run=run, state__in=DONE_STEP_STATES).order_by("pk")
    made = [(step.node, port, str(value["tree"])) for step in steps for port, value in step.outputs.items()]
    full = {f"{node}.{port}": (node, tree) for node, port, tree in made}
    ports = [port for _node, port, _tree in made]
    single = {port: (node, tree) for node, port, tree in made if ports.count(port) == 1 or node == "job"}
    named = {
        one["name"]: full[f"{one['step']}.{one['port']}"]
        for one in run.snapshot.get("job", {}).get("outputs", [])
        if one["name"] and f"{one['step']}.{one['port']}" in full
    }
    return full | single | named


def _artifacts(run: Run) -> str:
    rows = [(row.place.removeprefix("artifacts/"), row) for row in logged(run)]
    files = [File(path=path, digest=row.digest, size_bytes=row.size_bytes) for path, row in rows]
    if not files:
        raise Refusal("output_unknown", _("The job logged no files."), status=404)
    return keep_manifest(Manifest(files=tuple(sorted(files, key=lambda file: file.path)))).digest
