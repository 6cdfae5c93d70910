"""The designer's canvas as somebody works it who has no mouse: every act here is a key."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST_PRESSES = 60


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.titles: dict[str, str] = {}

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def add(self, name: str, *, key: str = "n") -> str:
        """Adds a step by its name; returns its id. The keyboard is on its card then."""
        self.press(key)
        expect(self.page.get_by_test_id("picker-search")).to_be_focused()
        self.type(name)
        self.press("Enter")
        expect(self.page.get_by_test_id("add-dialog")).to_have_count(0)
        card = self.page.locator('[data-testid^="node-"][data-component]:focus')
        expect(card).to_have_count(1)
        node = (card.get_attribute("data-testid") or "").removeprefix("node-")
        self.titles[node] = name.casefold()
        return node

    def link(self, node: str, port: str, other: str, other_port: str) -> None:
        """From a port of the chosen step to one of another: C walks the ports, arrows walk where it can end."""
        start, end = f"{self.titles[node]}, {port}", f"{self.titles[other]}, {other_port}"
        self.press("c")
        self._press_until_told("c", f"link from {start} ")
        self._press_until_told("ArrowDown", f"link from {start} to {end}.")
        self.press("Enter")
        expect(self.page.get_by_test_id("announcement")).to_contain_text("Connected ")
        expect(self.page.get_by_test_id(f"node-{node}")).to_be_focused()

    def tab_to(self, selector: str) -> None:
        """Tab by Tab, as far as a person would go."""
        for _ in range(MOST_PRESSES):
            if self.page.evaluate("css => document.activeElement?.matches(css) ?? false", selector):
                return
            self.press("Tab")
        focused = self.page.evaluate("document.activeElement?.outerHTML.slice(0, 300)")
        raise AssertionError(f"Tab does not lead to {selector}; the keyboard is on {focused}")

    def open_settings(self) -> None:
        self.press("Enter")
        expect(self.page.locator(".pane :focus")).to_have_count(1)

    def choose(self, parameter: str, value: str) -> None:
        """In a list of choices: arrows until it is there."""
        expect(self.page.locator(f'select[data-testid="param-{parameter}"]')).to_be_visible()
        self.tab_to(f'select[data-testid="param-{parameter}"]')
        field = self.page.get_by_test_id(f"param-{parameter}")
        for _ in range(MOST_PRESSES):
            if field.input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"The arrows do not lead to {value}")

    def write(self, parameter: str, value: str) -> None:
        self.tab_to(f'[data-testid="param-{parameter}"]')
        self.press("Control+a")
        self.type(value)

    def back_to(self, node: str) -> None:
        """Escape leads from the settings to the card they belong to."""
        self.press("Escape")
        expect(self.page.get_by_test_id(f"node-{node}")).to_be_focused()

    def go_to(self, node: str) -> None:
        """From card to card by arrows: up to the first one, then down the column."""
        card = self.page.get_by_test_id(f"node-{node}")
        for key in ("ArrowUp", "ArrowDown"):
            for _ in range(12):
                if card.evaluate("card => card === document.activeElement"):
                    return
                self.press(key)
        raise AssertionError(f"The arrows do not lead to {node}")

    def _press_until_told(self, key: str, words: str) -> None:
        """What is pointed at is said, as a screen reader would hear it."""
        said = self.page.get_by_test_id("announcement")
        for _ in range(MOST_PRESSES):
            if words in said.inner_text().casefold():
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead to “{words}”; the last was “{said.inner_text()}”")
