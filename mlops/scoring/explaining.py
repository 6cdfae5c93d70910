"""Answers that carry why: POST /score?explain=true adds the contribution of each column to each answer.

The served model itself is asked with rows between the usual and the given one (mlops.stats.shapley), whatever it is
made of. Its explainer is read when somebody asks."""

from __future__ import annotations

import asyncio
import contextvars
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec

from mlops.formats.explanation import EXPLAINER_FILE, ScoringExplainer
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.scoring.bodies import SCORE_KEYS, read_json, value_of
from mlops.scoring.collecting import note as noting
from mlops.scoring.exchange import Answer
from mlops.scoring.served.model import Served, encoder

MOST_EXPLAINED = 20
PROBABILITIES = "Scored Probabilities"
YES, NO = ("true", "1", "yes", ""), ("false", "0", "no")


def is_asked(query: bytes) -> bool:
    """Raises Refusal `explain_invalid`."""
    if b"explain" not in query:
        return False
    told = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("explain")
    if told is None or told[-1].lower() in NO:
        return False
    if told[-1].lower() not in YES:
        hint = _("Send explain=true, or leave it out.")
        where = Where(parameter="explain", value=told[-1][:40])
        raise Refusal(
            "explain_invalid",
            _("“%(told)s” is neither true nor false.") % {"told": told[-1][:40]},
            hint=hint,
            where=where,
        )
    return True


class Explaining:
    def __init__(self, folder: Path) -> None:
        self._path = folder / EXPLAINER_FILE
        self._known: ScoringExplainer | None = None

    async def added(self, model: Served, body: bytes, answer: Answer) -> Answer:
        """The answer with `explanations`, one a row. Raises Refusal `no_explainer`, `too_many_rows`, `wrong_shape`."""
        explainer = self._explainer()
        rows = _rows(body)
        aside = contextvars.copy_context()
        aside.run(noting.current.set, None)
        told = await asyncio.create_task(_explained(model, explainer, rows), context=aside)
        more = encoder.encode({"explanations": told, "explained_with": explainer.explanation})
        return msgspec.structs.replace(answer, body=answer.body.rstrip()[:-1] + b"," + more[1:])

    def _explainer(self) -> ScoringExplainer:
        if self._known is None:
            if not self._path.is_file():
                raise Refusal(
                    "no_explainer",
                    _("This deployment cannot explain its answers: its model version was not explained before."),
                    hint=_(
                        "Explain the version for deployments (on its page, or by mlops model explain "
                        "--for-deployments), then deploy it again."
                    ),
                    status=409,
                )
            self._known = msgspec.json.decode(self._path.read_bytes(), type=ScoringExplainer)
        return self._known


def _rows(body: bytes) -> list[dict[str, Any]]:
    value = value_of(read_json(body), SCORE_KEYS)
    value = [value] if isinstance(value, dict) else value
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        hint = _('Send rows as {"data": [{column: value}]}.')
        raise Refusal("wrong_shape", _("Only rows of named columns are explained."), hint=hint, status=422)
    if len(value) > MOST_EXPLAINED:
        message = _("The request has %(count)s rows; at most %(most_explained)s are explained at once.") % {
            "count": f"{len(value):,}",
            "most_explained": MOST_EXPLAINED,
        }
        raise Refusal("too_many_rows", message, hint=_("Send fewer rows, or leave explain out."), status=413)
    return value


async def _explained(model: Served, explainer: ScoringExplainer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    import numpy as np

    from mlops.stats import shapley

    columns, background = explainer.columns, list(explainer.background)
    order = shapley.orders(len(columns), len(background), seed=explainer.seed)
    bits = shapley.exchanged(order)
    usual = np.repeat(np.arange(len(background))[:, None], len(columns), axis=1)
    names, starts = _numbers(await _predicted(model, background))
    _names, ends = _numbers(await _predicted(model, rows))
    found = []
    for place, row in enumerate(rows):
        pool = [*background, {name: row.get(name) for name in columns}]
        codes = shapley.asked(np.full(len(columns), len(background)), usual, bits)
        tried = [{n: pool[at][n] for n, at in zip(columns, line, strict=True)} for line in codes.tolist()]
        between = _numbers(await _predicted(model, tried))[1] if tried else np.zeros((0, len(names)))
        shaped = between.reshape(bits.shape[0], bits.shape[1], len(names))
        values = shapley.contributions(order, starts=starts, between=shaped, end=ends[place])
        found.append(
            {
                "base": dict(zip(names, starts.mean(axis=0).tolist(), strict=True)),
                "contributions": {
                    name: dict(zip(columns, values[:, at].tolist(), strict=True)) for at, name in enumerate(names)
                },
            }
        )
    return found


async def _predicted(model: Served, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = max(1, model.serving.limits.rows)
    found: list[dict[str, Any]] = []
    for start in range(0, len(rows), most):
        found += await model.predict(rows[start : start + most])
    return found


def _numbers(answers: list[dict[str, Any]]) -> tuple[list[str], Any]:
    """The outputs that can go up and down: probabilities where there are any, else every number."""
    import numpy as np

    first = answers[0] if answers else {}
    numeric = [name for name, one in first.items() if isinstance(one, int | float) and not isinstance(one, bool)]
    names = [name for name in numeric if name.startswith(PROBABILITIES)] or numeric
    if not names:
        hint = _("Explain the version on its page: there its inside is known.")
        raise Refusal(
            "not_explainable", _("The answers have no number that a column could move."), hint=hint, status=422
        )
    return names, np.array([[row[name] for name in names] for row in answers], dtype=np.float64)
