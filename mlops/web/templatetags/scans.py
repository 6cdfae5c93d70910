"""How files stand, as a badge: the level, and on hover and in the details what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mlops.scans import words
from mlops.scans.standing import FileStanding, Level, Standing
from mlops.web.templatetags.studio import icon

register = template.Library()
ICONS: dict[Level, str] = {"safe": "check", "suspicious": "warning", "dangerous": "shield", "waiting": "clock"}


@register.simple_tag
def scan_badge(standings: Standing | Mapping[Any, Standing] | None, key: Any = None) -> SafeString:
    """Of a standing, or of that which a mapping has for the key; nothing where there is none."""
    standing = standings.get(key) if isinstance(standings, Mapping) else standings
    return level_badge(standing.level, words.named(standing)) if standing else SafeString("")


@register.simple_tag
def file_badge(found: Mapping[Any, FileStanding] | None, path: str) -> SafeString:
    """Of one of many files, with what it names on hover; nothing for a file that holds no pickle."""
    one = found.get(path) if found else None
    return level_badge(one.level, words.said(one) if one.findings else "") if one else SafeString("")


@register.simple_tag
def level_badge(level: Level, named: str = "") -> SafeString:
    return format_html(
        '<span class="badge nowrap" data-level="{}" data-scan="{}" title="{}">{}{}</span>',
        words.LEVELS[level],
        level,
        " ".join(filter(None, (words.meaning(level), named))),
        icon(ICONS[level]) if level in ICONS else "",
        words.label(level),
    )


@register.filter
def scan_meaning(level: Level) -> str:
    return words.meaning(level)


@register.filter
def scan_remedy(level: Level) -> str:
    return words.remedy(level)


@register.filter
def scans_by_path(standing: Standing | None) -> dict[str, Any]:
    return {file.path: file for file in standing.files} if standing else {}


@register.filter
def at_key(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key)
