"""Refusals whose words nobody can translate, found in the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.locale.words import ROOT

REFUSING = ("Refusal", "Problem", "problem", "StepError", "no_form", "require_administrator")
WORDED = ("hint", "message", "reason", "detail")
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]")


def plain() -> Iterator[str]:
    """`place:line: text` of each, in modules that speak through gettext."""
    for place in sorted((ROOT / "mlops").rglob("*.py")):
        source = place.read_text(encoding="utf-8")
        if "import gettext" in source and "migrations" not in place.parts:
            for text in _spoken(ast.parse(source), REFUSING):
                yield f"{place.relative_to(ROOT)}:{text.lineno}: {ast.unparse(text)[:80]}"


def _spoken(tree: ast.Module, refusing: tuple[str, ...]) -> Iterator[ast.expr]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in refusing:
            for said in (*call.args, *(given.value for given in call.keywords if given.arg in WORDED)):
                yield from _literal(said)


def _literal(said: ast.expr) -> Iterator[ast.expr]:
    match said:
        case ast.JoinedStr(values=parts) if any(isinstance(p, ast.Constant) and WORDS.search(p.value) for p in parts):
            yield said
        case ast.Constant(value=str(text)) if WORDS.search(text) and not text.startswith(NO_TEXT):
            yield said
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from (*_literal(one), *_literal(other))
        case ast.BoolOp(values=several):
            yield from (text for one in several for text in _literal(one))


NO_TEXT = ("pip install ", "select * ")
"""Commands are the same in every language."""
