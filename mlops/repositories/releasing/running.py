"""A job of the repository is run with the model version as its input at the newest commit, or as it is at a tag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.formats.azureml.faults import Faulty, told_in_full
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal
from mlops.jobs.actions import Asked, create_job
from mlops.jobs.naming import made_up
from mlops.repositories.code_facts import write_facts
from mlops.repositories.models import CallState, ReleaseCall
from mlops.repositories.releasing.kind import Standing, actor_of, files_of
from mlops.runs.models import FINAL_RUN_STATES, RunState

INPUTS = "model, model_name, model_version"
"""Of which the file must have at least one."""


class Running:
    def begin(self, call: ReleaseCall) -> Standing:
        actor, release = actor_of(call), call.release
        with files_of(call) as (folder, found):
            settings = _inputs(folder / release.path, call)
            write_facts(release.repository, folder, branch=found.branch, commit=found.commit)
            try:
                with transaction.atomic():
                    asked = Asked(name=made_up(), settings=settings, beside=release.repository.name)
                    run, warnings = create_job(
                        actor, release.repository.project, folder, main=release.path, asked=asked
                    )
                    call.run, call.commit, call.warnings = run, found.commit, list(warnings)[:50]
                    call.save(update_fields=["run", "commit", "warnings"])
            except Faulty as faulty:
                raise Refusal(faulty.code, told_in_full(faulty), hint=faulty.hint) from faulty
        return Standing(state=CallState.RUNNING)

    def look(self, call: ReleaseCall) -> Standing:
        run = call.run
        if run is None:
            return Standing(state=CallState.FAILED, reason=_("The run was deleted."))
        if run.state not in FINAL_RUN_STATES:
            return Standing(state=CallState.RUNNING)
        is_good = run.state == RunState.COMPLETED
        return Standing(state=CallState.DONE if is_good else CallState.FAILED, reason=run.reason)


def _inputs(file: Path, call: ReleaseCall) -> tuple[str, ...]:
    """The settings that name the version, or the tag, to the job. Raises Refusal `release_unnamed`."""
    value: Any = load(file.name, file.read_text(encoding="utf-8")).value
    inputs = value.get("inputs") if isinstance(value, dict) else None
    known = inputs if isinstance(inputs, dict) else {}
    if call.git_tag:
        return (f"inputs.git_tag={json.dumps(call.git_tag)}",) if "git_tag" in known else ()
    settings = []
    if "model" in known:
        is_asset = isinstance(known["model"], dict)
        name = f"{call.model}:{call.version}"
        settings.append(f"inputs.model.path=azureml:{name}" if is_asset else f"inputs.model='{name}'")
    if "model_name" in known:
        settings.append(f"inputs.model_name='{call.model}'")
    if "model_version" in known:
        settings.append(f"inputs.model_version='{call.version}'")
    if not settings:
        raise Refusal(
            "release_unnamed",
            _("The job has no input that could take the model."),
            hint=_("Give it one of the inputs %s.") % INPUTS,
        )
    return tuple(settings)
