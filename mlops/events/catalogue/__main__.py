"""Writes docs/events: a page of all types and a JSON Schema for each. `python -m mlops.events.catalogue docs/events`"""

from __future__ import annotations

import sys
from pathlib import Path

from mlops.events.catalogue.documents import documents


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = documents()
    for path in folder.iterdir():
        if path.suffix in (".json", ".md") and path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
