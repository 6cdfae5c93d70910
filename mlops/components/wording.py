"""Built-in components in the reader's language: their texts stand in English with the components, and in the catalogues
under the context `component`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mlops.formats.component import Choice, Component, Parameter, Port
from mlops.formats.spoken import told


def texts_of(component: Component) -> Iterator[str]:
    """Those that people read, in the order of the page."""
    yield from (component.title, component.group)
    for port in (*component.inputs, *component.outputs):
        yield from (port.label, port.help)
    for parameter in component.parameters:
        yield from (parameter.label, parameter.help)
        yield from (choice.label for choice in parameter.choices)


def in_words(component: Component) -> Component:
    """The same component with translated texts; its names and values stay."""
    return replace(
        component,
        title=told(component.title),
        group=told(component.group),
        help=told(component.help),
        inputs=tuple(_port(port) for port in component.inputs),
        outputs=tuple(_port(port) for port in component.outputs),
        parameters=tuple(_parameter(parameter) for parameter in component.parameters),
    )


def _port(port: Port) -> Port:
    return replace(port, label=told(port.label), help=told(port.help))


def _parameter(parameter: Parameter) -> Parameter:
    choices = tuple(Choice(value=choice.value, label=told(choice.label)) for choice in parameter.choices)
    return replace(parameter, label=told(parameter.label), help=told(parameter.help), choices=choices)
