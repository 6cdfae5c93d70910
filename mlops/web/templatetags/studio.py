"""What templates say in one word: icons, states, the product mark, and values as people read them."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mlops.access.retold import retold
from mlops.events import wording
from mlops.formats.model import ParityCertificate
from mlops.trail import carried
from mlops.web.icons import OUTLINES, STATE_ICONS
from mlops.web.profile_figures import figure_of_speeds

register = template.Library()

NOTHING = "–"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline SVG. Without a label it is decoration and hidden from screen readers."""
    outline = mark_safe(f'<path d="{OUTLINES[name]}"/>')  # nosec B308 B703
    if label:
        return format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, outline)
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', outline)


LONG = 150
"""A reason that a table shows in part; whole on hover, and on the page of the thing itself."""


@register.simple_tag
def state(name: str, reason: str = "", since: datetime | None = None, label: str = "") -> SafeString:
    """A state as icon and word, and below it why, in the reader's language, and since when."""
    reason = retold(reason) if isinstance(reason, str) else reason
    pill = format_html(
        '<span class="state" data-state="{}">{}{}</span>',
        name,
        icon(STATE_ICONS.get(name, "info")),
        label or _state_words().get(name) or str(name).replace("_", " ").capitalize(),
    )
    because = [text for text in (reason, _since(since)) if text]
    if not because:
        return pill
    rest = format_html_join(" · ", "{}", ((one,) for one in because))
    whole = reason if len(str(reason)) > LONG else ""
    return format_html('{}<span class="state-why" title="{}">{}</span>', pill, whole, rest)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """`3 minutes ago`, with the exact time on hover."""
    if not moment:  # a template gives an empty text for what is missing
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), f"{moment:%Y-%m-%d %H:%M:%S} UTC", _ago(moment)
    )


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds or a timedelta: `0.31 ms`, `25 ms`, `4.2 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if 0 < seconds < 0.00995:
        return f"{seconds * 1000:.2g} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


@register.filter(name="bytes")
def bytes_(size: float | None) -> str:
    """`0 B`, `1.4 KB`, `23 MB` (powers of 1,000)."""
    if size is None:
        return NOTHING
    value = float(size)
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


@register.filter
def number(value: Any, digits: int = 4) -> str:
    """Whole numbers in full with thin groups, others with `digits` significant digits."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    try:
        real = float(value)
    except (TypeError, ValueError):
        return str(value)
    if not math.isfinite(real):
        return str(real)
    if real == int(real) and abs(real) < 1e15:
        return f"{int(real):,}"
    if abs(real) >= 10**digits:
        return f"{real:,.0f}"
    return f"{real:.{digits}g}"


@register.filter
def share(value: float | None) -> str:
    """0-1 as percent with three significant digits."""
    return NOTHING if value is None else f"{100 * value:.3g} %"


@register.filter
def speed_figure(certificate: ParityCertificate) -> str:
    """A plotly figure as JSON: the original and the ONNX form beside each other."""
    return json.dumps(figure_of_speeds(certificate))


@register.filter
def with_code(text: str) -> SafeString | str:
    """What is between backticks, as sentences for the terminal have it, as code."""
    pieces = str(text).split("`")
    if len(pieces) % 2 == 0:
        return text
    told = (format_html("<code>{}</code>", piece) if at % 2 else piece for at, piece in enumerate(pieces))
    return format_html_join("", "{}", ((piece,) for piece in told))


@register.filter
def deed(event_type: str) -> str:
    """`mlops.project.role_given` as `Role given`."""
    return wording.title_of(event_type)


@register.filter
def actor(name: str) -> str:
    """Who did something, as an event has it."""
    return wording.actor(name)


@register.filter
def facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Of an event's data, by name, what says something: nothing that is empty."""
    return [(name, _fact(value)) for name, value in data.items() if value not in (None, "", [], {})]


def _fact(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return as_text(value)


def as_text(value: Any) -> str:
    """Of what an event or a difference holds: a text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def within(text: str, context: str) -> str:
    """A text that stands in English with what it describes, and in the catalogues under this context."""
    return pgettext(context, text) if text else ""


@register.filter
def initials(name: str) -> str:
    parts = [part for part in str(name).replace(".", " ").replace("_", " ").split() if part]
    return "".join(part[0] for part in parts[:2]) or "?"


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, **changes: Any) -> str:
    """The address of this page with some query parameters changed (`""` removes one)."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def correlation() -> str:
    """The id under which the log has this request."""
    return carried.correlation() or ""


@register.simple_tag
def mark() -> SafeString:
    """The product's mark: two branches that meet and go on as one."""
    return mark_safe(  # nosec B308
        '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0b6274"/>'
        '<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M10 11v3c0 4 6 3.5 6 8"/>'
        '<path d="M22 11v3c0 4-6 3.5-6 8"/></g><circle cx="10" cy="8.8" r="3" fill="#fff"/>'
        '<circle cx="22" cy="8.8" r="3" fill="#7fd6e6"/><circle cx="16" cy="23.6" r="3.2" fill="#fff"/></svg>'
    )


def _since(moment: datetime | None) -> str | SafeString:
    return format_html("{} {}", _("since"), ago(moment)) if moment else ""


def _ago(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 0:
        return f"{moment:%Y-%m-%d %H:%M}"
    if seconds < 5:
        return _("just now")
    count = int(seconds)
    if seconds < 60:
        return ngettext("%d second ago", "%d seconds ago", count) % count
    if seconds < 3600:
        return ngettext("%d minute ago", "%d minutes ago", count // 60) % (count // 60)
    if seconds < 86400:
        return ngettext("%d hour ago", "%d hours ago", count // 3600) % (count // 3600)
    if seconds < 14 * 86400:
        return ngettext("%d day ago", "%d days ago", count // 86400) % (count // 86400)
    return f"{moment:%Y-%m-%d}"


def _state_words() -> dict[str, str]:
    return {
        "queued": _("Queued"),
        "waiting": _("Waiting"),
        "running": _("Running"),
        "importing": _("Importing"),
        "converting": _("Converting"),
        "building": _("Building"),
        "unbuilt": _("Not built"),
        "removed": _("Removed"),
        "image": _("Image"),
        "transitioning": _("Transitioning"),
        "cancelling": _("Cancelling"),
        "deleting": _("Deleting"),
        "completed": _("Completed"),
        "ready": _("Ready"),
        "healthy": _("Healthy"),
        "accepted": _("Accepted"),
        "reused": _("Reused"),
        "failed": _("Failed"),
        "refused": _("Refused"),
        "unhealthy": _("Unhealthy"),
        "skipped": _("Skipped"),
        "cancelled": _("Cancelled"),
        "paused": _("Paused"),
        "finished": _("Finished"),
        "rolled_back": _("Rolled back"),
        "stopped": _("Stopped"),
        "starting": _("Starting"),
        "crashed": _("Crashed"),
        "fine": _("Fine"),
        "alarm": _("Alarm"),
        "trouble": _("In trouble"),
        "disabled": _("Disabled"),
        "too_little_data": _("Too little data"),
        "pending": _("Pending"),
        "firing": _("Firing"),
        "resolved": _("Over"),
        "done": _("Done"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "expired": _("Expired"),
    }
