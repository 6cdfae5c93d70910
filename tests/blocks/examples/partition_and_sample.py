from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={
        "partition_or_sample_mode": "assign_to_folds",
        "stratified_split": True,
        "stratification_key_column": "make",
    },
    needs_every_column=True,
    faults=(
        Fault(code="no_folds", parameters={"partition_or_sample_mode": "pick_fold"}),
        Fault(
            code="expression_invalid",
            parameters={"partitioner_method": "proportions", "proportion_list_of_folds": "0.7, 0.6"},
        ),
    ),
)
