"""Which column is which."""

from __future__ import annotations

from mlops.monitoring.names import parts_of

COLLECTED = ("request_id", "at", "inputs.age", "inputs.town", "predictions.Scored Labels", "labels.price")


def test_collected_columns_are_told_by_their_prefixes():
    found = parts_of(COLLECTED, features=("age", "town"), label="price")
    assert found.features == {"age": "inputs.age", "town": "inputs.town"}
    assert found.prediction == {"Scored Labels": "predictions.Scored Labels"}
    assert found.label == {"price": "labels.price"}


def test_the_only_collected_label_is_the_truth_whatever_it_is_called():
    found = parts_of(COLLECTED, features=(), label="amount")
    assert found.label == {"amount": "labels.price"}


def test_without_labels_there_is_no_truth():
    assert parts_of(COLLECTED[:-1], features=(), label="price").label == {}


def test_a_plain_table_keeps_its_names():
    found = parts_of(("age", "town", "price", "at"), features=(), label="price", apart=("at",))
    assert found.features == {"age": "age", "town": "town"}
    assert (found.prediction, found.label) == ({}, {"price": "price"})


def test_an_answer_that_is_called_as_the_truth_is_told_apart():
    found = parts_of(("inputs.a", "predictions.price", "labels.price"), features=("a",), label="price")
    assert found.prediction == {"price (predicted)": "predictions.price"}
    assert found.columns == {"a": "inputs.a", "price": "labels.price", "price (predicted)": "predictions.price"}


def test_probabilities_are_told_by_class():
    columns = ("predictions.Scored Labels", "predictions.Scored Probabilities")
    found = parts_of(columns, features=(), label="", classes=("no", "yes"))
    assert found.probabilities == {"yes": "Scored Probabilities"}
    assert parts_of(columns, features=(), label="").probabilities == {"": "Scored Probabilities"}
    many = ('predictions.Scored Probabilities for Class "a"', 'predictions.Scored Probabilities for Class "b"')
    assert set(parts_of(many, features=(), label="").probabilities) == {"a", "b"}
