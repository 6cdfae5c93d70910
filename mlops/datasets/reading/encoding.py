"""In which encoding a text file is written: by its mark, by what decodes, else by what its bytes look like."""

from __future__ import annotations

import codecs
from pathlib import Path

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

SAMPLE_BYTES = 256 * 1024
LOOKED_AT_BYTES = 128 * 1024 * 1024
"""How far into a file the guess looks; what comes later is found by the import."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = ("cp1252", "iso8859-1", "iso8859-15", "cp1254", "cp1257", "cp1258", "cp437", "cp850", "cp858", "mac-roman")
"""Taken for Windows-1252, which is what such files nearly always are."""
OFFERED = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "cp1251", "shift_jis", "gb18030", "big5")
"""What the wizard offers; any name that Python knows is accepted."""


def guess_encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), "")
    if marked:
        return marked
    if 0 in head[:4096]:
        return "utf-16-le" if head[1:4096:2].count(0) > head[0:4096:2].count(0) else "utf-16-be"
    if not _is_utf8(head):
        return _by_looks(head)
    return "utf-8" if _is_utf8_throughout(path) else _by_looks(_first_strange_part(path))


def known_encoding(name: str) -> str:
    """Python's name of it. Raises Refusal `encoding_unknown`."""
    try:
        found = codecs.lookup(name)
    except LookupError as error:
        raise Refusal(
            "encoding_unknown",
            _("“%(name)s” is no encoding that can be read.") % {"name": name},
            hint=_("Choose one of: %(names)s.") % {"names": ", ".join(OFFERED)},
        ) from error
    if not getattr(found, "_is_text_encoding", True):
        raise Refusal(
            "encoding_unknown",
            _("“%(name)s” is not an encoding of text.") % {"name": name},
            hint=_("Choose utf-8, for example."),
        )
    return found.name


def _is_utf8(part: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8_throughout(path: Path) -> bool:
    """A file may be plain ASCII for a long time; reading it once costs less than a failed import."""
    return _first_strange_offset(path) is None


def _first_strange_offset(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with path.open("rb") as file:
        while offset < LOOKED_AT_BYTES and (part := file.read(1024 * 1024)):
            try:
                decoder.decode(part)
            except UnicodeDecodeError as error:
                return offset + error.start
            offset += len(part)
    return None


def _first_strange_part(path: Path) -> bytes:
    offset = _first_strange_offset(path) or 0
    with path.open("rb") as file:
        file.seek(max(0, offset - SAMPLE_BYTES // 2))
        return file.read(SAMPLE_BYTES)


def _by_looks(part: bytes) -> str:
    """A few accents in Latin letters are read as Windows-1252, which beats any statistics on so little."""
    from charset_normalizer import from_bytes

    strange = sum(1 for byte in part if byte > 127)
    undefined = any(byte in part for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
    if not undefined and strange < min(200, len(part) * 0.3):
        return "cp1252"
    found = from_bytes(part[: 64 * 1024], threshold=0.3).best()
    name = codecs.lookup(found.encoding).name if found else "cp1252"
    return "cp1252" if name in WESTERN and not undefined else name
