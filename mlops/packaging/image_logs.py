"""What the build of an image says, line by line, in a file that grows while it is read."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings

MOST_BYTES = 1024 * 1024


def log_path(image_id: UUID) -> Path:
    folder = Path(settings.DATA_DIR) / "logs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{image_id}.log"


def read_log(image_id: UUID, *, offset: int = 0) -> tuple[str, int]:
    """Whole lines from `offset` (bytes) on, and where to go on reading."""
    try:
        with log_path(image_id).open("rb") as file:
            file.seek(max(0, offset))
            content = file.read(MOST_BYTES)
    except FileNotFoundError:
        return "", 0
    end = content.rfind(b"\n") + 1
    return content[:end].decode(errors="replace"), max(0, offset) + end


def append_log(image_id: UUID, line: str) -> None:
    with log_path(image_id).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def remove_log(image_id: UUID) -> None:
    log_path(image_id).unlink(missing_ok=True)
