from __future__ import annotations

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

EXAMPLE = Example(
    frame=reviews,
    parameters={"target_column": "review", "length_of_word_embedding": 5, "number_of_epochs": 2},
    takes_odd_tables=False,
    faults=(
        Fault(code="column_not_text", parameters={"target_column": "stars"}),
        Fault(code="column_not_found", parameters={"target_column": "revue"}),
        Fault(code="no_words", frame=lambda: reviews().head(0)),
        Fault(code="weights_missing", parameters={"word2vec_strategy": "GloVe pretrained English Model"}),
    ),
)
