"""Samples on texts, pictures and tastes."""

from __future__ import annotations

from typing import Any

from designer.drawing import Pen
from designer.samples.parts import (
    ANIMALS,
    COMPANIES,
    DINERS,
    INCOME,
    RATINGS,
    RESTAURANTS,
    all_but,
    evaluate,
    named,
    train_and_score,
)
from mlops.formats.document import Document


def companies() -> Document:
    """In which sector is the company? Its text as hashed word pairs, and as weighted words."""
    pen = Pen()
    pen.node("data", "dataset", dataset=COMPANIES)
    pen.node("clean", "preprocess_text", text_column_to_clean=named("Text"))
    pen.node("columns", "select_columns_in_dataset", select_columns=named("Category", "Preprocessed Text"))
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.5)
    pen.edge("data", "dataset", "clean", "dataset")
    pen.edge("clean", "results_dataset", "columns", "dataset")
    pen.edge("columns", "results_dataset", "split", "dataset")
    pen.node("learner", "multiclass_logistic_regression")
    hashing: dict[str, Any] = {"target_columns": named("Preprocessed Text"), "hashing_bitsize": 12, "n_grams": 2}
    pen.node("hash-features", "feature_hashing", **hashing)
    first = _branch(pen, "hash", "transformed_dataset")
    weighting: dict[str, Any] = {"text_column": "Preprocessed Text", "weighting_function": "TF-IDF Weight"}
    pen.node("words-features", "extract_n_gram_features_from_text", **weighting)
    second = _branch(pen, "words", "results_dataset")
    evaluate(pen, first, second)
    return pen.document()


def _branch(pen: Pen, title: str, output: str) -> str:
    """The features learned on the training rows, applied to the test rows; returns the Score node's id."""
    pen.edge("split", "results_dataset1", f"{title}-features", "dataset")
    pen.node(f"{title}-apply", "apply_transformation")
    pen.edge(f"{title}-features", "transformation", f"{title}-apply", "transformation")
    pen.edge("split", "results_dataset2", f"{title}-apply", "dataset")
    for part, source, port in (
        ("training", f"{title}-features", output),
        ("test", f"{title}-apply", "transformed_dataset"),
    ):
        pen.node(f"{title}-{part}", "select_columns_in_dataset", select_columns=all_but("Preprocessed Text"))
        pen.edge(source, port, f"{title}-{part}", "dataset")
    train, test = (f"{title}-training", "results_dataset"), (f"{title}-test", "results_dataset")
    return train_and_score(pen, "learner", train, test, label="Category", title=title)


def animals() -> Document:
    """Cat, dog or fish? A network learns from pictures, which are turned and cut at random while it learns."""
    pen = Pen()
    pen.node("data", "dataset", dataset=ANIMALS)
    pen.node("folder", "convert_to_image_directory")
    pen.node("first", "split_image_directory", fraction_of_images_in_the_first_output=0.8)
    pen.node("second", "split_image_directory", fraction_of_images_in_the_first_output=0.8)
    pen.node("changes", "init_image_transformation", size=64, crop_size=48)
    for name, mode in (
        ("training", "For training"),
        ("validation", "For inference"),
        ("test", "For inference"),
    ):
        pen.node(name, "apply_image_transformation", mode=mode)
        pen.edge("changes", "output_image_transformation", name, "input_image_transformation")
    pen.edge("data", "dataset", "folder", "input_dataset")
    pen.edge("folder", "output_image_directory", "first", "input_image_directory")
    pen.edge("first", "output_image_directory1", "second", "input_image_directory")
    pen.edge("second", "output_image_directory1", "training", "input_image_directory")
    pen.edge("second", "output_image_directory2", "validation", "input_image_directory")
    pen.edge("first", "output_image_directory2", "test", "input_image_directory")
    pen.node("network", "densenet", model_name="densenet121")
    pen.node("train", "train_pytorch_model", epochs=3, patience=3, batch_size=16)
    pen.node("score", "score_image_model")
    pen.edge("network", "untrained_model", "train", "untrained_model")
    pen.edge("training", "output_image_directory", "train", "training_dataset")
    pen.edge("validation", "output_image_directory", "train", "validation_dataset")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("test", "output_image_directory", "score", "dataset")
    evaluate(pen, "score")
    return pen.document()


def restaurants() -> Document:
    """Which rating will a diner give? From earlier ratings, and from what is known of diners and restaurants."""
    pen = Pen()
    pen.node("ratings", "dataset", dataset=RATINGS)
    pen.node("diners", "dataset", dataset=DINERS)
    pen.node("restaurants", "dataset", dataset=RESTAURANTS)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.75)
    pen.node("train", "train_wide_and_deep_recommender")
    pen.node("score", "score_wide_and_deep_recommender", recommender_prediction_kind="Rating Prediction")
    pen.node("evaluate", "evaluate_recommender")
    pen.edge("ratings", "dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "train", "training_dataset")
    pen.edge("diners", "dataset", "train", "user_features")
    pen.edge("restaurants", "dataset", "train", "item_features")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "dataset_to_score")
    pen.edge("diners", "dataset", "score", "user_features")
    pen.edge("restaurants", "dataset", "score", "item_features")
    pen.edge("split", "results_dataset2", "evaluate", "test_dataset")
    pen.edge("score", "scored_dataset", "evaluate", "scored_dataset")
    return pen.document()


def restaurants_svd() -> Document:
    """The same ratings without anything known of diners and restaurants: tastes are learned from ratings alone."""
    pen = Pen()
    pen.node("ratings", "dataset", dataset=RATINGS)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.75)
    pen.node("train", "train_svd_recommender", number_of_factors=20)
    pen.node("score", "score_svd_recommender", recommender_prediction_kind="Rating Prediction")
    pen.node("evaluate", "evaluate_recommender")
    pen.edge("ratings", "dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "train", "training_dataset")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "dataset_to_score")
    pen.edge("split", "results_dataset2", "evaluate", "test_dataset")
    pen.edge("score", "scored_dataset", "evaluate", "scored_dataset")
    return pen.document()


def vowpal_wabbit() -> Document:
    """Online learning with Vowpal Wabbit: a linear model that sees each row once and needs little memory."""
    pen = Pen()
    pen.node("data", "dataset", dataset=INCOME)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.node("train", "train_vowpal_wabbit_model", label_column="income", vw_arguments="--loss_function logistic")
    pen.node("score", "score_vowpal_wabbit_model", vw_arguments="--link logistic")
    pen.edge("data", "dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "train", "training_data")
    pen.edge("train", "trained_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "test_data")
    evaluate(pen, "score")
    return pen.document()
