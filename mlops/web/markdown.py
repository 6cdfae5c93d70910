"""Markdown that people wrote, for templates."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from mlops.formats.markdown import html_of


def rendered(text: str) -> SafeString:
    return mark_safe(html_of(text))  # it has none of their HTML  # nosec B308 B703
