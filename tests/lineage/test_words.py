"""Every relation that the graph tells is a text that people read in their language."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = re.compile(r'yield \(?\s*"([^"]+)",')
SOURCES = [*(ROOT / "mlops/lineage/kinds").glob("*.py"), ROOT / "designer/lineage.py"]


def test_the_page_has_a_text_for_every_relation():
    words = (ROOT / "frontend/src/lineage/words.ts").read_text(encoding="utf-8")
    told = {relation for source in SOURCES for relation in TOLD.findall(source.read_text(encoding="utf-8"))}

    assert len(told) > 40
    assert not [one for one in sorted(told) if f'_("{one}")' not in words]
