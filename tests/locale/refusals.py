"""Refusals whose words nobody can translate, found in the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

from tests.locale.words import ROOT

ENGLISH = (
    "mlops/client/", "mlops/device/", "mlops/env.py", "mlops/http/", "mlops/mlflow_api/", "mlops/mlflow_stores/",
    "mlops/router/", "mlops/scoring/", "mlops/server/",
)  # fmt: skip
"""What speaks to programs and in terminals alone (decision 318)."""
KINDS = ("Refusal", "Faulty", "Fault", "StepError", "NoReturn")
"""A function that gives one of these words a refusal."""
REFUSING = {"Refusal", "Problem", "problem", "refuse", "no_form", "require_administrator"}
WORDS = re.compile(r"[A-Za-z]{2,}[:,;]? “?[A-Za-z\0]")
NO_TEXT = ("pip install ", "select * ", "type: ")
"""Commands and fields are the same in every language."""


def plain() -> Iterator[str]:
    """`place:line: text` of each that is given to a refusal, or to what makes one, without gettext."""
    refusing = REFUSING | {name for tree in _trees().values() for name in _makers(tree)}
    for place, tree in _trees().items():
        texts = {text.lineno: text for function in _functions(tree) for text in _given(function, refusing)}
        for line, text in sorted(texts.items()):
            yield f"{place}:{line}: {ast.unparse(text)[:80]}"


def pieces() -> Iterator[str]:
    """English words that are put into a translated text."""
    for place, tree in _trees().items():
        for said in ast.walk(tree):
            match said:
                case ast.BinOp(
                    left=ast.Call(func=ast.Name(id="_" | "gettext")), op=ast.Mod(), right=ast.Dict(values=put)
                ):
                    for text in (text for one in put for text in _literal(one, words=re.compile("[a-z]{2,}"))):
                        if ast.unparse(text).strip("'") not in NAMES:
                            yield f"{place}:{said.lineno}: {ast.unparse(text)}"


NAMES = ("all", "uri_folder", "uri_file")
"""Words of a format, which are put into texts as they are."""


@cache
def _trees() -> dict[str, ast.Module]:
    places = sorted([*(ROOT / "mlops").rglob("*.py"), *(ROOT / "designer").rglob("*.py")])
    named = {place.relative_to(ROOT).as_posix(): place for place in places if "migrations" not in place.parts}
    return {
        name: ast.parse(place.read_text(encoding="utf-8"))
        for name, place in named.items()
        if not name.startswith(ENGLISH)
    }


def _makers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"Refusal", "Fault"}:
            yield node.name
        gives = ast.unparse(node.returns) if isinstance(node, ast.FunctionDef) and node.returns else ""
        if isinstance(node, ast.FunctionDef) and any(kind in gives for kind in KINDS):
            yield node.name


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _given(function: ast.AST, refusing: Iterable[str]) -> Iterator[ast.expr]:
    """Directly, and by a variable."""
    names = set()
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in refusing:
            for said in (*call.args, *(given.value for given in call.keywords)):
                yield from _literal(said)
                if isinstance(said, ast.Name):
                    names.add(said.id)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & names:
            yield from _literal(node.value)


def _literal(said: ast.expr, words: re.Pattern[str] = WORDS) -> Iterator[ast.expr]:
    match said:
        case ast.JoinedStr(values=parts):
            if words.search("".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in parts)):
                yield said
        case ast.Constant(value=str(text)) if words.search(text) and not text.startswith(NO_TEXT):
            yield said
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
            yield from (*_literal(one, words), *_literal(other, words))
        case ast.BoolOp(values=several):
            yield from (text for one in several for text in _literal(one, words))
