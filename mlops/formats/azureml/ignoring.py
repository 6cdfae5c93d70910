"""Which files of a code folder are left behind: `.amlignore`, or else `.gitignore`, and what nobody wants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ALWAYS = (".git/", "__pycache__/", "*.pyc", ".ipynb_checkpoints/", ".amlignore", ".gitignore", ".venv/", ".mlops/")


def kept_files(folder: Path) -> Iterator[Path]:
    """Regular files in the order of their paths; links are left out."""
    from pathspec import GitIgnoreSpec

    listed = next((folder / name for name in (".amlignore", ".gitignore") if (folder / name).is_file()), None)
    lines = listed.read_text(encoding="utf-8", errors="replace").splitlines() if listed else []
    ignored = GitIgnoreSpec.from_lines([*lines, *ALWAYS])
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not ignored.match_file(path.relative_to(folder).as_posix()):
            yield path
