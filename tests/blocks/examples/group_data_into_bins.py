from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"columns_to_bin": ["power", "weight"], "number_of_bins": 4},
    needs_every_column=True,
    faults=(
        Fault(code="column_not_numeric", parameters={"columns_to_bin": ["make"]}),
        Fault(
            code="expression_invalid",
            parameters={"binning_mode": "custom_edges", "comma_separated_list_of_bin_edges": "1; 2"},
        ),
    ),
)
