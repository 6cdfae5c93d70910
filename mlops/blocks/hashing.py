"""How Feature Hashing counts n-grams: MurmurHash3 (32 bits, seed 0) of each, cut to the chosen number of bits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.components.feature_hashing import MOST_DENSE_BITS, hash_column
from mlops.blocks.problems import as_refusal
from mlops.blocks.texts import chosen_texts, n_grams, sentences, words
from mlops.blocks.values import FittedTransformValue
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FittedTransform, Replay

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

MOST_CELLS = 100_000_000


def hash_features(call: Call) -> dict[str, Value]:
    table, bits, size = call.table("dataset"), call.parameters["hashing_bitsize"], call.parameters["n_grams"]
    names, found = chosen_texts(call.parameters["target_columns"], table.schema, parameter="target_columns")
    if found:
        raise as_refusal(found[0])
    steps = []
    for name in names:
        places = None if bits <= MOST_DENSE_BITS else _filled(table.frame[name], bits=bits, size=size)
        count = 2**bits if places is None else len(places)
        _require_room(count, rows=table.frame.height)
        writes = tuple(hash_column(name, place) for place in (places or range(count)))
        state = {"bits": bits, "size": size, "places": places}
        steps.append(Replay(component="feature_hashing", reads=(name,), writes=writes, fills=True, state=state))
        call.report.log(f"'{name}' becomes {count:,} columns.")
    transformation = FittedTransformValue(transform=FittedTransform(transforms=tuple(steps)))
    return {"transformed_dataset": table.transformed(*steps), "transformation": transformation}


def hashed(values: pl.Series, state: Mapping[str, Any]) -> pl.DataFrame:
    bits, places = state["bits"], state["places"]
    order = list(range(2**bits)) if places is None else places
    column = None if places is None else {place: index for index, place in enumerate(places)}
    cells = np.zeros((values.len(), len(order)), order="F")
    for row, text in enumerate(values.cast(pl.String).to_list()):
        for place, count in Counter(_places(text, bits=bits, size=state["size"])).items():
            index = place if column is None else column.get(place)
            if index is not None:
                cells[row, index] = count
    return pl.DataFrame(
        [pl.Series(hash_column(values.name, place), cells[:, index]) for index, place in enumerate(order)]
    )


def _places(text: str | None, *, bits: int, size: int) -> Sequence[int]:
    from sklearn.utils import murmurhash3_32

    cut = (words(sentence) for sentence in sentences(text or ""))
    grams = [gram for tokens in cut for gram in n_grams(tokens, size=max(size, 1))]
    return [murmurhash3_32(gram, seed=0, positive=True) & (2**bits - 1) for gram in grams]


def _filled(values: pl.Series, *, bits: int, size: int) -> list[int]:
    texts = values.cast(pl.String).to_list()
    places = sorted({place for text in texts for place in _places(text, bits=bits, size=size)})
    if places:
        return places
    message = _("Column '%(name)s' holds no words, so there is nothing to count.") % {"name": values.name}
    raise Refusal(
        "no_words", message, hint=_("Choose a column with text."), status=422, where=Where(parameter="target_columns")
    )


def _require_room(count: int, *, rows: int) -> None:
    if count * max(rows, 1) <= MOST_CELLS and count <= 2**17:
        return
    message = _("%(count)s columns for %(rows)s rows are more than a table can hold.") % {
        "count": f"{count:,}",
        "rows": f"{rows:,}",
    }
    hint = _("Lower 'Hashing bitsize' to %(value)s.") % {
        "value": max(1, min(14, (MOST_CELLS // max(rows, 1)).bit_length() - 1))
    }
    raise Refusal("table_too_wide", message, hint=hint, status=422, where=Where(parameter="hashing_bitsize"))
