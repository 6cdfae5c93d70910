"""Execute R Script: a function of the user's own in R."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFAULT_SCRIPT = """# R version: the one of the server that runs the step
# The script MUST contain a function named azureml_main,
# which is the entry point for this component.

# If an input port is not connected, the data frame is NULL.
#   Param<dataframe1>: a R DataFrame
#   Param<dataframe2>: a R DataFrame
azureml_main <- function(dataframe1, dataframe2){
  print("R script run.")

  # If a zip file is connected to the third input port, it is
  # unzipped under "./Script Bundle":
  # source("./Script Bundle/mymodule.R")

  # Return datasets as a named list
  return(list(dataset1=dataframe1, dataset2=dataframe2))
}
"""
PLOT_COLUMNS = (
    Column(name="Plot", type="string"),
    Column(name="Width", type="integer"),
    Column(name="Height", type="integer"),
    Column(name="Picture", type="string"),
)

DEFINITION = Component(
    name="execute_r_script",
    version="1",
    title="Execute R Script",
    group="Python and R",
    help="""Runs an R function of yours on one or two tables.

**When to use it.** For what you have in R already: statistics, reshaping, plots. R must be installed on the server
(`apt-get install r-base-core`); the step uses the packages that are installed there. `install.packages("x")` in the
script works where the server can reach a mirror, and lasts for that run.

**Example.**

```r
azureml_main <- function(dataframe1, dataframe2){
  dataframe1$ratio <- dataframe1$weight / dataframe1$horsepower
  hist(dataframe1$ratio)
  return(list(dataset1=dataframe1))
}
```

**How tables arrive.** As data frames: text as character, categorical columns as factor, whole numbers as integer (or
numeric beyond two thousand million), decimals as numeric, yes/no as logical, dates as POSIXct in UTC; a gap is NA.
What you print appears in the log. A zip file at the third input is unpacked to `./Script Bundle`.

**What comes out.** The one or two data frames of the list that you return; and what you drew with `plot`, `hist` and
so on, as a table of pictures (PNG in base64). A model that is trained behind an R script cannot be deployed, because
its endpoint would need R: use Execute Python Script or Apply SQL Transformation on that way.""",
    inputs=(
        Port(name="dataset1", type="table", label="Dataset1", optional=True),
        Port(name="dataset2", type="table", label="Dataset2", optional=True),
        Port(name="script_bundle", type="zip", label="Script bundle", optional=True),
    ),
    outputs=(
        Port(name="result_dataset", type="table", label="Result dataset"),
        Port(name="result_dataset2", type="table", label="Result dataset2"),
        Port(name="r_device", type="table", label="R device"),
    ),
    parameters=(
        Parameter(
            name="r_script",
            type="script",
            language="r",
            label="R script",
            required=True,
            default=DEFAULT_SCRIPT,
            help="R source with a function azureml_main(dataframe1, dataframe2).",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="What set.seed gets before the script. 0 is a fixed seed, not the clock.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """The script is looked at, never run: what it makes of the columns is unknown."""
    unknown, plots = Shape(type="table"), Shape(type="table", table=TableSchema(columns=PLOT_COLUMNS))
    found: list[Problem] = []
    if shutil.which("Rscript") is None:
        found.append(no_interpreter())
    if not re.search(r"\bazureml_main\s*(<-|=)", parameters["r_script"] or ""):
        message = _("The script has no function 'azureml_main'.")
        hint = _("Write: azureml_main <- function(dataframe1, dataframe2){ … }")
        found.append(problem("script_entry_missing", message, hint=hint, parameter="r_script"))
    outputs = {"result_dataset": unknown, "result_dataset2": unknown, "r_device": plots}
    return Derived(outputs=outputs, problems=tuple(found))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.r_scripting import execute_r

    return execute_r(call)


def no_interpreter() -> Problem:
    message = _("Execute R Script needs R, which is not installed on this server.")
    hint = _("Ask whoever runs the server to execute: apt-get install r-base-core")
    return problem("extra_missing", message, hint=hint)
