"""Create Python Model: a learner of your own, written as a Python class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.learners import derived, untrained
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.training import Learned
    from mlops.blocks.values import Value
    from mlops.formats.model import ModelManifest

TASKS = ("regression", "two_class", "multiclass")
TASK = "what_it_predicts"

TEMPLATE = """import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.preprocessing import OneHotEncoder


class AzureMLModel:
    def __init__(self):
        self.encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        self.model = GradientBoostingRegressor(random_state=0)

    # df_train: a data frame with the columns to learn from; df_label: a series with the label
    def train(self, df_train, df_label):
        self.texts = list(df_train.select_dtypes("object").columns)
        self.encoder.fit(df_train[self.texts].astype(str))
        self.model.fit(self.prepared(df_train), df_label)

    # returns a data frame with the column "Scored Labels", one row for each row of df
    def predict(self, df):
        return pd.DataFrame({"Scored Labels": self.model.predict(self.prepared(df))})

    def prepared(self, df):
        numbers = df.select_dtypes(["number", "bool"]).astype(float).fillna(0).reset_index(drop=True)
        texts = pd.DataFrame(self.encoder.transform(df[self.texts].astype(str)))
        return pd.concat([numbers, texts], axis=1).to_numpy()
"""

DEFINITION = Component(
    name="create_python_model",
    version="1",
    title="Create Python Model",
    group="Python and R",
    tolerates_missing=True,
    help="""A learner of your own: a Python class `AzureMLModel` that learns from a pandas data frame and predicts.

**When to use it.** When no learner of the palette does what you need, and Train Model, Score Model and endpoints
should work with your own as with the others. It runs with the packages of this server; what needs others is a job
for a component of your own with its environment.

**Example.** A scikit-learn estimator with preparation of its own, as in the script that is there at first.

**How to write it.** `train(self, df_train, df_label)` gets the columns as they are, texts and gaps included, and the
label as a series. `predict(self, df)` returns a data frame with `Scored Labels`, one row for each row. Of classes it
may add `Scored Probabilities` (or `probabilities`) of the second of two classes, or `Scored Probabilities for Class
"x"` for each of several; without them the predicted class counts as certain. Each row must be predicted by itself:
this is checked. Keep what was learned in `self`.

**What comes out.** An untrained model for Train Model. It has no ONNX form, so the class itself is served. Unlike
elsewhere, Evaluate Model and Cross Validate Model take its scores.""",
    outputs=(Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=TASKS),),
    parameters=(
        Parameter(
            name=TASK,
            type="choice",
            label="What it predicts",
            required=True,
            default="regression",
            choices=(
                Choice(value="regression", label="A number"),
                Choice(value="two_class", label="One of two classes"),
                Choice(value="multiclass", label="One of several classes"),
            ),
            help="What the label column holds.",
        ),
        Parameter(
            name="python_script",
            type="script",
            label="Python script",
            required=True,
            default=TEMPLATE,
            help="Write the class AzureMLModel with train and predict.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return derived(DEFINITION, parameters, task=parameters[TASK])


def run(call: Call) -> dict[str, Value]:
    return untrained(DEFINITION, call, task=call.parameters[TASK])


def learn(learner: Any, table: Any, **options: Any) -> Learned:
    from mlops.blocks.python_models import learn

    return learn(learner, table, **options)


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    from mlops.blocks.python_models import predict

    return predict(manifest, estimator, frame)
