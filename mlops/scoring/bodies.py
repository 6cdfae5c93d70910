"""The accepted forms of a JSON body, read into a checked Batch: Azure's `data` and `input_data`, and MLflow's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.scoring.batch import Batch
from mlops.scoring.csv_rows import KIND as CSV
from mlops.scoring.csv_rows import columns_of
from mlops.scoring.validation import Validator

SCORE_KEYS = ("data", "input_data")
INVOCATION_KEYS = ("dataframe_split", "dataframe_records", "inputs", "instances")
_FORMS = (
    'Rows are given as a list of {column: value}, as a list of lists, as {"columns": [...], "data": [[...]]}, '
    "or as {column: [values]}."
)
_decoder = msgspec.json.Decoder()


def read_json(raw: bytes) -> Any:
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(
            "broken_json",
            _("The body is not valid JSON: %(error)s.") % {"error": error},
            hint=_("Send UTF-8 JSON text."),
            status=400,
        ) from None


def read_score(raw: bytes, *, validator: Validator) -> Batch:
    """The body of POST /score."""
    plain = validator.plain.read(raw)
    if plain is not None:
        return validator.from_plain(*plain)
    return read_rows(value_of(read_json(raw), SCORE_KEYS), validator=validator)


def read_invocation(raw: bytes, *, validator: Validator, content_type: str = "") -> Batch:
    """The body of POST /invocations: JSON, or CSV."""
    if content_type.startswith(CSV):
        return validator.from_columns(*columns_of(raw, validator.signature))
    return read_rows(value_of(read_json(raw), INVOCATION_KEYS), validator=validator)


def read_rows(value: Any, *, validator: Validator) -> Batch:
    if isinstance(value, list):
        if value and not isinstance(value[0], dict):
            return validator.from_lists(value)
        return validator.from_records(value)
    if not isinstance(value, dict):
        raise Refusal("wrong_shape", _("The rows are neither a list nor an object."), hint=_FORMS, status=422)
    if "columns" in value and "data" in value and value.keys() <= {"columns", "data", "index"}:
        return _read_split(value, validator=validator)
    lengths = {len(column) for column in value.values() if isinstance(column, list)}
    if not lengths:
        return validator.from_records([value])
    if len(lengths) > 1 or not all(isinstance(column, list) for column in value.values()):
        raise Refusal("uneven_columns", _("The columns are not lists of the same length."), hint=_FORMS, status=422)
    return validator.from_columns(value, lengths.pop())


def _read_split(value: Mapping[str, Any], *, validator: Validator) -> Batch:
    names, rows = value["columns"], value["data"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal("wrong_shape", _("'columns' is not a list of column names."), hint=_FORMS, status=422)
    if not isinstance(rows, list):
        raise Refusal("wrong_shape", _("'data' beside 'columns' is not a list of rows."), hint=_FORMS, status=422)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Refusal(
            "column_twice", _("The column '%(twice)s' is named twice in 'columns'.") % {"twice": twice}, status=422
        )
    validator.check_names(names)
    return validator.from_lists(rows, names=names)


def value_of(body: Any, keys: tuple[str, ...]) -> Any:
    """What stands under the one key of them that the body has. Raises Refusal `wrong_shape`."""
    listed = " or ".join(f"'{key}'" for key in keys)
    if not isinstance(body, dict):
        raise Refusal(
            "wrong_shape",
            _("The body is not a JSON object with %(listed)s.") % {"listed": listed},
            hint=f'{{"{keys[0]}": ...}}',
            status=422,
        )
    given = [key for key in keys if key in body]
    if len(given) == 1:
        return body[given[0]]
    if given:
        raise Refusal(
            "wrong_shape",
            _("The body has more than one of %(listed)s.") % {"listed": listed},
            hint=_("Send one."),
            status=422,
        )
    suggestion = next((text for text in (nearest(name, keys) for name in body) if text), "")
    raise Refusal(
        "wrong_shape", _("The body has no %(listed)s.") % {"listed": listed}, hint=suggestion or _FORMS, status=422
    )
