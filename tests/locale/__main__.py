"""`python -m tests.locale`: puts texts that are new into the catalogues, for translating, and takes out those that are
gone. Then translate what is empty, and run `python -m mlops.locale`."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.locale import words

HEADER = "# German of MLOps Studio. Written by people; `python -m tests.locale` adds what is new."

DROPPED = ('"POT-C', '"PO-Rev', '"Report-', '"Last-T', '"Language-T', '"Generated')


def update(domain: str, found: dict[words.Text, str]) -> int:
    """How many are to be translated."""
    place = words.ROOT / "mlops/locale/de/LC_MESSAGES" / f"{domain}.po"
    known = read_po(place.open("rb"), locale="de") if place.exists() else Catalog(locale="de")
    made = Catalog(locale="de", header_comment=HEADER, project="MLOps Studio", charset="utf-8", fuzzy=False)
    for text, where in found.items():
        before = known.get(text[0], context=text[2])
        ids = text[:2] if text[1] else text[0]
        string = before.string if before is not None and isinstance(before.string, tuple) == bool(text[1]) else None
        made.add(ids, string or "", locations=[(where, 0)], context=text[2])
    out = io.BytesIO()
    write_po(out, made, width=0, no_location=False, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    lines = [line for line in out.getvalue().decode().splitlines() if not line.startswith(DROPPED)]
    Path(place).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(1 for one in made if one.id and not (all(one.string) if isinstance(one.string, tuple) else one.string))


if __name__ == "__main__":
    for domain, found in (("django", words.of_python_and_templates()), ("djangojs", words.of_scripts())):
        print(f"{domain}: {update(domain, words.first_places(found))} to translate")
