from __future__ import annotations

import polars as pl

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

EXAMPLE = Example(
    frame=reviews,
    parameters={
        "vw_arguments": "--loss_function logistic --passes 3",
        "label_column": "liked",
        "output_readable_model_file": True,
        "output_inverted_hash_file": True,
    },
    takes_odd_tables=False,
    faults=(
        Fault(code="column_not_found", parameters={"label_column": "likes"}),
        Fault(code="vw_argument", parameters={"vw_arguments": "-f /tmp/elsewhere"}),
        Fault(code="vw_argument", parameters={"vw_arguments": "--readable_model=x"}),
        Fault(code="vw_failed", parameters={"vw_arguments": "--loss_function logistic --no_such_option 3"}),
        Fault(code="classes_differ", parameters={"vw_arguments": "--oaa 3"}),
        Fault(code="label_not_numeric", parameters={"vw_arguments": ""}),
        Fault(code="label_missing", frame=lambda: reviews().with_columns(liked=pl.lit(None, dtype=pl.String))),
    ),
)
