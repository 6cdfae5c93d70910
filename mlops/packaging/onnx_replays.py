"""ONNX forms of the frequent transforms that components bring along. Loads onnx: for child processes only.

Numbers are compared in float32, as they arrive: a threshold that is a value of the data, such as a quantile, then lies
on the same side as in training, where both were double."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto

from mlops.formats.spoken import gettext as _
from mlops.formats.transform import Replay
from mlops.packaging.onnx_cells import Cell, as_number, not_convertible


class Graph(Protocol):
    columns: dict[str, Cell]

    def node(self, operation: str, inputs: Any, **attributes: Any) -> str: ...

    def constant(self, value: Any) -> str: ...

    def cast(self, tensor: str, kind: int) -> str: ...

    def is_missing(self, cell: Cell) -> str: ...


State = Mapping[str, Any]
Form = Callable[[Graph, list[Cell], State], Cell]


def replayed(graph: Graph, step: Replay) -> None:
    """Raises Refusal `not_convertible` for what has no ONNX form."""
    form = FORMS.get(step.component)
    cells = [graph.columns.get(name) for name in step.reads]
    if form is None or len(step.writes) != 1 or any(cell is None for cell in cells):
        raise _without_form(step)
    try:
        graph.columns[step.writes[0]] = form(graph, [cell for cell in cells if cell is not None], step.state)
    except _Unknown as unknown:
        raise _without_form(step) from unknown
    for name in step.removes:
        graph.columns.pop(name, None)


class _Unknown(Exception):
    """This case has no ONNX form."""


def _without_form(step: Replay) -> Exception:
    names = ", ".join(step.writes)
    return not_convertible(
        _("'%(component)s' makes %(names)s, which has no ONNX form.") % {"component": step.component, "names": names},
        column=step.writes[0],
    )


def _double(graph: Graph, cell: Cell) -> str:
    if cell.type in ("string", "date") or cell.text_of is not None:
        raise _Unknown
    return graph.cast(cell.tensor, TensorProto.DOUBLE)


def _compared(graph: Graph, operation: str, tensor: str, bound: Any) -> str:
    """`tensor` is double; `bound` a number, an array that stands beside it, or another tensor."""
    other = graph.cast(bound, TensorProto.FLOAT) if isinstance(bound, str) else None
    if other is None:
        other = graph.constant(np.atleast_1d(np.asarray(bound, dtype=np.float64)).astype(np.float32))
    return graph.node(operation, [graph.cast(tensor, TensorProto.FLOAT), other])


def _number(graph: Graph, value: float | None) -> str:
    return graph.constant(np.array([np.nan if value is None else value], dtype=np.float64))


def _gap_where(graph: Graph, condition: str, tensor: str) -> str:
    return graph.node("Where", [condition, _number(graph, None), tensor])


def _clip(graph: Graph, cells: list[Cell], state: State) -> Cell:
    value = _double(graph, cells[0])
    beyond = {}
    for side, operation in (("upper", "Greater"), ("lower", "Less")):
        if state[side] is not None:
            beyond[side] = _compared(graph, operation, value, state[side])
    if state.get("mark"):
        marks = list(beyond.values())
        mark = marks[0] if len(marks) == 1 else graph.node("Or", marks)
        return Cell(tensor=graph.cast(mark, TensorProto.FLOAT), type="boolean")
    result = value
    for side in ("lower", "upper"):
        if side in beyond:
            result = graph.node("Where", [beyond[side], _number(graph, state[f"{side}_value"]), result])
    return Cell(tensor=result, type="decimal", double=True)


def _bins(graph: Graph, cells: list[Cell], state: State) -> Cell:
    """The number of edges below the value, and one."""
    value = _double(graph, cells[0])
    one = _number(graph, 1.0)
    if state["edges"]:
        above = graph.cast(_compared(graph, "Greater", value, state["edges"]), TensorProto.DOUBLE)
        axes = graph.constant(np.array([1], dtype=np.int64))
        place = graph.node("Add", [graph.node("ReduceSum", [above, axes], keepdims=1), one])
    else:
        place = graph.node("Add", [graph.node("Mul", [value, _number(graph, 0.0)]), one])
    if state["share"] is not None:
        place = graph.node("Div", [place, _number(graph, state["share"])])
    found = _gap_where(graph, graph.node("IsNaN", [value]), place)
    return Cell(tensor=found, type="integer" if state["share"] is None else "decimal", double=True)


def _indicator(graph: Graph, cells: list[Cell], state: State) -> Cell:
    cell, level = cells[0], state["level"]
    if level is None:
        matches = graph.is_missing(cell)
    elif cell.is_text:
        if level == "":
            raise _Unknown  # in a request, empty text is a gap
        matches = graph.node("Equal", [cell.tensor, graph.constant(np.array([level], dtype=object))])
    else:
        number = as_number(level, cell.text_of or cell.type)
        if number is None or cell.type == "date":
            raise _Unknown
        matches = _compared(graph, "Equal", graph.cast(cell.tensor, TensorProto.DOUBLE), number)
    return Cell(tensor=graph.cast(matches, TensorProto.FLOAT), type="integer")


def _replacement(graph: Graph, cells: list[Cell], state: State) -> Cell:
    cell, old, new = cells[0], state["old"], state["new"]
    if cell.is_text:
        if old == "" or new == "":
            raise _Unknown
        known = graph.constant(np.array([old or ""], dtype=object))
        fresh = graph.constant(np.array([new or ""], dtype=object))
        tensor = graph.node("Where", [graph.node("Equal", [cell.tensor, known]), fresh, cell.tensor])
        return Cell(tensor=tensor, type="string")
    value = _double(graph, cell)
    matches = graph.node("IsNaN", [value]) if old is None else _compared(graph, "Equal", value, float(old))
    fresh = _number(graph, None if new is None else float(new))
    return Cell(tensor=graph.node("Where", [matches, fresh, value]), type=cell.type, double=True)


def _encoding(graph: Graph, cells: list[Cell], state: State) -> Cell:
    from mlops.blocks.encoding import GAP

    known = {text: number for text, number in state["values"].items() if text not in ("", GAP)}
    return _looked_up(graph, cells[0], known, missing=state["values"].get(GAP, state["mean"]), other=state["mean"])


def _look_up(graph: Graph, cells: list[Cell], state: State) -> Cell:
    """Numbers by one text key, with regard to case."""
    if len(cells) != 1 or not state["match_case"] or state["type"] not in ("integer", "decimal", "boolean"):
        raise _Unknown
    known = {
        text: float(value) for text, value in zip(state["keys"][0], state["values"], strict=True) if value is not None
    }
    found = _looked_up(graph, cells[0], known, missing=float("nan"), other=float("nan"))
    return Cell(tensor=found.tensor, type=state["type"])


def _looked_up(graph: Graph, cell: Cell, known: Mapping[str, float], *, missing: float, other: float) -> Cell:
    if not cell.is_text:
        raise _Unknown
    pairs = {"": missing, **known}
    tensor = graph.node(
        "LabelEncoder",
        [cell.tensor],
        domain="ai.onnx.ml",
        keys_strings=list(pairs),
        values_floats=[float(number) for number in pairs.values()],
        default_float=other,
    )
    return Cell(tensor=tensor, type="decimal")


def _axis(graph: Graph, cells: list[Cell], state: State) -> Cell:
    """How far a row lies along an axis: a weighted sum of what is left of its columns without their means."""
    values = graph.node("Concat", [_double(graph, cell) for cell in cells], axis=1)
    shifted = graph.node("Sub", [values, graph.constant(np.array(state["mean"], dtype=np.float64))])
    weights = graph.constant(np.array(state["axis"], dtype=np.float64)[:, None])
    return Cell(tensor=graph.node("MatMul", [shifted, weights]), type="decimal", double=True)


def _grouped(graph: Graph, cells: list[Cell], state: State) -> Cell:
    groups, cell = dict(state["groups"]), cells[0]
    if not cell.is_text or state["rest"] is None or "" in groups:
        raise _Unknown
    tensor = graph.node(
        "LabelEncoder",
        [cell.tensor],
        domain="ai.onnx.ml",
        keys_strings=["", *groups],
        values_strings=["", *groups.values()],
        default_string=state["rest"],
    )
    return Cell(tensor=tensor, type="string")


_COMPARISONS = {
    "equal_to": "Equal",
    "greater_than": "Greater",
    "greater_than_or_equal_to": "GreaterOrEqual",
    "less_than": "Less",
    "less_than_or_equal_to": "LessOrEqual",
}
_PLAIN = {
    "abs": "Abs", "ceiling": "Ceil", "exp": "Exp", "floor": "Floor", "ln": "Log", "sign": "Sign", "sqrt": "Sqrt",
    "tanh": "Tanh", "add": "Add", "divide": "Div", "multiply": "Mul", "subtract": "Sub", "pow": "Pow",
    "pair_max": "Max", "pair_min": "Min",
}  # fmt: skip
_SCALED_LOGS = {"log10": np.log(10.0), "log2": np.log(2.0)}


def _mathematics(graph: Graph, cells: list[Cell], state: State) -> Cell:
    name, constant = state["name"], state["constant"]
    values = [_double(graph, cell) for cell in cells]
    if constant is not None:
        values.append(_number(graph, constant))
    if name in _COMPARISONS or name == "not_equal_to":
        return _comparison(graph, name, values)
    if name in _PLAIN:
        result = graph.node(_PLAIN[name], values)
    elif name in _SCALED_LOGS:
        result = graph.node("Div", [graph.node("Log", values), _number(graph, float(_SCALED_LOGS[name]))])
    elif name == "ln_plus1":
        result = graph.node("Log", [graph.node("Add", [values[0], _number(graph, 1.0)])])
    elif name == "square":
        result = graph.node("Mul", [values[0], values[0]])
    else:
        raise _Unknown
    infinite = graph.node("IsInf", [result])
    found = _gap_where(graph, infinite, result)
    for value in values:
        found = _gap_where(graph, graph.node("IsNaN", [value]), found)
    return Cell(tensor=found, type="decimal", double=True)


def _comparison(graph: Graph, name: str, values: list[str]) -> Cell:
    answer = _compared(graph, _COMPARISONS.get(name, "Equal"), values[0], values[1])
    if name == "not_equal_to":
        answer = graph.node("Not", [answer])
    found = graph.cast(answer, TensorProto.DOUBLE)
    for value in values:
        found = _gap_where(graph, graph.node("IsNaN", [value]), found)
    return Cell(tensor=graph.cast(found, TensorProto.FLOAT), type="boolean")


FORMS: dict[str, Form] = {
    "apply_math_operation": _mathematics,
    "clip_values": _clip,
    "convert_to_dataset": _replacement,
    "convert_to_indicator_values": _indicator,
    "group_categorical_values": _grouped,
    "group_data_into_bins": _bins,
    "join_data": _look_up,
    "principal_component_analysis": _axis,
    "target_encoding": _encoding,
}
