"""Data typed in, queried, calculated and exported on the canvas, and the file downloaded from the drawer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Studio
from tests.journeys.test_findings import paste, shoot
from tests.journeys.test_tutorial import new_pipeline, submit

pytestmark = pytest.mark.browser

QUERY = "select fuel, avg(price) as price from t1 group by fuel order by fuel"
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "typed": ("enter_data_manually", {"data": "fuel,price\ngas,100\ndiesel,10\ngas,1000\n"}),
    "query": ("apply_sql_transformation", {"sql_query_script": QUERY}),
    "log": ("apply_math_operation", {"basic_function": "log10"}),
    "file": ("export_data", {"file_name": "prices"}),
}
LINKS = """typed.dataset query.t1
query.results_dataset log.dataset
log.results_dataset file.dataset"""


def test_a_typed_table_is_queried_calculated_and_downloaded(page: Page, studio: Studio) -> None:
    canvas = new_pipeline(page, studio)
    paste(page, NODES, LINKS)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator('[data-testid^="node-"][data-component]')).to_have_count(len(NODES))
    canvas.saved()
    hook = page.locator('[data-component="apply_math_operation"]').get_attribute("data-testid") or ""
    canvas.select(hook.removeprefix("node-"))
    expect(page.get_by_test_id("param-category")).to_be_visible()
    shoot(page, "math")
    submit(page, "data components")

    hook = page.locator('[data-component="export_data"]').get_attribute("data-testid") or ""
    canvas.port(hook.removeprefix("node-"), "exported_file").click()
    link = page.get_by_role("link", name=re.compile("prices.csv"))
    expect(link).to_be_visible()
    shoot(page, "file")
    with page.expect_download() as started:
        link.click()
    content = started.value.path().read_text()
    assert content.splitlines() == ["fuel,price,Log10(price)", "diesel,10.0,1.0", "gas,550.0,2.7403626894942437"]
