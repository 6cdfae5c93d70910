from __future__ import annotations

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

EXAMPLE = Example(
    frame=reviews,
    parameters={"text_column": "review", "n_grams_size": 2, "weighting_function": "TF-IDF Weight"},
    takes_odd_tables=False,
    faults=(
        Fault(code="column_not_text", parameters={"text_column": "stars"}),
        Fault(code="column_not_found", parameters={"text_column": "revue"}),
        Fault(code="no_n_grams", parameters={"minimum_n_gram_document_absolute_frequency": 1000}),
        Fault(code="no_n_grams", frame=lambda: reviews().head(0)),
        Fault(code="input_missing", parameters={"vocabulary_mode": "ReadOnly"}),
        Fault(code="bad_range", parameters={"maximum_word_length": 2}),
    ),
)
