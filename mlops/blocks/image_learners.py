"""What DenseNet and ResNet share: a network with a name, and weights learned elsewhere, which a person brings."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

WEIGHTS = Port(
    name="weights",
    type="zip",
    label="Pretrained weights",
    optional=True,
    help="A dataset of one .pth file in a zip archive.",
)
PRETRAINED = Parameter(
    name="pretrained",
    type="boolean",
    label="Pretrained",
    default=False,
    help="Start from the connected weights. Nothing is downloaded: without weights this must be off.",
)
ENDINGS = (".pth", ".pt", ".bin")


def image_learner(definition: Component, parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shape = Shape(type="untrained_model", task=definition.task, algorithm=definition.name)
    problems: tuple[Problem, ...] = ()
    if parameters["pretrained"] and "weights" not in inputs:
        message = _("Pretrained needs a file of weights, because nothing is downloaded while a pipeline runs.")
        hint = _(
            "Connect a dataset with the .pth file in a zip archive to 'Pretrained weights', or switch Pretrained off."
        )
        problems = (problem("weights_missing", message, hint=hint, parameter="pretrained"),)
    return Derived(outputs={"untrained_model": shape}, problems=problems)


def untrained_network(definition: Component, call: Call) -> dict[str, Value]:
    from mlops.blocks.bundles import archive_of
    from mlops.blocks.values import Learner

    weights = None
    bundle = call.optional_bundle("weights")
    if call.parameters["pretrained"] and bundle is not None:
        weights = _weights_in(archive_of(bundle, port="weights"), call.work_dir)
    elif bundle is not None:
        call.report.log("Pretrained is off, so the connected weights are not used.")
    learner = Learner(
        component=definition.name, task=definition.task, parameters=dict(call.parameters), weights=weights
    )
    return {"untrained_model": learner}


def _weights_in(archive: Path, folder: Path) -> Path:
    """The one weights file, unpacked. Raises Refusal `weights_unfit`."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as opened:
        found = [one for one in opened.infolist() if one.filename.lower().endswith(ENDINGS)]
        if len(found) != 1:
            message = _("The archive at 'Pretrained weights' holds %(count)s files of weights; one is expected.") % {
                "count": len(found)
            }
            hint = _("Zip one file that ends in %(names)s.") % {"names": " or ".join(ENDINGS)}
            raise Refusal("weights_unfit", message, hint=hint, status=422, where=Where(port="weights"))
        target = folder / "weights.pth"
        target.write_bytes(opened.read(found[0]))
    return target
