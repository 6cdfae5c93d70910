"""A card as a page of HTML that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from html import escape

from mlops.formats.markdown import html_of
from mlops.registry.models import ModelVersion

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1d2530;"
    "background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #ccd3dc;"
    "padding:.25rem .6rem;text-align:left}thead th:empty{display:none}code{background:#eef1f5;padding:0 .2em}"
    "@media(prefers-color-scheme:dark){body{color:#e6eaf0;background:#14181f}th,td{border-color:#3a4350}"
    "code{background:#252c36}a{color:#8ab4ff}}"
)


def as_page(version: ModelVersion, card: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(str(version))}</title>'
        f'<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'\"><style>{STYLE}</style></head>\n"
        f"<body>{html_of(card)}</body></html>\n"
    )
