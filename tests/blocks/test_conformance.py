"""One suite over every component: definitions are complete, examples repeat, odd tables are worked on or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mlops.blocks.catalogue import component, components, derive
from mlops.blocks.parameters import check_parameters, is_visible, with_defaults
from mlops.blocks.scoring import load_model
from mlops.blocks.transforms import apply
from mlops.blocks.values import FittedTransformValue, read_value, shape_of
from mlops.formats.component import Component, Shape
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.kept import ROW
from mlops.formats.refusal import Refusal
from mlops.formats.transform import Replay
from mlops.stats.schema import describe_schema
from tests.blocks.examples import example_of, inputs_of, run_example, why_not_here
from tests.blocks.workshop import LABELS, LEARNERS, Workshop, cars, digest

NAMES = [definition.name for definition in components()]
RUNNABLE = [name for name in NAMES if name not in ("dataset", *SAVED_COMPONENTS)]
TABLE_BLOCKS = [
    name
    for name in RUNNABLE
    if any(p.type == "table" for p in component(name).inputs) and example_of(name).takes_odd_tables
]
FAULTS = [(name, place) for name in RUNNABLE for place in range(len(example_of(name).faults))]

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


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest) -> None:
    """Components that cannot run on this machine are only read."""
    values = getattr(request.node, "callspec", None)
    name = values.params.get("name") or values.params.get("learner") if values else None
    reason = why_not_here(name) if name and "workshop" in request.fixturenames else ""
    if reason:
        pytest.skip(reason)


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
    parameters = {"dataset": "cars"} if name == "dataset" else example_of(name).parameters
    problems = derive(name, None, parameters, inputs).problems
    assert [fault for fault in problems if fault.code != "extra_missing"] == []


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_parameters_become_problems(name: str) -> None:
    shape = Shape(type="table", table=describe_schema(cars()))
    inputs = {port.name: shape for port in component(name).inputs if port.type == "table"}
    for nonsense in (None, "", "nonsense", -1, 1e300, True, [], {"mode": "x"}, ["no such column"]):
        parameters = {parameter.name: nonsense for parameter in component(name).parameters}
        assert set(derive(name, None, parameters, inputs).outputs)


@pytest.mark.parametrize("name", RUNNABLE)
def test_an_example_gives_equal_bytes_twice(workshop: Workshop, name: str) -> None:
    first, second = (run_example(workshop, name) for _ in range(2))
    for port, folder in first.items():
        assert folder.exists()
        assert not example_of(name).repeats or digest(folder) == digest(second[port])


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_derived_schema_is_that_of_the_result(workshop: Workshop, name: str) -> None:
    inputs = inputs_of(workshop, name)
    shapes = {
        port.name: shape_of(read_value(inputs[port.name], port.type))
        for port in component(name).inputs
        if port.name in inputs
    }
    derived = derive(name, None, example_of(name).parameters, shapes)
    assert [fault for fault in derived.problems if fault.severity == "error"] == []
    for output, folder in workshop.run(name, example_of(name).parameters, **inputs).items():
        expected = derived.outputs[output].table
        if expected is not None and (folder / "data.parquet").exists():
            assert workshop.table(folder).schema.columns == expected.columns
            assert expected.row_count in (None, workshop.table(folder).frame.height)


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_way_back_gives_the_same_rows(workshop: Workshop, name: str) -> None:
    """The recipe that a table carries, replayed on the rows of its source, gives the table."""
    for folder in run_example(workshop, name).values():
        if not (folder / "origin.parquet").exists():
            continue
        table = workshop.table(folder)
        assert table.origin is not None
        assert table.reference is not None
        known = pl.DataFrame({ROW: table.origin}).with_row_index("place").join(table.reference, on=ROW, how="inner")
        again = apply(table.meta.recipe, known.drop("place", ROW), at_scoring=True)
        if not any(isinstance(step, Replay) and step.out_of_fold for step in table.meta.recipe):
            names = [column.name for column in table.schema.columns if column.role != "fold"]
            assert_frame_equal(again, table.frame[known["place"]].select(names))


@pytest.mark.parametrize(
    "name", [name for name in RUNNABLE if any(p.type == "transformation" for p in component(name).outputs)]
)
def test_a_fitted_transform_works_on_new_rows(workshop: Workshop, name: str) -> None:
    outputs = run_example(workshop, name)
    fitted = next(read_value(outputs[p.name], p.type) for p in component(name).outputs if p.type == "transformation")
    assert isinstance(fitted, FittedTransformValue)
    fresh = example_of(name).frame().with_columns(pl.col(pl.String) + " never seen")
    for frame in (fresh, fresh.head(1), fresh.head(0), fresh.clear(n=3)):
        made = refusal_of(lambda frame=frame: apply(fitted.transform.transforms, frame, at_scoring=True))
        assert made is None or made.code == "missing_value"


@pytest.mark.parametrize(("name", "place"), FAULTS)
def test_a_fault_is_refused_with_its_place_and_a_remedy(workshop: Workshop, name: str, place: int) -> None:
    fault = example_of(name).faults[place]
    data = workshop.put(fault.frame()) if fault.frame else None
    refusal = refusal_of(lambda: run_example(workshop, name, data, fault.parameters))
    assert refusal is not None
    assert refusal.code == fault.code, refusal.message
    assert refusal.hint
    assert refusal.where.column or refusal.where.parameter or refusal.where.port


@pytest.mark.parametrize("oddity", ODD_TABLES)
@pytest.mark.parametrize("name", TABLE_BLOCKS)
def test_an_odd_table_is_worked_on_or_refused_clearly(workshop: Workshop, name: str, oddity: str) -> None:
    data = workshop.put(ODD_TABLES[oddity]())
    refusal = refusal_of(lambda: run_example(workshop, name, data))
    if refusal is None:
        assert not (oddity == "a missing column" and example_of(name).needs_every_column)
        return
    assert refusal.code != "internal"
    assert refusal.message.endswith((".", "!"))
    assert refusal.hint


@pytest.mark.parametrize("oddity", ODD_TABLES)
@pytest.mark.parametrize("learner", [name for name in LEARNERS if example_of(name).learns_from_odd_tables])
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
    if component(learner).tolerates_missing:
        assert model.score(cars().drop("power")).height == 120
        return
    with pytest.raises(Refusal, match="no column 'power'"):
        model.score(cars().drop("power"))
