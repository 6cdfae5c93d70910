"""A sweep over a command of the shell, carried out in this process."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connection

from mlops.blocks.library import Library
from mlops.execution.advance import advance
from mlops.execution.claiming import claimable
from mlops.execution.going_on import go_on
from mlops.execution.perform import perform
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.definition import Command, Definition, Sweep, key_of
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.sweep import Distribution, Objective, SweepLimits, SweepPlan
from mlops.pipelines.actions import submit
from mlops.runs.models import FINAL_RUN_STATES, Run, Step, Trial

SCORES = 'echo "{\\"score\\": ${{inputs.x}}}" >> "$MLOPS_METRICS"; echo ${{inputs.x}} > ${{outputs.model}}/x.txt'
CHOICE = Distribution(type="choice", values=(1, 5, 3))


def sweep_of(command: str = SCORES, *, space: dict[str, Distribution] | None = None, **plan: object) -> Definition:
    space = space or {"x": CHOICE}
    settings = {
        "objective": Objective(goal="maximize", primary_metric="score"),
        "limits": SweepLimits(max_total_trials=3, max_concurrent_trials=2),
        **plan,
    }
    kinds = {"choice": "decimal", "randint": "integer"}
    varied = tuple(
        Parameter(name=name, type=kinds.get(one.type, "decimal"), label=name, required=True)  # type: ignore[arg-type]
        for name, one in space.items()
    )
    component = Component(
        name="tune",
        version="1",
        title="Tune",
        group="",
        help="",
        outputs=(Port(name="model", type="any", label="Model"),),
    )
    trial = Command(command=command, forms={"model": "uri_folder"})
    how = Sweep(trial=trial, plan=SweepPlan(space=space, **settings), varied=varied)  # type: ignore[arg-type]
    return Definition(component=component, how=how)


@pytest.fixture
def begin_sweep(contributor, project):
    def submitted(definition: Definition, *, name: str = "tuning") -> Run:
        library = Library({key_of("tune", "1"): definition})
        spec = PipelineSpec(nodes=(Node(id="job", component="tune", version="1"),), edges=())
        return submit(contributor, project, spec=spec, experiment="tests", library=library, kind="sweep", name=name)

    return submitted


def look(run: Run) -> None:
    """What one wake-up of every open run does."""
    for pk in Run.objects.exclude(state__in=FINAL_RUN_STATES).order_by("number").values_list("pk", flat=True):
        advance(pk)


def drive(run: Run, *, most: int = 200, looks_at_news: bool = False) -> Run:
    """What workers do, without a broker. `looks_at_news`: the run is looked at while a trial is at work, too."""
    ended = Event()
    if looks_at_news:
        Thread(target=_look_on, args=(run, ended), daemon=True).start()
    try:
        for _ in range(most):
            look(run)
            run.refresh_from_db()
            if run.is_final:
                return run
            for pk in claimable().values_list("pk", flat=True):
                perform(pk, done=go_on)
    finally:
        ended.set()
    raise AssertionError(f"the run is still {run.state}: {Step.objects.filter(run=run).values_list('state', 'reason')}")


def _look_on(run: Run, ended: Event) -> None:
    try:
        while not ended.wait(0.3):
            advance(run.pk)
    finally:
        connection.close()


def trials_of(run: Run) -> list[Trial]:
    return list(Trial.objects.filter(sweep__run=run).select_related("run"))
