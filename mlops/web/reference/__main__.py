"""Writes docs/reference. `python -m mlops.web.reference docs/reference`"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: Path) -> None:
    from mlops.web.reference.documents import documents

    wanted = documents()
    for path in folder.rglob("*.md"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    django.setup()
    main(Path(sys.argv[1]))
