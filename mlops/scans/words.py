"""What a level means, and what to do about it, in words for people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.scans.standing import FileStanding, Level, Standing

LEVELS: dict[Level, str] = {
    "none": "",
    "safe": "ok",
    "suspicious": "warn",
    "dangerous": "danger",
    "waiting": "info",
    "gone": "danger",
}
"""To the levels of badges."""


def label(level: Level) -> str:
    return {
        "none": _("No pickle"),
        "safe": _("Safe"),
        "suspicious": _("Suspicious"),
        "dangerous": _("Dangerous"),
        "waiting": _("Not scanned yet"),
        "gone": _("Files are gone"),
    }[level]


def meaning(level: Level) -> str:
    return {
        "none": _("Nothing in it runs code when it is opened."),
        "safe": _("It holds a pickle, which opens only what is known to be harmless."),
        "suspicious": _(
            "It opens something that nobody here knows, or it cannot be looked through. It may be harmless: read what "
            "it names, and ask whoever made it."
        ),
        "dangerous": _("Whoever opens it lets it run programs, reach files or the network. Do not open it."),
        "waiting": _("It waits to be looked through; that takes some seconds, or minutes for large files."),
        "gone": _("Its files are not in the storage any more."),
    }[level]


def remedy(level: Level) -> str:
    if level in ("suspicious", "dangerous"):
        return _(
            "Save the model without a pickle (skops, safetensors, ONNX), or have an owner of the project allow the "
            "name, with a reason, under File scans."
        )
    if level == "waiting":
        return _("Look again in a moment. If it stays so, see whether a worker runs.")
    if level == "gone":
        return _("Restore them from a backup, or register it again.")
    return ""


def named(standing: Standing) -> str:
    """`os.system in model.pkl, …`: what stands behind a bad level, at most three of it."""
    told = [said(file) for file in standing.troubles]
    more = len(told) - 3
    rest = ngettext("and %(count)d more file", "and %(count)d more files", more) % {"count": more} if more > 0 else ""
    return "; ".join([*told[:3], rest] if rest else told[:3])


def said(file: FileStanding) -> str:
    worst = [finding.what for finding in file.findings if finding.verdict == file.level][:3]
    return _("“%(path)s”: %(what)s") % {"path": file.path, "what": ", ".join(dict.fromkeys(worst))}
