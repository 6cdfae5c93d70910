"""The policy of pages: no script and no style that is written into a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlops.formats.markdown import html_of

ROOT = Path(__file__).parents[2]
MAILS = "alerts/templates/alerts/mail.html"
"""Read by programs that know no files of styles."""


@pytest.mark.django_db
def test_a_page_lets_in_its_own_style_elements_alone(client):
    first, second = (client.get("/sign-in/") for _ in range(2))
    policy = first["Content-Security-Policy"]
    nonce = re.search(r"style-src 'self' 'nonce-([\w-]+)'", policy)[1]
    assert f'<meta name="style-nonce" content="{nonce}">' in first.content.decode()
    assert nonce not in second["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


def test_no_template_writes_a_style_into_a_page():
    templates = [path for package in ("mlops", "designer") for path in (ROOT / package).rglob("templates/**/*.html")]
    found = [str(path) for path in templates if re.search(r"<style|\sstyle=", path.read_text(encoding="utf-8"))]
    assert len(templates) > 100
    assert [path for path in found if not path.endswith(MAILS)] == []


def test_columns_of_markdown_are_aligned_by_class():
    told = html_of("| a | b |\n|--:|:-:|\n| 1 | 2 |")
    assert 'class="align-right"' in told
    assert "style=" not in told
