"""Drawings that tests start from."""

from __future__ import annotations

from designer.drawing import Pen
from mlops.formats.document import Document


def training() -> Document:
    """Dataset “Cars” cleaned, split, learned and scored."""
    pen = Pen()
    pen.node("data", "dataset", dataset="Cars")
    pen.node("clean", "clean_missing_data", cleaning_mode="replace_with_mean")
    pen.node("split", "split_data")
    pen.node("learner", "linear_regression")
    pen.node("train", "train_model", label_column="price")
    pen.node("score", "score_model")
    pen.edge("data", "dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "split", "dataset")
    pen.edge("learner", "untrained_model", "train", "untrained_model")
    pen.edge("split", "results_dataset1", "train", "dataset")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "dataset")
    return pen.document()
