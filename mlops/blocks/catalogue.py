"""The built-in components by name: definitions, and what a component says of its outputs before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from mlops.blocks import components as _folder
from mlops.blocks.extras import missing_extra
from mlops.blocks.parameters import check_parameters as check
from mlops.blocks.parameters import sound_parameters
from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Port, Problem, Shape
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.spoken import told

GROUPS = (
    "Data Input and Output",
    "Data Transformation",
    "Feature Selection",
    "Statistical Functions",
    "Regression",
    "Classification",
    "Clustering",
    "Anomaly Detection",
    "Model Training",
    "Model Scoring and Evaluation",
    "Python and R",
    "Text Analytics",
    "Computer Vision",
    "Recommendation",
    "Web Service",
)
"""The groups of the palette, in its order. A component is one file in mlops/blocks/components/, found by itself."""


TASK_WORDS = {
    "regression": "regression",
    "quantile": "quantile regression",
    "two_class": "two-class classification",
    "multiclass": "multi-class classification",
    "clustering": "clustering",
    "anomaly": "anomaly detection",
    "recommendation": "recommendation",
    "image": "images",
}


class Block(Protocol):
    """One component: its definition, its schema rules, and its function on tables."""

    DEFINITION: Component

    def derive(self, parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived: ...

    def run(self, call: Any) -> dict[str, Any]: ...


def _found() -> dict[str, Block]:
    modules = [import_module(f"{_folder.__name__}.{each.name}") for each in iter_modules(_folder.__path__)]
    blocks = [cast("Block", module) for module in modules if hasattr(module, "DEFINITION")]
    blocks.sort(key=lambda block: (GROUPS.index(block.DEFINITION.group), block.DEFINITION.title))
    return {block.DEFINITION.name: block for block in blocks}


_BLOCKS: dict[str, Block] = _found()


def components() -> tuple[Component, ...]:
    """Every built-in component, the data node `dataset` first."""
    return tuple(block.DEFINITION for block in _BLOCKS.values())


def component(name: str, version: str | None = None) -> Component:
    """Refusal `unknown_component` for a name or version that is not built in."""
    return block(name, version).DEFINITION


def block(name: str, version: str | None = None) -> Block:
    found = _BLOCKS.get(name)
    if found is None:
        hint = nearest(name, _BLOCKS) or _("The palette lists every component.")
        raise Refusal(
            "unknown_component", _("There is no component '%(name)s'.") % {"name": name}, hint=hint, status=404
        )
    if version and version != found.DEFINITION.version:
        message = _("%(title)s has no version '%(version)s'.") % {"title": found.DEFINITION.title, "version": version}
        hint = _("Its version is %(version)s: replace the node by a new one from the palette.") % {
            "version": found.DEFINITION.version
        }
        raise Refusal("unknown_component", message, hint=hint, status=404)
    return found


def check_parameters(name: str, version: str | None, parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    return check(component(name, version), parameters)


def derive(name: str, version: str | None, parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """Shapes of all outputs, and all problems of a node, from its parameters and the shapes at its inputs.

    Port types are expected to fit (a drawing cannot connect others); a wrong one is a problem too."""
    found = block(name, version)
    definition = found.DEFINITION
    problems = [*check(definition, parameters), *port_problems(definition, inputs)]
    if absent := missing_extra(definition):
        problems.insert(0, absent)
    sound = sound_parameters(definition, parameters)
    derived = found.derive(sound, _complete(definition, inputs))
    named = {fault.where.parameter for fault in problems if fault.where.parameter}
    problems += [fault for fault in derived.problems if fault.where.parameter not in named]
    outputs = {port.name: derived.outputs.get(port.name, Shape(type=port.type)) for port in definition.outputs}
    return Derived(outputs=outputs, problems=tuple(problems))


def port_problems(definition: Component, inputs: Mapping[str, Shape]) -> list[Problem]:
    found = []
    for port in definition.inputs:
        shape = inputs.get(port.name)
        if shape is None and not port.optional:
            message = _("%(title)s needs something at its input '%(label)s'.") % {
                "title": told(definition.title),
                "label": told(port.label),
            }
            hint = _("Connect an output of type %(words)s to it.") % {"words": _words(port.type)}
            found.append(problem("input_missing", message, hint=hint, port=port.name))
        elif shape is not None and "any" not in (shape.type, port.type) and shape.type != port.type:
            message = _("The input '%(label)s' takes %(words)s, not %(words_2)s.") % {
                "label": told(port.label),
                "words": _words(port.type),
                "words_2": _words(shape.type),
            }
            found.append(problem("input_type", message, port=port.name))
        elif shape is not None and port.tasks and shape.task and shape.task not in port.tasks:
            found.append(task_problem(port, shape.task))
    return found


def task_problem(port: Port, task: str) -> Problem:
    fitting = ", ".join(TASK_WORDS.get(each, each) for each in port.tasks)
    message = _("The input '%(label)s' is for %(fitting)s, not for %(task_words)s.") % {
        "label": told(port.label),
        "fitting": fitting,
        "task_words": TASK_WORDS.get(task, task),
    }
    return problem("input_task", message, hint=_("Connect another learner or model, or another step."), port=port.name)


def _words(type_: str) -> str:
    return type_.replace("_", " ")


def _complete(definition: Component, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
    """Required inputs that are absent, or of a wrong type, are unknown; optional ones stay absent."""
    if not definition.inputs:
        return dict(inputs)
    shapes: dict[str, Shape] = {}
    for port in definition.inputs:
        shape = inputs.get(port.name)
        if shape is not None and (shape.type == port.type or port.type == "any"):
            shapes[port.name] = shape
        elif not port.optional or shape is not None:
            shapes[port.name] = Shape(type=port.type)
    return shapes
