"""One suite over every component: definitions are complete, examples repeat, odd tables are worked on or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.blocks.catalogue import component, components, derive
from mlops.blocks.parameters import check_parameters, is_visible, with_defaults
from mlops.blocks.scoring import load_model
from mlops.formats.component import Component, Shape
from mlops.formats.refusal import Refusal
from mlops.stats.schema import describe_schema
from tests.blocks.workshop import LABELS, LEARNERS, Workshop, cars, digest

NAMES = [definition.name for definition in components()]
RUNNABLE = [name for name in NAMES if name != "dataset"]
TABLE_BLOCKS = [name for name in RUNNABLE if any(port.type == "table" for port in component(name).inputs)]

FROM_ONE_TABLE = [name for name in TABLE_BLOCKS if component(name).inputs[0].name.startswith("dataset")]

EXAMPLES: dict[str, dict[str, Any]] = {
    "select_columns_in_dataset": {
        "select_columns": {
            "mode": "rules",
            "begin_with": "all",
            "rules": [{"action": "exclude", "by": "names", "names": ["built"]}],
        }
    },
    "clean_missing_data": {"cleaning_mode": "replace_with_mode", "generate_missing_value_indicator_column": True},
    "edit_metadata": {"column": {"mode": "names", "names": ["power"]}, "data_type": "string"},
    "split_data": {"stratified_split": True, "stratification_key_column": "make"},
    "train_model": {"label_column": "price"},
    "execute_python_script": {
        "python_script": "def azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1, dataframe1"
    },
}

ODD_TABLES: dict[str, Callable[[], pl.DataFrame]] = {
    "no rows": lambda: cars().head(0),
    "one row": lambda: cars().head(1),
    "gaps": lambda: cars(gaps=True),
    "nothing but gaps": lambda: cars().select(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in cars().schema.items()
    ),
    "a missing column": lambda: cars().drop("make", "power"),
    "ten rows": lambda: cars(10),
    "constant columns": lambda: cars().with_columns(power=pl.lit(5), make=pl.lit("bmw")),
    "infinite values": lambda: cars().with_columns(weight=pl.lit(float("inf"))),
}


def run_example(workshop: Workshop, name: str, data: Path) -> dict[str, Path]:
    parameters, inputs = EXAMPLES.get(name, {}), {}
    if name == "train_model":
        inputs = {
            "untrained_model": workshop.run("boosted_decision_tree_regression")["untrained_model"],
            "dataset": data,
        }
    elif name == "score_model":
        inputs = {"trained_model": workshop.trained("linear_regression", workshop.put(cars())), "dataset": data}
    elif name == "evaluate_model":
        scored = run_example(workshop, "score_model", data)
        inputs = {"scored_dataset": scored["scored_dataset"]}
    elif name == "execute_python_script":
        inputs = {"dataset1": data}
    elif component(name).inputs:
        inputs = {"dataset": data}
    return workshop.run(name, parameters, **inputs)


def refusal_of(act: Callable[[], Any]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("definition", components(), ids=NAMES)
def test_a_definition_is_complete(definition: Component) -> None:
    assert len(definition.help) > 200
    assert "**When to use it.**" in definition.help
    assert "**Example.**" in definition.help
    assert "**What comes out.**" in definition.help
    assert definition.title
    assert definition.group
    assert definition.outputs
    assert all(port.label for port in definition.inputs + definition.outputs)
    assert all(parameter.label and parameter.help for parameter in definition.parameters)


@pytest.mark.parametrize("definition", components(), ids=NAMES)
def test_defaults_are_valid_and_names_refer_to_something(definition: Component) -> None:
    faults = check_parameters(definition, {})
    assert {fault.code for fault in faults} <= {"parameter_missing"}
    known, ports = {parameter.name for parameter in definition.parameters}, {port.name for port in definition.inputs}
    for parameter in definition.parameters:
        assert set(parameter.visible_if) <= known
        assert not parameter.port or parameter.port in ports
        assert (parameter.type == "choice") == bool(parameter.choices)


@pytest.mark.parametrize("name", NAMES)
def test_deriving_without_anything_tells_what_is_missing(name: str) -> None:
    definition = component(name)
    derived = derive(name, None, {}, {})
    assert set(derived.outputs) == {port.name for port in definition.outputs}
    absent = {problem.where.port for problem in derived.problems if problem.code == "input_missing"}
    assert absent == {port.name for port in definition.inputs if not port.optional}
    values = with_defaults(definition, {})
    wanted = {p.name for p in definition.parameters if p.required and p.default is None and is_visible(p, values)}
    assert {p.where.parameter for p in derived.problems if p.code == "parameter_missing"} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_unknown_shapes_give_no_false_problem(name: str) -> None:
    inputs = {port.name: Shape(type=port.type) for port in component(name).inputs}
    parameters = EXAMPLES.get(name, {"dataset": "cars"} if name == "dataset" else {})
    assert derive(name, None, parameters, inputs).problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_parameters_become_problems(name: str) -> None:
    shape = Shape(type="table", table=describe_schema(cars()))
    inputs = {port.name: shape for port in component(name).inputs if port.type == "table"}
    for nonsense in (None, "", "nonsense", -1, 1e300, True, [], {"mode": "x"}, ["no such column"]):
        parameters = {parameter.name: nonsense for parameter in component(name).parameters}
        assert set(derive(name, None, parameters, inputs).outputs)


@pytest.mark.parametrize("name", RUNNABLE)
def test_an_example_gives_equal_bytes_twice(workshop: Workshop, name: str) -> None:
    first, second = (
        run_example(workshop, name, workshop.put(cars(gaps=name == "clean_missing_data"))) for _ in range(2)
    )
    for port, folder in first.items():
        assert digest(folder) == digest(second[port])


@pytest.mark.parametrize("name", FROM_ONE_TABLE)
def test_the_derived_schema_is_that_of_the_result(workshop: Workshop, name: str) -> None:
    data = workshop.put(cars())
    shape = Shape(type="table", table=workshop.table(data).schema)
    port = component(name).inputs[0].name
    derived = derive(name, None, EXAMPLES.get(name, {}), {port: shape}).outputs
    for output, folder in run_example(workshop, name, data).items():
        expected = derived[output].table
        if expected is not None:
            assert workshop.table(folder).schema.columns == expected.columns


@pytest.mark.parametrize("oddity", ODD_TABLES)
@pytest.mark.parametrize("name", TABLE_BLOCKS)
def test_an_odd_table_is_worked_on_or_refused_clearly(workshop: Workshop, name: str, oddity: str) -> None:
    data = workshop.put(ODD_TABLES[oddity]())
    refusal = refusal_of(lambda: run_example(workshop, name, data))
    if refusal is None:
        assert not (oddity == "a missing column" and name in ("score_model", "edit_metadata", "split_data"))
        return
    assert refusal.code != "internal"
    assert refusal.message.endswith((".", "!"))
    assert refusal.hint


@pytest.mark.parametrize("oddity", ODD_TABLES)
@pytest.mark.parametrize("learner", LEARNERS)
def test_a_learner_learns_from_an_odd_table_or_refuses(workshop: Workshop, learner: str, oddity: str) -> None:
    frame = ODD_TABLES[oddity]()
    refusal = refusal_of(lambda: workshop.trained(learner, workshop.put(frame)))
    if refusal is None:
        model = workshop.trained(learner, workshop.put(frame))
        assert load_model(model).score(frame).height == frame.height
        return
    assert oddity != "ten rows"
    assert refusal.hint
    assert refusal.where.column or refusal.where.port or refusal.where.parameter


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_model_scores_alone_as_in_the_pipeline(workshop: Workshop, learner: str) -> None:
    data = workshop.put(cars(gaps=True))
    cleaned = workshop.run("clean_missing_data", {"cleaning_mode": "replace_with_mode"}, dataset=data)[
        "cleaned_dataset"
    ]
    columns = {"columns_to_transform": ["power", "weight"]}
    normal = workshop.run("normalize_data", columns, dataset=cleaned)["transformed_dataset"]
    halves = workshop.run("split_data", {}, dataset=normal)
    model = workshop.trained(learner, halves["results_dataset1"])
    scored = workshop.run("score_model", {}, trained_model=model, dataset=normal)["scored_dataset"]
    alone = load_model(model).score(cars(gaps=True).drop(LABELS[learner]))
    assert alone.equals(workshop.table(scored).frame.select(alone.columns))


@pytest.mark.parametrize("learner", LEARNERS)
def test_an_unseen_category_and_another_column_do_no_harm(workshop: Workshop, learner: str) -> None:
    frame = cars().with_columns(colour=pl.lit("red"))
    model = load_model(workshop.trained(learner, workshop.put(frame)))
    unseen = frame.with_columns(colour=pl.lit("never seen"), extra=pl.lit(1))
    assert model.score(unseen).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_request_without_a_column_is_refused_or_counts_as_missing(workshop: Workshop, learner: str) -> None:
    model = load_model(workshop.trained(learner, workshop.put(cars())))
    if model.manifest.framework == "lightgbm":
        assert model.score(cars().drop("power")).height == 120
        return
    with pytest.raises(Refusal, match="no column 'power'"):
        model.score(cars().drop("power"))
