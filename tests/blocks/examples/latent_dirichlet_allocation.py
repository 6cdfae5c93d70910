from __future__ import annotations

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

EXAMPLE = Example(
    frame=reviews,
    parameters={"target_columns": ["review"], "number_of_topics_to_model": 2, "number_of_training_iterations": 3},
    takes_odd_tables=False,
    faults=(
        Fault(code="column_not_text", parameters={"target_columns": ["stars"]}),
        Fault(code="no_words", frame=lambda: reviews().head(0)),
        Fault(
            code="table_too_wide",
            parameters={
                "number_of_topics_to_model": 1000,
                "n_grams": 10,
                "show_all_options": True,
                "build_dictionary_of_n_grams": False,
            },
        ),
    ),
)
