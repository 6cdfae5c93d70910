"""Cost-sensitive classification of credits: what is five times as bad is shown to the learner five times."""

from __future__ import annotations

from designer.drawing import Pen
from designer.samples.parts import CREDIT, evaluate, named, train_and_score, typed
from mlops.formats.document import Document

COLUMNS = (
    "status of account", "duration", "credit history", "purpose", "credit amount", "savings", "employment since",
    "rate in percent of income", "status and sex", "other debtors", "residence since", "property", "age",
    "other plans", "housing", "existing credits", "job", "people liable", "telephone", "foreign worker", "credit risk",
)  # fmt: skip

REPLICATE = """import pandas as pd

def azureml_main(dataframe1=None, dataframe2=None):
    # A bad credit (2) that is taken for a good one costs five times as much
    bad = dataframe1[dataframe1["credit risk"] == 2]
    return pd.concat([dataframe1] + [bad] * 4, ignore_index=True)
"""

NAMES = """import pandas as pd

def azureml_main(dataframe1=None, dataframe2=None):
    names = pd.DataFrame({
        "Algorithm": ["SVM", "SVM", "Boosted trees", "Boosted trees"],
        "Training": ["as it is", "replicated", "as it is", "replicated"],
    })
    return pd.concat([names, dataframe1.reset_index(drop=True)], axis=1)
"""


def credit_risk() -> Document:
    """Two learners, each on the rows as they are and on rows with the dear class replicated, in one table."""
    pen = Pen()
    pen.node("data", "dataset", dataset=CREDIT)
    pen.node(
        "names", "edit_metadata", comment="The file has no header", new_column_names=", ".join(COLUMNS),
        column={"mode": "rules", "begin_with": "all"},
    )  # fmt: skip
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.edge("data", "dataset", "names", "dataset")
    pen.edge("names", "results_dataset", "split", "dataset")
    for part, side in (("train", "results_dataset1"), ("test", "results_dataset2")):
        pen.node(f"copy-{part}", "execute_python_script", python_script=REPLICATE)
        pen.edge("split", side, f"copy-{part}", "dataset1")
        for kind in ("plain", "costly"):
            pen.node(f"scale-{part}-{kind}", "normalize_data", transformation_method="tanh",
                     columns_to_transform=_features())  # fmt: skip
    pen.edge("split", "results_dataset1", "scale-train-plain", "dataset")
    pen.edge("copy-train", "result_dataset", "scale-train-costly", "dataset")
    pen.edge("copy-test", "result_dataset", "scale-test-plain", "dataset")
    pen.edge("copy-test", "result_dataset", "scale-test-costly", "dataset")
    scores = {}
    for title, learner in (
        ("svm", "two_class_support_vector_machine"),
        ("trees", "two_class_boosted_decision_tree"),
    ):
        pen.node(title, learner)
        for kind in ("plain", "costly"):
            scores[title, kind] = train_and_score(
                pen, title, (f"scale-train-{kind}", "transformed_dataset"),
                (f"scale-test-{kind}", "transformed_dataset"),
                label="credit risk", title=f"{title}-{kind}",
            )  # fmt: skip
        evaluate(pen, scores[title, "plain"], scores[title, "costly"], node=f"evaluate-{title}")
    pen.node("rows", "add_rows")
    pen.edge("evaluate-svm", "evaluation_results", "rows", "dataset1")
    pen.edge("evaluate-trees", "evaluation_results", "rows", "dataset2")
    pen.node("told", "execute_python_script", python_script=NAMES, comment="Which row is what")
    pen.edge("rows", "results_dataset", "told", "dataset1")
    pen.node(
        "shown", "select_columns_in_dataset",
        select_columns=named("Algorithm", "Training", "accuracy", "precision", "recall", "f1_score", "auc"),
    )  # fmt: skip
    pen.edge("told", "result_dataset", "shown", "dataset")
    return pen.document()


def _features() -> dict[str, object]:
    numbers = typed("numeric")
    return {**numbers, "rules": [*numbers["rules"], {"action": "exclude", "by": "names", "names": ["credit risk"]}]}
