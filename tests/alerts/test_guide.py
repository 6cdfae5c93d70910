"""The guide's rules are rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mlops.alerts.metrics import METRICS
from mlops.alerts.recipes.catalogue import RECIPES
from mlops.alerts.rules.matching import OWN
from mlops.alerts.rules.reading import read_settings
from mlops.events.catalogue import TYPES
from mlops.formats.event_filter import is_type_of, read_filters

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "alerts.md"
BLOCKS = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.S)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda one: one["name"])
def test_an_example_is_a_rule_on_what_there_is(block):
    when = read_settings(block).when
    assert not when.metric or when.metric in METRICS
    assert all(any(is_type_of(one, [pattern]) for one in TYPES) for pattern in (*when.events, *when.clears))
    read_filters(when.filters)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.key)
def test_a_recipe_waits_for_what_can_happen(recipe):
    when = recipe.settings.when
    assert recipe.is_usable
    for pattern in (*when.events, *when.clears):
        assert any(is_type_of(one, [pattern]) and not one.startswith(OWN) for one in TYPES), pattern
