"""The path of a file within a folder, as archives, manifests and uploads write it: checked before it is used."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LONGEST_PATH, LONGEST_NAME_BYTES = 1_000, 255


def inner_path(name: str) -> str:
    """With forward slashes, and nothing in it that leads out of the folder or that a file system refuses.

    Raises Refusal `path_outside`, or `name_unusable` where the name itself is the fault."""
    written = name.replace("\\", "/")
    path = PurePosixPath(written)
    if path.is_absolute() or ".." in path.parts or not path.parts or _has_drive(written):
        raise Refusal(
            "path_outside",
            _("“%(name)s” cannot be the path of a file here: it leads out of the folder.") % {"name": shown(name)},
            hint=_("Pack the folder anew, with paths inside it."),
            status=422,
        )
    if fault := _fault(path):
        raise Refusal(
            "name_unusable",
            _("“%(name)s” cannot be kept: %(fault)s.") % {"name": shown(name), "fault": fault},
            hint=_("Rename it, then try again."),
            status=422,
        )
    return path.as_posix()


def shown(name: str) -> str:
    """A name as text that can be shown and stored, whatever is in it."""
    readable = name.encode("utf-8", errors="backslashreplace").decode()
    plain = "".join(sign if _is_plain(sign) else f"\\x{ord(sign):02x}" for sign in readable)
    return plain if len(plain) <= 200 else f"{plain[:120]}…{plain[-60:]}"


def _fault(path: PurePosixPath) -> str:
    text = path.as_posix()
    try:
        sizes = [len(part.encode()) for part in path.parts]
    except UnicodeEncodeError:
        return "its name is no UTF-8 text"
    if len(text) > LONGEST_PATH:
        return f"its path is longer than {LONGEST_PATH} characters"
    if max(sizes) > LONGEST_NAME_BYTES:
        return f"a name in it is longer than {LONGEST_NAME_BYTES} bytes"
    if not all(_is_plain(sign) for sign in text):
        return "its name holds a control character"
    return ""


def _is_plain(sign: str) -> bool:
    """No control character, and none that turns the writing of a name around."""
    return unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNING


def _has_drive(path: str) -> bool:
    return len(path) > 1 and path[1] == ":" and path[0].isalpha()
