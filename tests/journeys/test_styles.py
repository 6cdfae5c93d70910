"""What the style sheet does alone, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SHEET = Path(__file__).parents[2] / "mlops" / "web" / "static" / "web" / "app.css"
ROW = """<table class="table cards-on-phone"><tbody><tr><th>Flights</th><td data-label="State">
<span class="state" data-state="completed">Completed</span><span class="state-why">{why}</span></td></tr>
</tbody></table>"""


def test_a_states_pill_on_a_phone_is_one_line_high_beside_a_long_reason(browser: Browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(f"<style>{SHEET.read_text()}</style>{ROW.format(why='1,900 rows are there. ' * 9)}")
    pill, why = (
        page.locator(name).evaluate("one => one.getBoundingClientRect().height") for name in (".state", ".state-why")
    )
    page.close()
    assert pill < 30 < why
