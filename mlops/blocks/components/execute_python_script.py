"""Execute Python Script: a function of the user's own on one or two tables."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

ENTRY = "azureml_main"

DEFAULT_SCRIPT = """# The script MUST contain a function named azureml_main
# which is the entry point for this component.

# imports up here can be used to
import pandas as pd

# The entry point function MUST have two input arguments.
# If the input port is not connected, the corresponding
# dataframe argument will be None.
#   Param<dataframe1>: a pandas.DataFrame
#   Param<dataframe2>: a pandas.DataFrame
def azureml_main(dataframe1 = None, dataframe2 = None):

    # Execution logic goes here
    print(f'Input pandas.DataFrame #1: {dataframe1}')

    # If a zip file is connected to the third input port,
    # it is unzipped under "./Script Bundle". This directory is added
    # to sys.path. Therefore, if your zip file contains a Python file
    # mymodule.py you can import it using:
    # import mymodule

    # Return value must be of a sequence of pandas.DataFrame
    # E.g.
    #   -  Single return value: return dataframe1,
    #   -  Two return values: return dataframe1, dataframe2
    return dataframe1,
"""

DEFINITION = Component(
    name="execute_python_script",
    version="1",
    title="Execute Python Script",
    group="Python and R",
    help="""Runs a Python function of yours on one or two tables, for what no other component does.

**When to use it.** To compute a column from others, to reshape, or to join tables in your own way.

**Example.** Add a ratio of two columns:

```python
def azureml_main(dataframe1=None, dataframe2=None):
    dataframe1["ratio"] = dataframe1["weight"] / dataframe1["horsepower"]
    return (dataframe1,)
```

**How tables arrive.** As pandas data frames: text as objects with None for a gap, whole numbers as int64 (Int64
when there are gaps), decimals as float64 with NaN, yes/no as bool (boolean with gaps), dates as datetime64.
What you print appears in the log; `from azureml.core import Run` and `Run.get_context().log("name", 1.5)` add a metric
to the step. A zip file at the third input (a dataset that was uploaded as a zip archive) is unpacked to
`./Script Bundle` and can be imported from.

**What comes out.** The one or two data frames that you return. A column must hold one type. A model that is
trained behind a script with one table runs the script on every request too, without the label column; so the
script must treat each row by itself and keep the number of rows. Training checks this. A script that joins two
tables cannot be replayed, and a model behind it cannot be deployed.""",
    inputs=(
        Port(name="dataset1", type="table", label="Dataset1", optional=True),
        Port(name="dataset2", type="table", label="Dataset2", optional=True),
        Port(name="script_bundle", type="zip", label="Script bundle", optional=True),
    ),
    outputs=(
        Port(name="result_dataset", type="table", label="Result dataset"),
        Port(name="result_dataset2", type="table", label="Result dataset2"),
    ),
    parameters=(
        Parameter(
            name="python_script",
            type="script",
            label="Python script",
            required=True,
            default=DEFAULT_SCRIPT,
            help="Python source with a function azureml_main(dataframe1, dataframe2).",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    """The script is read, never run: what it makes of the columns is unknown."""
    unknown = Shape(type="table")
    problems = _problems(parameters["python_script"])
    return Derived(outputs={"result_dataset": unknown, "result_dataset2": unknown}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.scripting import execute_script

    return execute_script(call)


def _problems(script: str) -> tuple[Problem, ...]:
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        message = (
            _("Line %(line)s of the script: %(error)s.") % {"line": line, "error": getattr(error, "msg", error)}
            if line
            else _("The script: %(error)s.") % {"error": error}
        )
        return (problem("script_syntax", message, parameter="python_script", row=line),)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == ENTRY]
    if not functions and not any(_binds_entry(node) for node in tree.body):
        message = _("The script has no function '%(entry)s'.") % {"entry": ENTRY}
        hint = _("Write: def %(entry)s(dataframe1=None, dataframe2=None):") % {"entry": ENTRY}
        return (problem("script_entry_missing", message, hint=hint, parameter="python_script"),)
    if functions and not _takes_two(functions[-1].args):
        message = _("The function '%(entry)s' must accept two arguments, dataframe1 and dataframe2.") % {"entry": ENTRY}
        hint = _("Write: def %(entry)s(dataframe1=None, dataframe2=None):") % {"entry": ENTRY}
        return (problem("script_arguments", message, hint=hint, parameter="python_script", row=functions[-1].lineno),)
    return ()


def _binds_entry(node: ast.stmt) -> bool:
    """Imported or assigned under the entry's name, or possibly so."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return any((alias.asname or alias.name) in (ENTRY, "*") for alias in node.names)
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == ENTRY for target in node.targets)
    return isinstance(node, ast.If | ast.Try)


def _takes_two(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    required_named = sum(default is None for default in arguments.kw_defaults)
    return (positional >= 2 or arguments.vararg is not None) and required <= 2 and not required_named
