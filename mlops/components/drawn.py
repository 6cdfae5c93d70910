"""Checks the interface that a person drew: names that Python takes, no name twice, defaults that fit."""

from __future__ import annotations

import keyword

import msgspec
from django.utils.translation import gettext as _

from mlops.blocks.parameters import check_parameters
from mlops.formats.azureml.component import GROUP
from mlops.formats.azureml.values import title_of
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.refusal import Refusal, Where

DRAWABLE = ("string", "text", "integer", "decimal", "boolean", "choice")
PORTS = ("table", "any")


def checked(component: Component) -> Component:
    """With labels where none were given. Raises Refusal `drawn_…`, which points at the port or parameter."""
    names = [one.name for one in component.inputs] + [one.name for one in component.parameters]
    for listed in (names, [one.name for one in component.outputs]):
        for place, name in enumerate(listed):
            if not name.isidentifier() or keyword.iskeyword(name):
                raise _refused("drawn_name", _("“%(name)s” cannot be a name in the script.") % {"name": name}, name)
            if name in listed[:place]:
                raise _refused("drawn_twice", _("The name “%(name)s” is given twice.") % {"name": name}, name)
    if not component.outputs:
        raise _refused("drawn_output", _("The component has no output."), "", _("Add at least one output."))
    labelled = msgspec.structs.replace(
        component,
        title=component.title.strip() or title_of(component.name),
        group=GROUP,
        inputs=tuple(_port(one) for one in component.inputs),
        outputs=tuple(_port(one) for one in component.outputs),
        parameters=tuple(_parameter(one) for one in component.parameters),
    )
    optional = tuple(msgspec.structs.replace(one, required=False) for one in labelled.parameters)
    for problem in check_parameters(msgspec.structs.replace(labelled, parameters=optional), {}):
        raise _refused("drawn_default", problem.message, problem.where.parameter or "", problem.hint)
    return labelled


def _port(port: Port) -> Port:
    if port.type not in PORTS:
        raise _refused(
            "drawn_type", _("A drawn port holds a table or files, not %(kind)s.") % {"kind": port.type}, port.name
        )
    return msgspec.structs.replace(port, label=port.label.strip() or title_of(port.name))


def _parameter(one: Parameter) -> Parameter:
    if one.type not in DRAWABLE:
        raise _refused(
            "drawn_type", _("A drawn parameter cannot be of the type %(kind)s.") % {"kind": one.type}, one.name
        )
    if one.type == "choice" and not one.choices:
        raise _refused("drawn_choices", _("“%(name)s” has no choices.") % {"name": one.name}, one.name)
    return msgspec.structs.replace(one, label=one.label.strip() or title_of(one.name))


def _refused(code: str, message: str, name: str, hint: str = "") -> Refusal:
    hint = hint or (_("Use letters, digits and “_”, such as row_count.") if code == "drawn_name" else "")
    return Refusal(code, message, hint=hint, status=422, where=Where(parameter=name or None))
