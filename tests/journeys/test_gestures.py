"""What hands and keys do on the canvas, one test a family of gestures; the list has the same acts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.canvas import Canvas
from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser

CARDS = '[data-testid^="node-"][data-component]'
LINES = ".react-flow__edge.line"
Draw = Callable[..., Canvas]

DATA = {"component": "dataset", "version": "1", "parameters": {"dataset": "Automobile price data", "version": 1}}
CLEAN = {"component": "clean_missing_data", "version": "1"}
SPLIT = {"component": "split_data", "version": "1"}
NODES = {"a": DATA, "b": CLEAN, "c": SPLIT}
PLACES = {"a": {"x": 0, "y": 0}, "b": {"x": 40, "y": 160}, "c": {"x": 420, "y": 320}}


def link(source: str, source_port: str, target: str, target_port: str) -> dict[str, str]:
    return {"source": source, "source_port": source_port, "target": target, "target_port": target_port}


@pytest.fixture
def draw(page: Page, studio: Studio) -> Draw:
    """A new pipeline with what is pasted into it; ids begin with the component's name."""

    def drawn(nodes: dict[str, Any] = NODES, edges: list[dict[str, str]] | None = None) -> Canvas:
        page.goto(f"{studio.url}/designer/")
        page.get_by_role("button", name=re.compile("New pipeline", re.IGNORECASE)).first.click()
        expect(page.get_by_test_id("canvas")).to_be_visible()
        paste(page, nodes, edges or [])
        expect(page.locator(CARDS)).to_have_count(len(nodes))
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        page.wait_for_timeout(400)
        return Canvas(page)

    return drawn


def paste(page: Page, nodes: dict[str, Any], edges: list[dict[str, str]]) -> None:
    fragment = {"kind": "mlops/fragment", "version": 1, "nodes": nodes, "edges": edges}
    text = json.dumps({**fragment, "layout": {name: PLACES[name] for name in nodes}})
    page.evaluate(
        """text => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", text);
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })); }""",
        text,
    )


def card(page: Page, component: str) -> Locator:
    return page.locator(f'{CARDS}[data-component="{component}"]')


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *keys: str) -> None:
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.wait_for_timeout(60)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def chosen(page: Page) -> int:
    return page.locator(".s-card.is-selected").count()


def test_a_box_chooses_what_it_touches_and_with_alt_what_it_encloses(page: Page, draw: Draw) -> None:
    draw()
    box = card(page, "clean_missing_data").bounding_box()
    assert box
    start, end = (box["x"] - 40, box["y"] - 20), (box["x"] + 60, box["y"] + box["height"] + 20)
    drag(page, start, end)
    assert chosen(page) == 1
    page.keyboard.press("Escape")
    drag(page, start, end, "Alt")
    assert chosen(page) == 0
    drag(page, start, (box["x"] + box["width"] + 20, end[1]), "Alt")
    assert chosen(page) == 1
    page.keyboard.down("Shift")
    card(page, "dataset").click(position={"x": 60, "y": 20})
    page.keyboard.up("Shift")
    assert chosen(page) == 2
    page.keyboard.press("Control+a")
    assert chosen(page) == 3


def test_arrows_choose_streams_and_move_by_grid_and_by_pixel(page: Page, draw: Draw) -> None:
    draw(edges=[link("a", "dataset", "b", "dataset"), link("b", "cleaned_dataset", "c", "dataset")])
    card(page, "dataset").click(position={"x": 60, "y": 20})
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == 3
    card(page, "split_data").click(position={"x": 60, "y": 20})
    page.keyboard.press("Shift+ArrowLeft")
    assert chosen(page) == 3
    card(page, "split_data").click(position={"x": 60, "y": 20})
    before = middle(card(page, "split_data"))
    page.keyboard.press("Alt+ArrowRight")
    small = middle(card(page, "split_data"))[0] - before[0]
    page.keyboard.press("Control+ArrowRight")
    large = middle(card(page, "split_data"))[0] - before[0] - small
    assert 0 < small < large


def test_chords_line_up_and_a_frame_carries_its_steps(page: Page, draw: Draw) -> None:
    draw()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+a")
    page.keyboard.press("l")
    lefts = [card(page, name).bounding_box()["x"] for name in ("dataset", "clean_missing_data", "split_data")]  # type: ignore[index]
    assert max(lefts) - min(lefts) < 1
    page.keyboard.press("Control+g")
    page.get_by_test_id("group-title").fill("Preparation")
    page.keyboard.press("Enter")
    head = page.locator(".frame-head")
    expect(head).to_contain_text("Preparation")
    x, y = middle(head)
    drag(page, (x, y), (x + 64, y + 32))
    assert card(page, "dataset").bounding_box()["x"] - lefts[0] > 40  # type: ignore[index]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node-frame")).to_have_count(1)
    page.keyboard.press("Control+Shift+g")
    expect(page.locator(".react-flow__node-frame")).to_have_count(0)


def test_a_card_dropped_on_a_link_stands_in_it_and_a_knife_cuts(page: Page, draw: Draw) -> None:
    draw(edges=[link("a", "dataset", "c", "dataset")])
    line = page.locator(f"{LINES} .react-flow__edge-path")
    path = line.evaluate(
        """line => { const at = line.getPointAtLength(line.getTotalLength() / 2), seen = line.getScreenCTM();
        return [at.x * seen.a + seen.e, at.y * seen.d + seen.f]; }"""
    )
    drag(page, middle(card(page, "clean_missing_data")), (path[0], path[1]))
    expect(page.locator(LINES)).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator(LINES)).to_have_count(1)
    drag(page, (path[0] - 60, path[1] + 30), (path[0] + 60, path[1] - 30), "Control")
    expect(page.locator(LINES)).to_have_count(0)


def test_a_link_dropped_on_nothing_offers_what_fits_and_adds_it_wired(page: Page, draw: Draw) -> None:
    canvas = draw({"a": DATA})
    node = canvas.ids().pop()
    x, y = middle(canvas.port(node, "dataset"))
    drag(page, (x, y), (x + 30, y + 180))
    expect(page.get_by_test_id("add-dialog")).to_be_visible()
    expect(page.get_by_test_id("pick-linear_regression")).to_have_count(0)
    page.keyboard.type("split data")
    page.keyboard.press("Enter")
    expect(page.locator(LINES)).to_have_count(1)


def test_keys_connect_insert_and_replace_keeping_the_wires(page: Page, draw: Draw) -> None:
    draw()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+l")
    expect(page.locator(LINES)).to_have_count(2)
    page.keyboard.press("Escape")
    page.locator(f"{LINES} .react-flow__edge-interaction").first.click(force=True)
    page.keyboard.press("i")
    page.keyboard.type("edit metadata")
    page.keyboard.press("Enter")
    expect(page.locator(LINES)).to_have_count(3)
    card(page, "edit_metadata").click(position={"x": 60, "y": 20})
    page.keyboard.press("r")
    page.keyboard.type("select columns in dataset")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("replace-mapping")).to_contain_text("2 kept")
    page.get_by_test_id("replace-confirm").click()
    expect(card(page, "select_columns_in_dataset")).to_have_count(1)
    expect(page.locator(LINES)).to_have_count(3)


def test_disabled_bypassed_and_collapsed_steps_look_it_and_are_found(page: Page, draw: Draw) -> None:
    draw()
    card(page, "split_data").click(position={"x": 60, "y": 20})
    page.keyboard.press("d")
    expect(card(page, "split_data")).to_have_attribute("data-mode", "disabled")
    card(page, "clean_missing_data").click(position={"x": 60, "y": 20})
    page.keyboard.press("b")
    page.keyboard.press("Alt+c")
    expect(card(page, "clean_missing_data")).to_have_class(re.compile("is-bypassed.*is-collapsed"))
    page.keyboard.press("Control+f")
    page.keyboard.type("is:bypassed")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("find-count")).to_have_text("1 / 1")
    page.get_by_test_id("find-text").fill("-is:disabled type:table")
    expect(page.get_by_test_id("find-count")).to_have_text("2 steps")


def test_a_note_is_written_in_markdown_and_tied_to_its_step(page: Page, draw: Draw) -> None:
    draw()
    card(page, "dataset").click(position={"x": 60, "y": 20})
    page.keyboard.press("Shift+S")
    page.keyboard.type("**Why** this data")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note-card strong")).to_have_text("Why")
    expect(page.locator(".note-line")).to_have_count(1)
    page.reload()
    expect(page.locator(".note-card strong")).to_have_text("Why")


def test_keys_belong_to_the_field_and_the_dialog_in_which_they_are_pressed(page: Page, draw: Draw) -> None:
    draw()
    card(page, "split_data").click(position={"x": 60, "y": 20})
    page.keyboard.press("F2")
    page.get_by_test_id("rename-title").fill("")
    page.keyboard.type("dbpnrl/?123")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator(CARDS)).to_have_count(3)
    expect(card(page, "split_data")).to_have_attribute("data-mode", "")
    page.get_by_test_id("palette-search").click()
    page.keyboard.type("dnv")
    expect(page.get_by_test_id("canvas")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)


def test_a_person_gives_a_key_anew_and_it_is_refused_where_it_is_taken(page: Page, draw: Draw) -> None:
    draw()
    page.keyboard.press("?")
    page.get_by_test_id("change-keys").click()
    field = page.get_by_test_id("keys-minimap")
    field.press("Control+f")
    expect(page.get_by_role("alert").filter(has_text="belongs to")).to_be_visible()
    field.press("Shift+Q")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_test_id("canvas")).to_be_visible()
    page.keyboard.press("Shift+Q")
    expect(page.get_by_test_id("minimap")).to_be_visible()


def test_a_table_dropped_on_the_canvas_becomes_a_dataset_and_a_step(page: Page, draw: Draw) -> None:
    draw({"a": DATA})
    data = page.evaluate_handle(
        """() => { const data = new DataTransfer();
        data.items.add(new File(["x,y\\n1,2\\n3,4\\n"], "dropped by hand.csv", { type: "text/csv" })); return data; }"""
    )
    for kind in ("dragover", "drop"):
        page.locator(".react-flow__pane").dispatch_event(
            kind, {"dataTransfer": data, "clientX": 700, "clientY": 300, "bubbles": True, "cancelable": True}
        )
    expect(card(page, "dataset")).to_have_count(2, timeout=30_000)
    expect(page.get_by_text("dropped by hand").first).to_be_visible()


def test_a_pipeline_in_yaml_dropped_on_the_canvas_opens_as_a_draft(page: Page, draw: Draw) -> None:
    draw(edges=[link("a", "dataset", "b", "dataset")])
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    before = page.url
    draft = before.rstrip("/").rsplit("/", 1)[1]
    data = page.evaluate_handle(
        """async draft => { const answer = await fetch(`/api/v1/drafts/${draft}/export/?form=yaml`);
        const data = new DataTransfer();
        data.items.add(new File([await answer.blob()], "pipeline.zip")); return data; }""",
        draft,
    )
    page.locator(".react-flow__pane").dispatch_event(
        "drop", {"dataTransfer": data, "clientX": 700, "clientY": 300, "bubbles": True, "cancelable": True}
    )
    page.wait_for_url(lambda url: url != before)
    expect(page.locator(CARDS)).to_have_count(3)
    expect(page.locator(LINES)).to_have_count(1)


def test_a_result_is_pinned_and_the_card_says_so(page: Page, draw: Draw) -> None:
    draw({"a": DATA})
    card(page, "dataset").click(position={"x": 60, "y": 20})
    page.keyboard.press("p")
    expect(page.get_by_test_id("toast")).to_contain_text("nothing to pin yet")
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("submit-confirm").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=120_000)
    card(page, "dataset").click(position={"x": 60, "y": 20})
    page.keyboard.press("p")
    expect(page.locator('[data-testid^="pin-"]')).to_have_attribute("title", re.compile("pinned by admin"))
    page.keyboard.press("p")
    expect(page.locator('[data-testid^="pin-"]')).to_have_count(0)


@pytest.mark.parametrize("form", ["svg", "png"])
def test_an_exported_picture_dropped_again_is_the_drawing(page: Page, draw: Draw, form: str, tmp_path: Path) -> None:
    draw(edges=[link("a", "dataset", "b", "dataset")])
    page.keyboard.press("Control+k")
    page.keyboard.type(f"export as {form}")
    with page.expect_download() as got:
        page.keyboard.press("Enter")
    file = tmp_path / f"picture.{form}"
    got.value.save_as(file)
    data = page.evaluate_handle(
        """([bytes, name]) => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name)); return data; }""",
        [list(file.read_bytes()), file.name],
    )
    page.locator(".react-flow__pane").dispatch_event(
        "drop", {"dataTransfer": data, "clientX": 700, "clientY": 300, "bubbles": True, "cancelable": True}
    )
    expect(page.locator(CARDS)).to_have_count(6)
    expect(page.locator(LINES)).to_have_count(2)


def test_alt_drag_copies_and_pasting_with_links_keeps_what_came_in(page: Page, draw: Draw) -> None:
    draw(edges=[link("a", "dataset", "b", "dataset")])
    x, y = middle(card(page, "clean_missing_data"))
    drag(page, (x, y), (x + 20, y + 160), "Alt")
    expect(card(page, "clean_missing_data")).to_have_count(2)
    page.keyboard.press("Control+z")
    card(page, "clean_missing_data").click(position={"x": 60, "y": 20})
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+Shift+v")
    expect(card(page, "clean_missing_data")).to_have_count(2)
    expect(page.locator(LINES)).to_have_count(2)


def test_what_another_project_does_not_know_is_pasted_and_named(page: Page, draw: Draw) -> None:
    draw({"a": {**DATA, "parameters": {"dataset": "Elsewhere", "version": 3}}})
    expect(page.get_by_test_id("toast")).to_contain_text("Elsewhere")
    expect(page.locator('[data-testid^="problem-"]')).to_have_count(1)


def test_where_a_person_left_the_picture_it_is_found_again(page: Page, draw: Draw) -> None:
    draw()
    page.keyboard.press("+")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    seen = page.locator(".react-flow__viewport").get_attribute("style")
    page.reload()
    expect(page.locator(".react-flow__viewport")).to_have_attribute("style", str(seen))


def test_a_fitted_picture_stays_fitted_when_the_window_narrows(page: Page, draw: Draw) -> None:
    draw()
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_timeout(700)
    canvas = page.get_by_test_id("canvas").bounding_box()
    last = card(page, "split_data").bounding_box()
    assert canvas
    assert last
    assert last["x"] + last["width"] <= canvas["x"] + canvas["width"]


def test_the_list_does_what_the_canvas_does(page: Page, draw: Draw) -> None:
    """Every act of the table is offered in the list as well, except those that only move a picture."""
    draw(edges=[link("a", "dataset", "b", "dataset")])
    offered = {}
    for view in ("canvas", "list"):
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+k")
        names = (
            page.get_by_test_id("commands-dialog")
            .get_by_role("option")
            .evaluate_all("all => all.map((each) => each.dataset.testid)")
        )
        offered[view] = {name for name in names if not name.startswith("pick-go:")}
        page.keyboard.press("Escape")
        page.keyboard.press("v")
    only_pictures = {"fit", "fit-selection", "actual-size", "zoom-in", "zoom-out", "minimap", "link-style", "fade"}
    moves = {f"{way}-{side}" for way in ("move", "nudge") for side in ("up", "down", "left", "right")}
    missing = {name.removeprefix("pick-") for name in offered["canvas"] - offered["list"]}
    assert missing <= only_pictures | moves | {"snap", "wheel"}


def test_the_list_adds_wires_renames_moves_groups_and_notes(page: Page, draw: Draw) -> None:
    draw({"a": DATA})
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("tool-list").click()
    page.get_by_test_id("list-add").select_option("clean_missing_data")
    rows = page.locator('[data-testid^="row-"]')
    expect(rows).to_have_count(2)
    added = str(rows.nth(1).get_attribute("data-testid")).removeprefix("row-")
    page.get_by_test_id(f"input-{added}-dataset").select_option(index=1)
    page.get_by_test_id(f"insert-{added}-dataset").click()
    page.keyboard.type("edit metadata")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    page.get_by_test_id("list-more").click()
    page.get_by_test_id("rename").click()
    page.keyboard.type("Roles")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Roles", exact=True)).to_be_visible()
    page.get_by_test_id(f"up-{added}").click()
    expect(rows.nth(1)).to_have_attribute("data-testid", f"row-{added}")
    page.get_by_test_id("list-disable").click()
    expect(page.locator('[data-mode="disabled"]')).to_have_count(1)
    page.get_by_test_id("list-group").click()
    page.keyboard.type("Preparation")
    page.keyboard.press("Enter")
    expect(page.locator('[data-testid^="list-group-"]')).to_contain_text("Preparation")
    page.get_by_test_id("list-add-note").click()
    page.keyboard.type("Free note")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-testid^="list-note-"]')).to_contain_text("Free note")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
