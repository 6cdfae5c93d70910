"""Catalogues as Django reads them (`.mo`), made of those that people write (`.po`): at install, and by `python -m
mlops.locale` after a change. Needs Babel and nothing of ours."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def compiled(folder: Path = HERE) -> list[Path]:
    """Those that were made anew, because their source is newer or they were not there."""
    return [made for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if (made := _compile(source))]


def _compile(source: Path) -> Path | None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return None
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    draft = target.with_suffix(".part")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(target)
    return target
