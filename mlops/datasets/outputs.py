"""What jobs made, by address. Jobs are records of a package above this one, which tells here how they are found."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.formats.refusal import Refusal, Where

ADDRESS = re.compile(r"azureml://jobs/(?P<job>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths(?P<inner>/.*)?)?/?")


class JobOutput(msgspec.Struct, frozen=True, kw_only=True):
    """`told`: {"id", "number", "name", "node", "output"} of the run that made it."""

    tree: Tree
    told: dict[str, str]


Finder = Callable[[Project, str, str], tuple[str, dict[str, str]]]
"""Project, the job's name and the output's name to the tree's digest and what is told of it. Raises Refusal."""
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Called once at start, from an application's `ready`."""
    if finder not in _finders:
        _finders.append(finder)


def output_of(project: Project, address: str) -> JobOutput:
    """Of a job of this project. Raises Refusal `reference_invalid`, `job_unknown`, `output_unknown`, `path_unknown`."""
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise Refusal(
            "reference_invalid",
            _("“%(address)s” is no address of a job's output.") % {"address": address[:200]},
            hint=_("Such as azureml://jobs/NAME/outputs/OUTPUT or azureml://jobs/NAME/outputs/OUTPUT/paths/folder."),
            status=422,
            where=Where(value=address[:200]),
        )
    from mlops.datasets.trees import part_of

    digest, told = _finders[-1](project, match["job"], match["output"])
    return JobOutput(tree=part_of(digest, (match["inner"] or "").strip("/")), told=told)
