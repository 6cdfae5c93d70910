"""The pages of the built-in components, from their definitions: one of all, and one for each group of the palette."""

from __future__ import annotations

from typing import Any

from mlops.blocks.catalogue import GROUPS, components
from mlops.formats.component import Component, Parameter, Port
from mlops.web.documentation.drawing import slug
from mlops.web.reference.tables import code, table

INTRODUCTION = """# Components

Every step that comes with the product. In the designer they are in the palette on the left, in these groups; in a
pipeline's YAML each is named as written here. Your own are made as [Coming from Azure ML](../guides/azure-ml.md)
says.
"""


def pages() -> dict[str, str]:
    lines, made = [INTRODUCTION], {}
    for group in GROUPS:
        within = sorted((one for one in components() if one.group == group), key=lambda one: one.title)
        file = f"components/{slug(group)}.md"
        lines += [f"## {group}", ""]
        lines += table(
            ("component", "name", "what it does"),
            ((f"[{one.title}]({file}#{slug(one.title)})", code(one.name), _first(one.help)) for one in within),
        )
        made[file] = "\n".join([f"# {group}", "", *(line for one in within for line in _lines(one))])
    return {"components.md": "\n".join(lines), **made}


def _lines(one: Component) -> list[str]:
    extra = f" Needs the optional part `{one.extra}`." if one.extra else ""
    return [
        f"## {one.title}",
        "",
        f"`{one.name}`, version {one.version}.{extra}",
        "",
        one.help.strip(),
        "",
        *table(("input", "type", "meaning"), map(_port, one.inputs)),
        *table(("parameter", "type", "default", "meaning"), map(_parameter, one.parameters)),
        *table(("output", "type", "meaning"), map(_port, one.outputs)),
    ]


def _port(one: Port) -> tuple[str, str, str]:
    return code(one.name), one.type, _meaning(one.label, one.help) + (" Optional." if one.optional else "")


def _parameter(one: Parameter) -> tuple[str, str, str, str]:
    text = _meaning(one.label, one.help)
    if one.choices:
        text += f" One of: {', '.join(f'{code(choice.value)} ({choice.label})' for choice in one.choices)}."
    limits = _limits(one)
    text += f" {limits}" if limits else ""
    return code(one.name), one.type, code(_default(one.default)), text


def _meaning(label: str, help: str) -> str:
    return f"**{label}.** {help}".strip()


def _limits(one: Parameter) -> str:
    least = (
        "" if one.minimum is None else f"{'More than' if one.exclusive_minimum else 'At least'} {_number(one.minimum)}"
    )
    most = "" if one.maximum is None else f"{'at' if least else 'At'} most {_number(one.maximum)}"
    return f"{', '.join(part for part in (least, most) if part)}." if least or most else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def _default(value: Any) -> str:
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return "" if value is None or "\n" in text or len(text) > 60 else text


def _first(help: str) -> str:
    return help.strip().split("\n\n")[0]
