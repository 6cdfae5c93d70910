"""Writes `pipeline.py`: one function for each component, and the steps of the drawing in their order."""

from __future__ import annotations

import keyword
import re
from pprint import pformat
from typing import Any

import msgspec

from designer.python_project.sources import PACKAGE
from mlops.blocks.library import Library
from mlops.formats.component import Component
from mlops.formats.definition import key_of
from mlops.formats.pipeline import DATASET_COMPONENT, Node, PipelineSpec
from mlops.pipelines.order import in_order

LONG = 300
"""A text with more characters, such as a script, becomes a file of its own."""


class Project(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    help: str
    spec: PipelineSpec
    library: Library
    datasets: dict[str, str]
    """Node id to the folder of its files."""


def written_script(project: Project) -> tuple[str, dict[str, bytes | str]]:
    """The text, and the files of long values."""
    names = _names(project.spec)
    scripts: dict[str, bytes | str] = {}
    used: dict[str, tuple[Node, Component]] = {}
    for node in project.spec.nodes:
        if node.component != DATASET_COMPONENT:
            component = project.library.component(node.component, node.version)
            used[key_of(node.component, node.version)] = (node, component)
    parts = [_head(project), *(_function(key, one) for key, (_n, one) in sorted(used.items()))]
    parts.append(_flow(project, names, scripts))
    return "\n\n".join(parts), scripts


def _head(project: Project) -> str:
    about = (
        "\n\n".join(text for text in (project.name, project.help) if text).replace("\\", "\\\\").replace('"""', "'''")
    )
    return f'''"""{about}

Exported from MLOps Studio. `python pipeline.py` runs every step; what each makes is in outputs/STEP/PORT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from {PACKAGE}.running import Made, begin, dataset, run, text

HERE = Path(__file__).parent
'''


def _function(key: str, component: Component) -> str:
    arguments = [f"{port.name}: Path{' | None = None' if port.optional else ''}" for port in _sorted(component)]
    arguments += [f"{_safe(one.name)}: Any = {one.default!r}" for one in component.parameters]
    inputs = [f'"{port.name}": {port.name}' for port in component.inputs]
    parameters = [f'"{one.name}": {_safe(one.name)}' for one in component.parameters]
    about = _quoted(component.help.strip().split("\n")[0]) or component.title
    lines = [
        f"def {_function_name(component)}(",
        "    step: str,",
        "    *,",
        *(f"    {one}," for one in [*arguments, "seed: int = 42"]),
        ") -> Made:",
        f'    """{component.title}. {about}"""',
        "    return run(",
        f'        "{key}",',
        "        step,",
        *_mapping("inputs", inputs),
        *_mapping("parameters", parameters),
        "        seed=seed,",
        "    )",
    ]
    return "\n".join(["", *lines])


def _mapping(name: str, entries: list[str]) -> list[str]:
    if not entries:
        return [f"        {name}={{}},"]
    return [f"        {name}={{", *(f"            {entry}," for entry in entries), "        },"]


def _quoted(text: str) -> str:
    """As it may stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''")


def _flow(project: Project, names: dict[str, str], scripts: dict[str, bytes | str]) -> str:
    lines = ["", "def main() -> None:", "    begin(HERE)"]
    for node in in_order(project.spec):
        if node.component == DATASET_COMPONENT:
            lines.append(f"    {names[node.id]} = dataset({node.id!r}, HERE / {project.datasets[node.id]!r})")
            continue
        component = project.library.component(node.component, node.version)
        for line in (node.comment or "").splitlines():
            lines.append(f"    # {line}")
        lines.append(f"    {names[node.id]} = {_function_name(component)}(")
        lines.append(f"        {node.id!r},")
        for edge in project.spec.inputs_of(node.id):
            lines.append(f"        {edge.target_port}={names[edge.source]}[{edge.source_port!r}],")
        for name, value in node.parameters.items():
            if component.parameter(name) is not None and value is not None:
                lines.append(f"        {_safe(name)}={_value(value, node, name, scripts)},")
        seed = node.parameters.get("random_seed")
        if isinstance(seed, int) and not isinstance(seed, bool) and seed > 0:
            lines.append(f"        seed={seed},")
        lines.append("    )")
    ends = [names[node.id] for node in project.spec.nodes]
    lines += [f"    for made in ({', '.join(ends)},):", "        print(made)"]
    return "\n".join([*lines, "", "", 'if __name__ == "__main__":', "    main()", ""])


def _value(value: Any, node: Node, name: str, scripts: dict[str, bytes | str]) -> str:
    if isinstance(value, str) and (len(value) > LONG or value.count("\n") > 1):
        ending = "py" if "python" in name or "script" in name else "sql" if "sql" in name else "txt"
        path = f"scripts/{node.id}-{name}.{ending}"
        scripts[path] = value
        return f"text(HERE / {path!r})"
    return pformat(value, width=90, sort_dicts=True).replace("\n", "\n        ")


def _names(spec: PipelineSpec) -> dict[str, str]:
    """Node id to a variable's name, each of its own."""
    taken = {"main", "Path", "Any", "Made", "begin", "dataset", "run", "text", "made", "HERE"}
    taken |= {_plain(node.component) for node in spec.nodes}
    found = {}
    for node in spec.nodes:
        stem = _plain(node.id)
        name, number = stem, 1
        while name in taken or keyword.iskeyword(name):
            name, number = f"{stem}_{number}", number + 1
        taken.add(name)
        found[node.id] = name
    return found


def _function_name(component: Component) -> str:
    return _plain(component.name)


def _plain(text: str) -> str:
    name = re.sub(r"\W", "_", text.lower())
    return name if not name[:1].isdigit() else f"_{name}"


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in ("step", "seed") else name


def _sorted(component: Component) -> list[Any]:
    """Keyword-only, so the order is free; required ones first for the reader."""
    return sorted(component.inputs, key=lambda port: port.optional)
