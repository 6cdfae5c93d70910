"""Drawings that tests start from."""

from __future__ import annotations

from designer.drawing import Pen
from mlops.formats.document import Document


def training() -> Document:
    """Dataset “Cars” cleaned, split, learned and scored."""
    pen = Pen()
    pen.node("data", "dataset", at=(0, 0), dataset="Cars")
    pen.node("clean", "clean_missing_data", at=(0, 1), cleaning_mode="replace_with_mean")
    pen.node("split", "split_data", at=(0, 2))
    pen.node("learner", "linear_regression", at=(1, 2))
    pen.node("train", "train_model", at=(0, 3), label_column="price")
    pen.node("score", "score_model", at=(0, 4))
    pen.edge("data", "dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "split", "dataset")
    pen.edge("learner", "untrained_model", "train", "untrained_model")
    pen.edge("split", "results_dataset1", "train", "dataset")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "dataset")
    return pen.document()
