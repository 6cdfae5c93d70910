"""Every module of the designer of March 2021 is here with its ports and defaults, or a decision says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.blocks.catalogue import components
from mlops.formats.component import Component
from tests.blocks.yardstick import BEYOND, MODULES, PORT_TYPES, Module

HERE = {definition.title: definition for definition in components()}
ROWS = [(group, module) for group, modules in MODULES.items() for module in modules]
PAGE = Path(__file__).parents[2] / "docs/decisions/0016-where-components-differ.md"
OTHER_PORTS = {"Web Service Input"}
OTHER_DEFAULTS = {
    ("DenseNet", "pretrained"),
    ("ResNet", "pretrained"),
    ("Convert Word to Vector", "word2vec_strategy"),
}


def ids(row: object) -> str:
    return row.title if isinstance(row, Module) else ""


def types_of(text: str) -> list[tuple[str, bool]]:
    return [(PORT_TYPES[each[0]], each.endswith("?")) for each in text.split()]


def test_the_yardstick_has_79_modules() -> None:
    assert len({module.title for _group, module in ROWS}) == 79


@pytest.mark.parametrize(("group", "module"), ROWS, ids=ids)
def test_a_module_is_in_its_group(group: str, module: Module) -> None:
    assert HERE[module.title].group == group


@pytest.mark.parametrize(("group", "module"), ROWS, ids=ids)
def test_its_ports_come_first_and_more_inputs_are_optional(group: str, module: Module) -> None:
    definition, (inputs, outputs) = HERE[module.title], module.ports.split("->")
    wanted, made = types_of(inputs), [kind for kind, _optional in types_of(outputs)]
    given = [(port.type, port.optional) for port in definition.inputs]
    assert [port.type for port in definition.outputs][: len(made)] == made
    if module.title not in OTHER_PORTS:
        assert given[: len(wanted)] == wanted
        assert all(optional for _kind, optional in given[len(wanted) :])


@pytest.mark.parametrize(("group", "module"), ROWS, ids=ids)
def test_its_defaults_are_those_of_the_reference(group: str, module: Module) -> None:
    defaults = HERE[module.title].defaults()
    wanted = {name: value for name, value in module.defaults.items() if (module.title, name) not in OTHER_DEFAULTS}
    assert {name: defaults.get(name) for name in wanted} == wanted


def test_every_learner_has_a_trainer_mode_and_its_ranges() -> None:
    for definition in _learners():
        assert definition.parameter("create_trainer_mode") is not None, definition.title
        assert any(parameter.type == "range" for parameter in definition.parameters), definition.title


@pytest.mark.parametrize("title", BEYOND)
def test_what_the_designer_lacked_is_here(title: str) -> None:
    assert title in HERE


@pytest.mark.parametrize("title", sorted({title for title, _name in OTHER_DEFAULTS} | OTHER_PORTS))
def test_a_deviation_is_told_with_its_reason(title: str) -> None:
    assert f"*{title}*" in PAGE.read_text()


def _learners() -> list[Component]:
    tasks = ("regression", "two_class", "multiclass", "quantile")
    own = ("One-vs-All Multiclass", "One-vs-One Multiclass", "Create Python Model")
    return [each for each in components() if each.task in tasks and each.title not in own]
