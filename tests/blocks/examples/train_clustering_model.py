from __future__ import annotations

from tests.blocks.examples import Example, Fault

COLUMNS = {"mode": "rules", "begin_with": "all", "rules": [{"action": "exclude", "by": "names", "names": ["price"]}]}

EXAMPLE = Example(
    parameters={"column_set": COLUMNS},
    inputs=lambda workshop, data: {
        "untrained_model": workshop.run("k_means_clustering")["untrained_model"],
        "dataset": data,
    },
    faults=(Fault(code="column_not_found", parameters={"column_set": ["colour"]}),),
)
