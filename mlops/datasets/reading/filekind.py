"""Is the file what its name says? Told by its first bytes, before anything tries to read it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

HEAD_BYTES = 4096
ZIP = "a zip archive"
TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".data", "")
PARQUET_ENDINGS = (".parquet", ".pq")
MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM\x00", "a bitmap image"),
    (b"RIFF", "an image, sound or video"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
)
REMEDIES = {
    "archive": "Unpack it and upload the CSV or Parquet file inside; or name a zip archive .zip to keep its files.",
    "spreadsheet": "In the spreadsheet program, save the sheet as CSV, and upload that.",
}


def kind_of(path: Path, file_name: str) -> Literal["csv", "parquet", "zip"]:
    """Raises Refusal `empty_file` or `not_what_it_says`."""
    size = path.stat().st_size
    if size == 0:
        raise Refusal(
            "empty_file",
            _("“%(file_name)s” is empty: it has no bytes.") % {"file_name": file_name},
            hint=_("Choose a file with data."),
            status=422,
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = Path(file_name).suffix.lower()
    if head.startswith(b"PAR1"):
        return _parquet(ending, file_name)
    other = _other_kind(head, path)
    if other == ZIP and ending == ".zip":
        return "zip"
    if other:
        raise _refused(file_name, other, _remedy(other))
    if ending in PARQUET_ENDINGS:
        raise _refused(file_name, "text", _("Rename it to .csv if it is a CSV file, or export it as Parquet again."))
    return "csv"


def _parquet(ending: str, file_name: str) -> Literal["parquet"]:
    if ending in TEXT_ENDINGS and ending:
        raise _refused(file_name, _("a Parquet file"), _("Rename it to .parquet and upload it again."))
    return "parquet"


def _other_kind(head: bytes, path: Path) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    known = next((words for magic, words in MAGICS if head.startswith(magic)), "")
    if known:
        return known
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff")):
        return ""
    text = head.lstrip()[:200].lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    if text.startswith(b"<?xml"):
        return "an XML document"
    if _is_json(text):
        return "JSON"
    return "" if _may_be_text(head) else "binary data"


def _zip_kind(path: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, OSError, ValueError):
        return "a damaged zip archive"
    if any(name.startswith("xl/") for name in names):
        return "an Excel spreadsheet"
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    if "content.xml" in names:
        return "an OpenDocument file"
    return ZIP


def _is_json(text: bytes) -> bool:
    start = text.lstrip()
    return start.startswith((b'{"', b'[{"', b"[\n", b"{\n", b"[[", b"[{"))


def _may_be_text(head: bytes) -> bool:
    """UTF-16 without a mark has a zero in every second byte; other text has no control characters to speak of."""
    zeros = head.count(0)
    if zeros:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.02
    strange = sum(1 for byte in head if byte < 32 and byte not in (9, 10, 12, 13, 27))
    return strange <= len(head) * 0.02


def _remedy(kind: str) -> str:
    if "archive" in kind:
        return REMEDIES["archive"]
    if "spreadsheet" in kind or "Excel" in kind or "OpenDocument" in kind:
        return REMEDIES["spreadsheet"]
    return "Upload a CSV or a Parquet file."


def _refused(file_name: str, looks_like: str, hint: str) -> Refusal:
    ending = Path(file_name).suffix
    named = f"is named {ending}, but it" if ending else "has no file ending, and"
    if ending.lower() not in (*TEXT_ENDINGS, *PARQUET_ENDINGS):
        return Refusal(
            "not_what_it_says",
            _("“%(file_name)s” looks like %(looks_like)s. CSV, Parquet and zip can be read.")
            % {"file_name": file_name, "looks_like": looks_like},
            hint=hint,
            status=422,
        )
    return Refusal(
        "not_what_it_says",
        _("“%(file_name)s” %(named)s looks like %(looks_like)s.")
        % {"file_name": file_name, "named": named, "looks_like": looks_like},
        hint=hint,
        status=422,
    )
