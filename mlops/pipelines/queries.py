"""What is known of a graph in a project before it runs."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.blocks.library import Library
from mlops.components.queries import ProjectLibrary
from mlops.datasets.queries import dataset_shape
from mlops.formats.component import Problem
from mlops.formats.pipeline import PipelineSpec
from mlops.pipelines import examine
from mlops.pipelines.check import Shapes, check
from mlops.pipelines.resolve import Resolved
from mlops.runs.saved import saved_shape


def examined(
    project: Project, spec: PipelineSpec, library: Library | None = None
) -> tuple[Shapes, tuple[Problem, ...]]:
    """The shape at every port and every problem of a graph as drawn, with its parameters at their defaults."""
    library = library or ProjectLibrary(project)
    return examine.examine(spec, _check(project, library), library)


def examined_run(
    project: Project, resolved: Resolved, library: Library, runs: set[str]
) -> tuple[Shapes, tuple[Problem, ...]]:
    """The shape at every port, and every problem of the drawn nodes that are about to run."""
    return examine.examined(resolved, _check(project, library), runs)


def _check(project: Project, library: Library) -> examine.Check:
    """With the project's components, datasets and earlier runs."""
    return lambda spec: check(
        spec,
        lambda name, number: dataset_shape(project, name, number),
        lambda node: saved_shape(project, node),
        library,
    )
