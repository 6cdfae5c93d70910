"""The designer's canvas through its stable hooks: what a hand does, and what a keyboard does."""

from __future__ import annotations

from playwright.sync_api import Page, expect


class Canvas:
    def __init__(self, page: Page) -> None:
        self.page = page

    def drag_in(self, item: str, *, at: tuple[float, float]) -> str:
        """Drags an item of the palette to a place of the canvas; returns the new node's id."""
        before = self.ids()
        entry = self.page.get_by_test_id(item)
        self.page.get_by_test_id("palette-search").fill(entry_text(item))
        expect(entry).to_be_visible()
        entry.drag_to(self.page.locator(".react-flow__pane"), target_position={"x": at[0], "y": at[1]})
        return self._new(before)

    def connect(self, source: str, source_port: str, target: str, target_port: str) -> None:
        """Drags from an output port to an input port."""
        start, end = self.port(source, source_port), self.port(target, target_port)
        self.page.mouse.move(*_middle(start))
        self.page.mouse.down()
        x, y = _middle(end)
        self.page.mouse.move(x - 8, y - 8, steps=6)
        self.page.mouse.move(x, y, steps=3)
        self.page.mouse.up()

    def port(self, node: str, port: str):
        return self.page.get_by_test_id(f"port-{node}-{port}")

    def node(self, node: str):
        return self.page.get_by_test_id(f"node-{node}")

    def select(self, node: str) -> None:
        self.node(node).click(position={"x": 60, "y": 24})

    def choose(self, parameter: str, value: str) -> None:
        """Column pickers become lists once the server has said which columns arrive."""
        self.page.locator(f'select[data-testid="param-{parameter}"]').select_option(value)

    def type(self, parameter: str, value: str) -> None:
        field = self.page.get_by_test_id(f"param-{parameter}")
        field.fill(value)
        field.press("Tab")

    def choose_all_columns_but(self, parameter: str, column: str) -> None:
        """By name: all to the right-hand list, then one back."""
        self.page.get_by_test_id(f"param-{parameter}").click()
        self.page.get_by_test_id("columns-available-all").click()
        self.page.get_by_test_id("columns-chosen").locator(f'[data-column="{column}"]').click()
        self.page.get_by_test_id("columns-save").click()

    def saved(self) -> None:
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")

    def ids(self) -> set[str]:
        hooks = self.page.locator('[data-testid^="node-"][data-component]')
        return {name.removeprefix("node-") for name in hooks.evaluate_all("all => all.map(n => n.dataset.testid)")}

    def _new(self, before: set[str]) -> str:
        expect(self.page.locator('[data-testid^="node-"][data-component]')).to_have_count(len(before) + 1)
        return (self.ids() - before).pop()


def entry_text(item: str) -> str:
    return item.removeprefix("palette-dataset-").removeprefix("palette-").replace("_", " ")


def _middle(place) -> tuple[float, float]:
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
