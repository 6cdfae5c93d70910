"""Templates hold no text that nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.locale.words import ROOT

TAGS = re.compile(
    r"\{% comment\b.*?\{% endcomment %\}|\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}|"
    r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->"
    r"|<(script|style|code|pre|kbd|svg|textarea)\b.*?</\1>",
    re.DOTALL,
)
SPOKEN = re.compile(r"""\b(?:title|aria-label|placeholder|alt|data-confirm)="([^"]*[A-Za-z]{3,} [^"]*)\"""")
NAMES = (
    "MLOps Studio|UTC|CSV|JSONL?|PNG|HTML|YAML|Parquet|Arrow|Azure|ONNX|OpenAPI|Markdown|MLTable|Python|SHA-256|git"
    "|curl|zip|CPU|GPU|GiB|csrf|nbsp|INFO|WARNING|DEBUG|true|false|sobol|Bearer|score\\.py|page-full"
    r"|models|paths|datastores"
    "|azureml|webhook-(?:id|timestamp|signature)"
)
"""Of things and formats: the same in every language."""


def _texts(source: str) -> Iterator[str]:
    plain = TAGS.sub(" ", source)
    yield from SPOKEN.findall(plain)
    yield from re.sub(r"<[^>]*>", "\n", plain).split("\n")


def test_every_word_of_a_template_is_in_a_translation_tag():
    places = [*(ROOT / "mlops").rglob("templates/**/*.html"), *(ROOT / "designer").rglob("templates/**/*.html")]
    left = [
        f"{place.relative_to(ROOT)}: {text.strip()}"
        for place in places
        for text in _texts(place.read_text(encoding="utf-8"))
        if re.search(r"[A-Za-z]{3,}", re.sub(rf"\b(?:{NAMES})\b", "", text))
    ]
    assert len(places) > 100
    assert left == []


REASON = re.compile(
    r"\{\{ (?!typed\.)((?:[a-z_]+\.)*(?:[a-z_]+_)?(?:reason|hint|why|problem|remedy)(?:\|(?!retold)[^}|]+)*) \}\}"
)
WITHIN = re.compile(r"(?<=%\})(?:(?!\{% ).)*(?=\{% endblocktranslate %\})", re.DOTALL)
"""Of a text for translating: its values are told where they are named."""
TOLD_ALREADY = {"standing.remedy|with_code", "finding.why", "finding.remedy|with_code"}
"""By `mlops.administration.health.report`."""


def test_every_stored_sentence_is_told_in_the_readers_language():
    places = [*(ROOT / "mlops").rglob("templates/**/*.html"), *(ROOT / "designer").rglob("templates/**/*.html")]
    sources = {str(place): WITHIN.sub("", place.read_text(encoding="utf-8")) for place in places}
    found = {(name, one) for name, source in sources.items() for one in REASON.findall(source)}
    assert {one for one in found if one[1] not in TOLD_ALREADY} == set(), "Write `|retold`."
