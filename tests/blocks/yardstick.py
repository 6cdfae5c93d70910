"""The 79 modules of the designer of March 2021 by group: title, ports and the defaults that its reference states.

Ports: T table, U untrained model, M model, X transformation, I image directory, Z zip or file, A any; `?` optional.
Defaults are by our parameters' names. Trainer mode, seed and unknown levels are of every learner and are not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PORT_TYPES = {
    "T": "table",
    "U": "untrained_model",
    "M": "model",
    "X": "transformation",
    "I": "image_directory",
    "Z": "zip",
    "A": "any",
}


@dataclass(frozen=True)
class Module:
    title: str
    ports: str
    defaults: dict[str, Any] = field(default_factory=dict)


TREES: dict[str, Any] = {
    "maximum_number_of_leaves_per_tree": 20,
    "minimum_number_of_training_instances_required_to_form_a_leaf": 10,
    "learning_rate": 0.2,
    "number_of_trees": 100,
}
FOREST: dict[str, Any] = {
    "resampling_method": "bagging",
    "number_of_decision_trees": 8,
    "maximum_depth_of_the_decision_trees": 32,
    "number_of_random_splits_per_node": 128,
    "minimum_number_of_samples_per_leaf_node": 1,
}
PENALISED: dict[str, Any] = {
    "optimization_tolerance": 1e-7,
    "l1_regularization_weight": 1,
    "l2_regularization_weight": 1,
    "memory_size": 20,
}
NETWORK: dict[str, Any] = {
    "number_of_hidden_nodes": "100",
    "learning_rate": 0.1,
    "number_of_learning_iterations": 100,
    "initial_learning_weights_diameter": 0.1,
    "momentum": 0,
    "normalizer": "minmax",
    "shuffle_examples": True,
}
KINDS: dict[str, Any] = {"maximum_number_of_items_to_recommend": 5, "minimum_size_of_the_recommendation_pool": 2}
METRICS: dict[str, Any] = {
    "metric_for_measuring_performance_for_classification": "accuracy",
    "metric_for_measuring_performance_for_regression": "mean_absolute_error",
}

MODULES: dict[str, tuple[Module, ...]] = {
    "Data Input and Output": (
        Module("Enter Data Manually", "-> T"),
        Module("Import Data", "-> T"),
        Module("Export Data", "T ->"),
    ),
    "Data Transformation": (
        Module("Add Columns", "T T -> T"),
        Module("Add Rows", "T T -> T"),
        Module("Apply Math Operation", "T -> T", {"category": "basic", "output_mode": "append"}),
        Module("Apply SQL Transformation", "T T? T? -> T"),
        Module(
            "Clean Missing Data",
            "T -> T X",
            {
                "minimum_missing_value_ratio": 0,
                "maximum_missing_value_ratio": 1,
                "cleaning_mode": "custom_value",
                "replacement_value": "0",
                "cols_with_all_missing_values": "remove",
                "generate_missing_value_indicator_column": False,
            },
        ),
        Module(
            "Clip Values",
            "T -> T",
            {
                "set_of_thresholds": "clip_peaks",
                "constant_value_of_lower_threshold": -1,
                "constant_value_of_upper_threshold": 1,
                "percentile_value_of_lower_threshold": 1,
                "percentile_value_of_upper_threshold": 99,
                "overwrite": True,
                "add_indicator_columns": False,
            },
        ),
        Module("Convert to CSV", "T -> Z"),
        Module("Convert to Dataset", "T -> T", {"custom_missing_value": "?"}),
        Module("Convert to Indicator Values", "T -> T X", {"overwrite_categorical_columns": False}),
        Module("Edit Metadata", "T -> T", {"data_type": "unchanged", "categorical": "unchanged"}),
        Module(
            "Group Data into Bins",
            "T -> T X",
            {"binning_mode": "quantiles", "number_of_bins": 10, "tag_columns_as_categorical": True},
        ),
        Module("Join Data", "T T -> T", {"match_case": True, "join_type": "inner", "keep_right_key_columns": True}),
        Module("Normalize Data", "T -> T X", {"transformation_method": "zscore"}),
        Module(
            "Partition and Sample",
            "T -> T",
            {
                "partition_or_sample_mode": "sampling",
                "number_of_rows_to_select": 10,
                "rate_of_sampling": 0.01,
                "random_seed": 0,
                "use_replacement_in_the_partitioning": False,
                "randomized_split": True,
                "number_of_folds": 5,
                "fold_to_pick": 1,
                "pick_complement_of_the_selected_fold": False,
            },
        ),
        Module("Remove Duplicate Rows", "T -> T", {"retain_first_duplicate_row": True}),
        Module("SMOTE", "T -> T", {"smote_percentage": 100, "number_of_nearest_neighbors": 1, "random_seed": 0}),
        Module("Select Columns Transform", "T -> X"),
        Module("Select Columns in Dataset", "T -> T"),
        Module(
            "Split Data",
            "T -> T T",
            {
                "splitting_mode": "split_rows",
                "fraction_of_rows_in_the_first_output_dataset": 0.5,
                "randomized_split": True,
                "random_seed": 0,
                "stratified_split": False,
            },
        ),
    ),
    "Feature Selection": (
        Module(
            "Filter Based Feature Selection",
            "T -> T T",
            {"operate_on_feature_columns_only": True, "number_of_desired_features": 1},
        ),
        Module("Permutation Feature Importance", "M T -> T", {"random_seed": 0, **METRICS}),
    ),
    "Statistical Functions": (Module("Summarize Data", "T -> T"),),
    "Regression": (
        Module("Boosted Decision Tree Regression", "-> U", TREES),
        Module("Decision Forest Regression", "-> U", FOREST),
        Module(
            "Fast Forest Quantile Regression",
            "-> U",
            {
                "number_of_trees": 100,
                "number_of_leaves": 20,
                "minimum_number_of_training_instances_required_to_form_a_leaf": 10,
                "bagging_fraction": 0.7,
                "feature_fraction": 0.7,
                "split_fraction": 0.7,
                "quantiles_to_be_estimated": "0.25; 0.5; 0.75",
            },
        ),
        Module(
            "Linear Regression",
            "-> U",
            {
                "solution_method": "ordinary_least_squares",
                "l2_regularization_weight": 0.001,
                "include_intercept_term": True,
                "learning_rate": 0.1,
                "number_of_epochs": 10,
                "average_final_hypothesis": True,
                "decrease_learning_rate": True,
            },
        ),
        Module("Neural Network Regression", "-> U", NETWORK | {"learning_rate": 0.005}),
        Module("Poisson Regression", "-> U", PENALISED),
    ),
    "Clustering": (
        Module(
            "K-Means Clustering",
            "-> U",
            {
                "number_of_centroids": 2,
                "initialization": "k_means_plus_plus",
                "metric": "euclidean",
                "iterations": 100,
            },
        ),
    ),
    "Classification": (
        Module("Multiclass Boosted Decision Tree", "-> U", TREES),
        Module("Multiclass Decision Forest", "-> U", FOREST),
        Module("Multiclass Logistic Regression", "-> U", PENALISED),
        Module("Multiclass Neural Network", "-> U", NETWORK),
        Module("One-vs-All Multiclass", "U -> U"),
        Module("One-vs-One Multiclass", "U -> U"),
        Module("Two-Class Averaged Perceptron", "-> U", {"learning_rate": 1, "maximum_number_of_iterations": 10}),
        Module("Two-Class Boosted Decision Tree", "-> U", TREES),
        Module("Two-Class Decision Forest", "-> U", FOREST),
        Module("Two-Class Logistic Regression", "-> U", PENALISED),
        Module("Two-Class Neural Network", "-> U", NETWORK),
        Module(
            "Two-Class Support Vector Machine",
            "-> U",
            {
                "number_of_iterations": 1,
                "lambda": 0.001,
                "normalize_features": True,
                "project_to_the_unit_sphere": False,
            },
        ),
    ),
    "Model Training": (
        Module("Train Model", "U T -> M", {"model_explanations": False}),
        Module("Train Clustering Model", "U T -> M T", {"append_or_result_only": True}),
        Module(
            "Train PyTorch Model",
            "U I I -> M",
            {
                "epochs": 5,
                "batch_size": 16,
                "warmup_step_number": 0,
                "learning_rate": 0.001,
                "random_seed": 1,
                "patience": 3,
                "print_frequency": 10,
            },
        ),
        Module(
            "Tune Model Hyperparameters",
            "U T T? -> T M",
            {
                "parameter_sweeping_mode": "random_sweep",
                "maximum_number_of_runs": 5,
                "random_seed": 0,
                **METRICS,
            },
        ),
    ),
    "Model Scoring and Evaluation": (
        Module("Score Model", "M T -> T", {"append_score_columns": True}),
        Module("Apply Transformation", "X T -> T"),
        Module("Assign Data to Clusters", "M T -> T", {"append_or_result_only": True}),
        Module("Cross Validate Model", "U T -> T T", {"random_seed": 0, "number_of_folds": 10}),
        Module("Evaluate Model", "T T? -> T"),
        Module("Score Image Model", "M I -> T"),
    ),
    "Recommendation": (
        Module("Train SVD Recommender", "T -> M"),
        Module("Score SVD Recommender", "M T -> T", KINDS),
        Module("Train Wide & Deep Recommender", "T T? T? -> M"),
        Module("Score Wide & Deep Recommender", "M T T? T? -> T", KINDS),
        Module("Evaluate Recommender", "T T -> T"),
    ),
    "Computer Vision": (
        Module("Convert to Image Directory", "Z -> I"),
        Module("Split Image Directory", "I -> I I"),
        Module(
            "Init Image Transformation",
            "-> X",
            {
                "resize": True,
                "size": 256,
                "center_crop": True,
                "crop_size": 224,
                "pad": False,
                "padding": 0,
                "color_jitter": False,
                "grayscale": False,
                "random_resized_crop": False,
                "random_size": 256,
                "scale_minimum": 0.08,
                "scale_maximum": 1,
                "random_crop": False,
                "random_crop_size": 224,
                "random_horizontal_flip": True,
                "random_vertical_flip": False,
                "random_rotation": False,
                "random_affine": False,
                "random_grayscale": False,
                "grayscale_probability": 0.1,
                "random_perspective": False,
                "random_erasing": False,
            },
        ),
        Module("Apply Image Transformation", "X I -> I"),
        Module("DenseNet", "-> U", {"model_name": "densenet201", "pretrained": True, "memory_efficient": False}),
        Module("ResNet", "-> U", {"pretrained": True}),
    ),
    "Python and R": (
        Module("Execute Python Script", "T? T? Z? -> T T"),
        Module("Create Python Model", "-> U"),
        Module("Execute R Script", "T? T? Z? -> T T"),
    ),
    "Text Analytics": (
        Module("Convert Word to Vector", "T -> T", {"word2vec_strategy": "GloVe pretrained English Model"}),
        Module(
            "Extract N-Gram Features from Text",
            "T T? -> T T",
            {
                "vocabulary_mode": "Create",
                "n_grams_size": 1,
                "k_skip_size": 0,
                "minimum_word_length": 3,
                "maximum_word_length": 25,
                "minimum_n_gram_document_absolute_frequency": 5,
                "maximum_n_gram_document_ratio": 1,
                "detect_out_of_vocabulary_rows": True,
                "mark_begin_of_sentence": False,
            },
        ),
        Module("Feature Hashing", "T -> T", {"hashing_bitsize": 10, "n_grams": 2}),
        Module(
            "Preprocess Text",
            "T T? -> T",
            {
                "language": "English",
                "remove_stop_words": True,
                "use_lemmatization": True,
                "detect_sentences": True,
                "normalize_case_to_lowercase": True,
                "remove_numbers": True,
                "remove_special_characters": True,
                "remove_duplicate_characters": True,
                "remove_email_addresses": True,
                "remove_urls": True,
            },
        ),
        Module(
            "Latent Dirichlet Allocation",
            "T -> T T X",
            {
                "number_of_topics_to_model": 5,
                "n_grams": 2,
                "normalize": True,
                "rho_parameter": 0.01,
                "alpha_parameter": 0.01,
                "estimated_number_of_documents": 1000,
                "size_of_the_batch": 32,
                "initial_value_of_iteration": 0,
                "power_applied_to_the_iteration": 0.5,
                "number_of_training_iterations": 25,
                "build_dictionary_of_n_grams": True,
                "maximum_size_of_n_gram_dictionary": 20000,
                "number_of_hash_bits": 12,
            },
        ),
        Module("Train Vowpal Wabbit Model", "A M? -> M", {"specify_file_type": "VW"}),
        Module("Score Vowpal Wabbit Model", "M A -> T", {"specify_file_type": "VW"}),
    ),
    "Anomaly Detection": (
        Module(
            "PCA-Based Anomaly Detection",
            "-> U",
            {
                "number_of_components_to_use_in_pca": 2,
                "oversampling_parameter_for_randomized_pca": 2,
                "enable_input_feature_mean_normalization": False,
            },
        ),
        Module("Train Anomaly Detection Model", "U T -> M"),
    ),
    "Web Service": (Module("Web Service Input", "-> T"), Module("Web Service Output", "T ->")),
}

BEYOND = (
    "Apply SQL Transformation",
    "Time-based Split",
    "Target Encoding",
    "Two-Class LightGBM",
    "Multiclass LightGBM",
    "LightGBM Regression",
    "Two-Class XGBoost",
    "Multiclass XGBoost",
    "XGBoost Regression",
    "Two-Class Hist Gradient Boosting",
    "Multiclass Hist Gradient Boosting",
    "Hist Gradient Boosting Regression",
    "Isolation Forest",
    "Compute Elementary Statistics",
    "Compute Linear Correlation",
    "AutoML Classification",
    "AutoML Regression",
    "Compare Models",
)
"""What the designer of 2021 lacked."""
