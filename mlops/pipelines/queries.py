"""What is known of a graph in a project before it runs."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.blocks.library import Library
from mlops.components.queries import ProjectLibrary
from mlops.datasets.queries import dataset_shape
from mlops.formats.component import Problem
from mlops.formats.pipeline import PipelineSpec
from mlops.pipelines.check import Shapes, check
from mlops.runs.saved import saved_shape


def examined(
    project: Project, spec: PipelineSpec, library: Library | None = None
) -> tuple[Shapes, tuple[Problem, ...]]:
    """The shape at every port and every problem, with the project's datasets and earlier runs."""
    return check(
        spec,
        lambda name, number: dataset_shape(project, name, number),
        lambda node: saved_shape(project, node),
        library or ProjectLibrary(project),
    )
