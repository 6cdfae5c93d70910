"""Which explainer fits a model: what knows its inside where there is one, else one that asks it from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from mlops.explanations.computing import deep, kernel, linear, mimic, trees, walks
from mlops.explanations.computing.folding import Owners, owners_of
from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import OpenModel
from mlops.explanations.computing.sampling import Sample
from mlops.formats.explanation import ExplainOrder, Kind
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

OF_THE_INSIDE = ("tree", "linear", "deep")
LEAST_MEANS = 200
"""Rows whose mean is “the usual” of a linear model: it costs next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an explainer needs. `deadline` by time.monotonic."""

    model: OpenModel
    order: ExplainOrder
    sample: Sample
    background: pl.DataFrame
    deadline: float
    tell: Callable[[float], None]


def usual_kind(model: OpenModel) -> Kind:
    """By the model's type."""
    if model.estimator is not None and model.cells is not None:
        if trees.is_tree(model.estimator):
            return "tree"
        if linear.is_linear(model.estimator):
            return "linear"
        if deep.is_deep(model.estimator):
            return "deep"
    return "permutation"


def explained(asked: Asked) -> Found:
    """In columns of the dataset. Raises Refusal `kind_does_not_fit`."""
    kind = asked.order.kind
    if kind == "auto":
        return _usual(asked)
    if kind in OF_THE_INSIDE:
        _require_fit(asked.model, kind)
        return _from_inside(asked, kind)
    return _from_outside(asked, kind)


def _usual(asked: Asked) -> Found:
    """From inside where that adds up and each cell has one owner."""
    kind = usual_kind(asked.model)
    if kind not in OF_THE_INSIDE:
        return _from_outside(asked, kind)
    owners = owners_of(asked.model, asked.sample.rows, seed=asked.order.seed)
    if owners.mixed:
        note = (
            f"{owners.mixed} of the numbers that the estimator gets are made of several columns, so that the model was "
            "explained from outside, where each column of the dataset counts by itself."
        )
        return _with_note(_from_outside(asked, "permutation"), note)
    try:
        return _from_inside(asked, kind, owners)
    except Refusal:
        raise
    except Exception as error:  # an estimator that looks like one that shap knows may be none
        note = f"Its own explainer ({kind}) failed, so that it was explained from outside: {_first_line(error)}"
        return _with_note(_from_outside(asked, "permutation"), note)


def _from_inside(asked: Asked, kind: Kind, owners: Owners | None = None) -> Found:
    model = asked.model
    assert model.cells is not None
    owners = owners or owners_of(model, asked.sample.rows, seed=asked.order.seed)
    cells = model.cells(asked.sample.rows)
    if kind == "tree":
        found = trees.contributions(model, cells)
    elif kind == "linear":
        found = linear.contributions(model, cells, model.cells(asked.background))
    else:
        found = deep.contributions(model, cells, model.cells(asked.background))
    asked.tell(1.0)
    unowned = owners.unowned(found.values)
    notes = found.notes
    if owners.mixed:
        notes += (f"{owners.mixed} numbers are made of several columns; their contributions are shared out evenly.",)
    return replace(found, values=owners.fold(found.values), base=found.base + unowned, notes=notes)


def _from_outside(asked: Asked, kind: Kind) -> Found:
    model, rows, background, seed = asked.model, asked.sample.rows, asked.background, asked.order.seed
    if kind == "mimic":
        found = mimic.contributions(model, rows, rows, surrogate=asked.order.surrogate, seed=seed)
        asked.tell(1.0)
        return found
    if kind == "kernel":
        return kernel.contributions(model, rows, background, seed=seed, deadline=asked.deadline, tell=asked.tell)
    return walks.contributions(model, rows, background, seed=seed, deadline=asked.deadline, tell=asked.tell)


def _require_fit(model: OpenModel, kind: Kind) -> None:
    usual = usual_kind(model)
    if usual == kind:
        return
    known = type(model.estimator).__name__ if model.estimator is not None else "a model known from outside only"
    raise Refusal(
        "kind_does_not_fit",
        _("The kind “%(kind)s” does not fit this model: it is %(known)s.") % {"kind": kind, "known": known},
        hint=_("Choose “auto” (here: %(usual)s), “permutation” or “mimic”, which explain any model.")
        % {"usual": usual},
        status=422,
        where=Where(parameter="kind", value=kind),
    )


def _with_note(found: Found, note: str) -> Found:
    return replace(found, notes=(note, *found.notes))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
