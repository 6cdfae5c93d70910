from __future__ import annotations

from tests.blocks.examples import Example, Fault

SCRIPT = """def azureml_main(dataframe1=None, dataframe2=None):
    return dataframe1, dataframe1
"""

EXAMPLE = Example(
    parameters={"python_script": SCRIPT},
    faults=(
        Fault(
            code="script_failed", parameters={"python_script": "def azureml_main(a=None, b=None):\n    return 1 / 0"}
        ),
    ),
)
