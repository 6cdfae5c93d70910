"""Samples that predict a class."""

from __future__ import annotations

from designer.drawing import Pen, train_score_evaluate
from designer.samples.parts import (
    CHURN,
    CUSTOMERS,
    FLIGHTS,
    INCOME,
    LETTERS,
    PENGUINS,
    WEATHER,
    evaluate,
    named,
    train_and_score,
    typed,
)
from mlops.formats.document import Document

ROUND_DOWN = """azureml_main <- function(dataframe1, dataframe2) {
  # The full hour of the planned departure
  dataframe1$dep_hour <- dataframe1$sched_dep_time %/% 100
  return(list(dataset1 = dataframe1, dataset2 = dataframe2))
}
"""
ROUND_UP = """azureml_main <- function(dataframe1, dataframe2) {
  # The weather of an hour is known to the flights of the next
  dataframe1$dep_hour <- dataframe1$hour + 1
  late <- dataframe1$dep_hour == 24
  dataframe1$dep_hour[late] <- 0
  dataframe1$hour <- NULL
  return(list(dataset1 = dataframe1, dataset2 = dataframe2))
}
"""
IS_LATE = "select *, case when arr_delay >= 15 then 'late' else 'on time' end as is_late from t1"


def income() -> Document:
    """Feature selection: the five columns that say most, learned on one half and tried on the other."""
    pen = Pen()
    pen.node("data", "dataset", dataset=INCOME)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.node(
        "filter", "filter_based_feature_selection", target_column="income", number_of_desired_features=5,
        feature_scoring_method="chi_squared", comment="The five columns that go with the income most",
    )  # fmt: skip
    pen.node("keep", "select_columns_transform", comment="The same columns for the test rows")
    pen.node("apply", "apply_transformation")
    pen.node("learner", "two_class_boosted_decision_tree")
    pen.edge("data", "dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "filter", "dataset")
    pen.edge("filter", "filtered_dataset", "keep", "dataset")
    pen.edge("keep", "columns_selection_transformation", "apply", "transformation")
    pen.edge("split", "results_dataset2", "apply", "dataset")
    score = train_and_score(
        pen, "learner", ("filter", "filtered_dataset"), ("apply", "transformed_dataset"),
        label="income", title="trees",
    )  # fmt: skip
    evaluate(pen, score)
    return pen.document()


def churn() -> Document:
    """Who leaves? Only 7 in 100 do: the same learner as it is, and with made-up examples of the rare class."""
    pen = Pen()
    pen.node("features", "dataset", dataset=CUSTOMERS)
    pen.node("labels", "dataset", dataset=CHURN)
    pen.node("clean", "clean_missing_data", replacement_value="0", cleaning_mode="custom_value")
    pen.node("join", "add_columns")
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.node("smote", "smote", label_column="churn", smote_percentage=100)
    pen.node("learner", "two_class_boosted_decision_tree")
    pen.edge("features", "dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "join", "left_dataset")
    pen.edge("labels", "dataset", "join", "right_dataset")
    pen.edge("join", "combined_dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "smote", "dataset")
    test = ("split", "results_dataset2")
    plain = train_and_score(pen, "learner", ("split", "results_dataset1"), test, label="churn", title="plain")
    helped = train_and_score(pen, "learner", ("smote", "results_dataset"), test, label="churn", title="smote")
    evaluate(pen, plain, node="evaluate-plain")
    evaluate(pen, helped, node="evaluate-smote")
    return pen.document()


def flight_delay() -> Document:
    """Late or not, from the plan and the weather of the hour before; two small steps are written in R."""
    pen = Pen()
    planned = ("month", "day", "sched_dep_time", "carrier", "origin", "distance", "arr_delay")
    pen.node("flights", "dataset", dataset=FLIGHTS)
    pen.node("flight-columns", "select_columns_in_dataset", select_columns=named(*planned))
    pen.node("flight-clean", "clean_missing_data", cleaning_mode="remove_entire_row")
    pen.node("round-down", "execute_r_script", r_script=ROUND_DOWN, comment="The hour of departure")
    pen.node("weather", "dataset", dataset=WEATHER)
    seen = ("origin", "month", "day", "hour", "temp", "humid", "wind_speed", "precip", "visib")
    pen.node("weather-columns", "select_columns_in_dataset", select_columns=named(*seen))
    pen.node("weather-clean", "clean_missing_data", cleaning_mode="remove_entire_row")
    pen.node("round-up", "execute_r_script", r_script=ROUND_UP, comment="Known one hour later")
    keys = named("origin", "month", "day", "dep_hour")
    pen.node(
        "join", "join_data", join_key_columns_for_left_dataset=keys,
        join_key_columns_for_right_dataset=keys, keep_right_key_columns=False,
    )  # fmt: skip
    pen.node("label", "apply_sql_transformation", sql_query_script=IS_LATE, comment="15 minutes or more")
    pen.node("split", "split_data", splitting_mode="relative_expression", relative_expression='\\"month" <= 9')
    weather = ("temp", "humid", "wind_speed", "precip", "visib")
    use = ("sched_dep_time", "carrier", "origin", "distance", *weather, "is_late")
    pen.node("train-columns", "select_columns_in_dataset", select_columns=named(*use))
    pen.node("test-columns", "select_columns_in_dataset", select_columns=named(*use))
    pen.node("learner", "two_class_logistic_regression")
    for side in ("flight", "weather"):
        pen.edge({"flight": "flights"}.get(side, side), "dataset", f"{side}-columns", "dataset")
        pen.edge(f"{side}-columns", "results_dataset", f"{side}-clean", "dataset")
    pen.edge("flight-clean", "cleaned_dataset", "round-down", "dataset1")
    pen.edge("weather-clean", "cleaned_dataset", "round-up", "dataset1")
    pen.edge("round-down", "result_dataset", "join", "left_dataset")
    pen.edge("round-up", "result_dataset", "join", "right_dataset")
    pen.edge("join", "results_dataset", "label", "t1")
    pen.edge("label", "results_dataset", "split", "dataset")
    pen.edge("split", "results_dataset1", "train-columns", "dataset")
    pen.edge("split", "results_dataset2", "test-columns", "dataset")
    score = train_and_score(
        pen, "learner", ("train-columns", "results_dataset"), ("test-columns", "results_dataset"),
        label="is_late", title="logistic",
    )  # fmt: skip
    evaluate(pen, score)
    return pen.document()


def letters() -> Document:
    """26 letters by 26 two-class models, each of which knows its letter from all the others."""
    pen = Pen()
    pen.node("data", "dataset", dataset=LETTERS)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.5)
    pen.node("binary", "two_class_support_vector_machine", number_of_iterations=10)
    pen.node("ensemble", "one_vs_all_multiclass")
    pen.edge("data", "dataset", "split", "dataset")
    pen.edge("binary", "untrained_model", "ensemble", "untrained_model")
    score = train_and_score(
        pen, "ensemble", ("split", "results_dataset1"), ("split", "results_dataset2"),
        label="lettr", title="letters",
    )  # fmt: skip
    evaluate(pen, score)
    return pen.document()


def penguins() -> Document:
    """Three classes: which species is it?"""
    pen = Pen()
    pen.node("data", "dataset", dataset=PENGUINS)
    pen.node("clean", "clean_missing_data", cleaning_mode="remove_entire_row")
    pen.node("scale", "normalize_data")
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.edge("data", "dataset", "clean", "dataset")
    pen.edge("clean", "cleaned_dataset", "scale", "dataset")
    pen.edge("scale", "transformed_dataset", "split", "dataset")
    score = train_score_evaluate(
        pen, learner="multiclass_logistic_regression", title="logistic", label="species", split="split"
    )
    evaluate(pen, score)
    return pen.document()


def cross_validated() -> Document:
    """How good is the learner on rows that it has not seen? Ten times nine tenths against one tenth."""
    pen = Pen()
    prepared = _prepared_income(pen)
    pen.node("learner", "two_class_boosted_decision_tree")
    pen.node("validate", "cross_validate_model", label_column="income", number_of_folds=5)
    pen.edge("learner", "untrained_model", "validate", "untrained_model")
    pen.edge(*prepared, "validate", "dataset")
    return pen.document()


def tuned() -> Document:
    """Which settings of the learner are best? Several are tried, and the best model is kept."""
    pen = Pen()
    prepared = _prepared_income(pen)
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=0.7)
    pen.node(
        "learner", "two_class_boosted_decision_tree", create_trainer_mode="parameter_range",
        maximum_number_of_leaves_per_tree_range="8; 20; 32", learning_rate_range="0.05; 0.1; 0.2",
        number_of_trees_range="20; 50; 100",
    )  # fmt: skip
    pen.node("tune", "tune_model_hyperparameters", label_column="income", number_of_folds=3)
    pen.node("score", "score_model")
    pen.edge(*prepared, "split", "dataset")
    pen.edge("learner", "untrained_model", "tune", "untrained_model")
    pen.edge("split", "results_dataset1", "tune", "training_dataset")
    pen.edge("tune", "trained_best_model", "score", "trained_model")
    pen.edge("split", "results_dataset2", "score", "dataset")
    evaluate(pen, "score")
    return pen.document()


def _prepared_income(pen: Pen) -> tuple[str, str]:
    pen.node("data", "dataset", dataset=INCOME)
    pen.node("scale", "normalize_data", columns_to_transform=typed("numeric"))
    pen.edge("data", "dataset", "scale", "dataset")
    return "scale", "transformed_dataset"
