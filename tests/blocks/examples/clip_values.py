from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={
        "set_of_thresholds": "clip_peaks_and_subpeaks",
        "threshold": "percentile",
        "upper_substitute_value": "median",
        "add_indicator_columns": True,
    },
    faults=(
        Fault(code="column_not_numeric", parameters={"list_of_columns": ["make"]}),
        Fault(code="parameter_range", parameters={"percentile_value_of_lower_threshold": 100}),
    ),
)
