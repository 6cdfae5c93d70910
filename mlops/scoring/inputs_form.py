"""The form of a body that Azure's designer endpoints have, and that Power BI expects: rows under `Inputs`, the answer
under `Results`. Everything else of a request is as with `data`."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.bodies import SCORE_KEYS, read_json
from mlops.scoring.exchange import Answer
from mlops.scoring.served.model import Served, encoder
from mlops.scoring.served.script import ScriptModel

INPUTS, RESULTS, PARAMETERS = "Inputs", "Results", "GlobalParameters"
DESIGNERS = "WebServiceInput"
"""An input that is called so is answered by the output of the same number; any other by rows alone."""
MARK, LOOKED_AT = b'"Inputs"', 400


async def score(model: Served, body: bytes) -> tuple[Answer, int]:
    """As the model scores. A body of the usual form costs one look at its beginning; scripts read theirs themselves."""
    if MARK not in body[:LOOKED_AT] or isinstance(model, ScriptModel):
        return await model.score(body)
    told = read_json(body)
    if not isinstance(told, dict) or INPUTS not in told or any(key in told for key in SCORE_KEYS):
        return await model.score(body)
    name, rows = _rows(told)
    answer, count = await model.score(encoder.encode({"data": rows}))
    return msgspec.structs.replace(answer, body=encoder.encode(_results(msgspec.json.decode(answer.body), name))), count


def as_data(body: bytes) -> bytes:
    """The same rows in the usual form."""
    if MARK not in body[:LOOKED_AT]:
        return body
    told = read_json(body)
    is_usual = not isinstance(told, dict) or INPUTS not in told or any(key in told for key in SCORE_KEYS)
    return body if is_usual else encoder.encode({"data": _rows(told)[1]})


def _rows(told: dict[str, Any]) -> tuple[str, Any]:
    given = told[INPUTS]
    if not isinstance(given, dict) or len(given) != 1:
        raise Refusal(
            "wrong_shape",
            _("“%(inputs)s” must be an object with one input.") % {"inputs": INPUTS},
            hint=f'Send {{"{INPUTS}": {{"data": [{{column: value}}]}}, "{PARAMETERS}": {{}}}}.',
            status=422,
        )
    unknown = [name for name in told if name not in (INPUTS, PARAMETERS)]
    if unknown or told.get(PARAMETERS):
        name = unknown[0] if unknown else PARAMETERS
        message = _("This model takes no “%(name)s” beside “%(inputs)s”.") % {"name": name[:60], "inputs": INPUTS}
        raise Refusal(
            "wrong_shape",
            message,
            hint=_("Leave it out, or send %(parameters)s empty.") % {"parameters": PARAMETERS},
            status=422,
        )
    ((name, rows),) = given.items()
    return name, rows


def _results(answer: dict[str, Any], name: str) -> dict[str, Any]:
    rows = answer.pop("predictions")
    number = name.removeprefix(DESIGNERS)
    is_designers = name.startswith(DESIGNERS) and number.isdecimal()
    return {RESULTS: {f"WebServiceOutput{number}": rows} if is_designers else rows, **answer}
