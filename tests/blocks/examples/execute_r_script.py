from __future__ import annotations

import shutil

from tests.blocks.examples import Example, Fault

SCRIPT = """azureml_main <- function(dataframe1, dataframe2){
  list(dataframe1, dataframe1)
}
"""


def unavailable() -> str:
    return "" if shutil.which("Rscript") else "R is not installed"


EXAMPLE = Example(
    parameters={"r_script": SCRIPT},
    unavailable=unavailable,
    faults=(
        Fault(code="script_failed", parameters={"r_script": "azureml_main <- function(a, b) stop('no')"}),
        Fault(code="script_entry_missing", parameters={"r_script": "x <- 1"}),
    ),
)
