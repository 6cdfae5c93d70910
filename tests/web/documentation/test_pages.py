"""The documentation in the product: complete, safe, linked, found."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from mlops.web.documentation.about import ABOUT, about
from mlops.web.documentation.drawing import draw, drawn, link_to
from mlops.web.documentation.searching import excerpt, search
from mlops.web.documentation.shelf import PARTS, PICTURES, Page, pages
from mlops.web.documentation.translated import LANGUAGES

ROOT = Path(__file__).parents[3]


def anchors(address: str) -> set[str]:
    return set(re.findall(r'<h\d id="([^"]+)"', drawn(address).html))


@pytest.mark.parametrize("address", pages())
def test_every_link_of_a_page_leads_somewhere(address):
    page = pages()[address]
    for href in re.findall(r"(?<!`)\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`]*`", "", page.text, flags=re.DOTALL)):
        link = link_to(page, href)
        outside = (ROOT / "docs" / Path(page.path).parent / href).exists()
        assert link or outside, f"{page.path}: {href} leads nowhere"
        path, _, anchor = link.partition("#")
        if anchor and link.startswith("/docs/"):
            assert anchor in anchors(path.removeprefix("/docs/").strip("/")), f"{page.path}: {href} has no such heading"


def test_the_first_page_names_every_guide():
    named = set(re.findall(r"\]\((guides/[^)#]+)\)", pages()[""].text))
    assert named == {page.path for page in pages().values() if page.path.startswith("guides/")}


def test_html_and_scripts_of_a_page_are_shown_as_text():
    text = "# T\n\n<script>x</script> [a](javascript:alert(1)) <img src=x onerror=y>\n\n## Two\n"
    html = draw(Page(path="evil.md", address="evil", title="T", text=text)).html
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in re.findall(r'href="([^"]*)"', html)


def test_only_pictures_of_the_guides_are_shown():
    text = "# T\n\n![ours](pictures/home.png) ![theirs](https://example.com/x.png) ![away](../../etc/passwd)\n"
    html = draw(Page(path="guides/t.md", address="guides/t", title="T", text=text)).html
    assert re.findall(r'<img src="([^"]+)" alt="([^"]+)"', html) == [("/docs/pictures/home.png", "ours")]
    assert "theirs" in html
    assert "example.com" not in html


def test_every_picture_is_on_a_page_and_all_are_small():
    shown = {name for page in pages().values() for name in re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\)", page.text)}
    files = list((ROOT / "docs" / PICTURES).iterdir())
    assert {file.name for file in files} == shown
    assert sum(file.stat().st_size for file in files) < 1_500_000


def test_a_picture_is_served_to_whoever_is_signed_in(client, stranger):
    assert client.get("/docs/pictures/home.png").status_code == 302
    client.force_login(stranger)
    answer = client.get("/docs/pictures/home.png")
    assert (answer["Content-Type"], answer.content[:4]) == ("image/png", b"\x89PNG")
    assert client.get("/docs/pictures/away.png").status_code == 404


def test_a_page_has_its_title_once_and_a_table_of_contents(client, stranger):
    client.force_login(stranger)
    text = client.get("/docs/guides/registry/").content.decode()
    assert text.count("<h1") == 1
    assert '<a href="#approval">Approval</a>' in text
    assert '<h2 id="approval">' in text
    assert 'href="/docs/"' in text


def test_the_index_leads_to_guides_and_reference(client, stranger):
    client.force_login(stranger)
    text = client.get("/docs/").content.decode()
    assert 'href="/docs/guides/serving/"' in text
    assert 'href="/docs/reference/settings/"' in text


def test_schemas_of_events_are_served(client, stranger):
    client.force_login(stranger)
    assert client.get("/docs/events/mlops.model.registered.json").json()["type"] == "object"
    assert client.get("/docs/events/../README.md").status_code in (301, 404)


def test_a_page_that_is_not_there_names_the_nearest(client, stranger):
    client.force_login(stranger)
    answer = client.get("/docs/guides/registri/")
    assert answer.status_code == 404
    assert "guides/registry" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("approval", "/docs/guides/registry/#approval"),
        ("MLOPS_SMTP_URL", "/docs/reference/settings/"),
        ("traffic split", "/docs/guides/serving/"),
        ("mlops job create", "/docs/reference/commands/job/#mlops-job-create"),
        ("fourfold explanation of a prediction zebra", ""),
    ],
)
def test_words_find_the_page_that_tells_of_them(typed, url):
    found = [one.url for one in search(typed)]
    assert any(one.startswith(url) for one in found[:8]) if url else found == []


def test_found_words_are_marked_and_escaped(client, stranger):
    client.force_login(stranger)
    assert "<mark>approval</mark>" in client.get("/docs/?q=approval").content.decode().lower()
    assert "<b>x" not in client.get("/docs/?q=<b>x").content.decode()
    assert ("Roll", True) in excerpt("before it. Roll back at once", ["roll", "back"])


@pytest.mark.parametrize("start", ABOUT)
def test_pages_of_the_product_lead_to_what_tells_of_them(start):
    assert ABOUT[start] in pages()


@pytest.mark.parametrize(
    "start", ["designer", "datasets", "runs", "pipelines", "models", "endpoints", "batch", "alerts"]
)
def test_each_main_part_has_a_page_about_it(start):
    assert about(f"/{start}/")


def test_the_menu_leads_to_the_documentation_and_to_the_page_about_this_one(client, project, owner):
    client.force_login(owner)
    text = client.get("/models/").content.decode()
    assert 'href="/docs/"' in text
    assert 'href="/docs/guides/registry/"' in text


def test_wheels_carry_what_is_shown():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = build["targets"]["wheel"]["force-include"]
    assert carried == {f"docs/{one}": f"mlops/web/documentation/text/{one}" for one in (*PARTS, *LANGUAGES)}
