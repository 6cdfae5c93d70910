"""Comparisons of texts that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import CharField, Field, Func, Lookup, TextField, UUIDField

NUMBER_PATTERN = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$"


class _Pattern(Lookup):
    """A pattern of LIKE: `%` any text, `_` one character, a backslash before either takes its meaning."""

    prepare_rhs = False

    def get_prep_lookup(self) -> Any:
        return str(self.rhs)

    def _sides(self, compiler: Any, connection: Any) -> tuple[str, str, list[Any]]:
        left, left_given = self.process_lhs(compiler, connection)
        right, right_given = self.process_rhs(compiler, connection)
        return left, right, [*left_given, *right_given]


class Like(_Pattern):
    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, right, given = self._sides(compiler, connection)
        return f"{left} LIKE {right} ESCAPE '\\'", tuple(given)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite's LIKE takes no notice of case; its GLOB does."""
        left, right, given = self._sides(compiler, connection)
        return f"{left} GLOB {right}", (*given[:-1], glob_of(str(given[-1])))


class ILike(_Pattern):
    lookup_name = "ilike"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, right, given = self._sides(compiler, connection)
        return f"{left} ILIKE {right} ESCAPE '\\'", tuple(given)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite folds the letters A to Z alone: for others both sides are folded by Python."""
        left, right, given = self._sides(compiler, connection)
        if str(given[-1]).isascii():
            return f"{left} LIKE {right} ESCAPE '\\'", tuple(given)
        return f"mlops_fold({left}) LIKE mlops_fold({right}) ESCAPE '\\'", tuple(given)


class PkText(Func):
    """A primary key as tags name it: UUIDs with their dashes."""

    output_field = CharField()
    arity = 1

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:  # type: ignore[override]
        return super().as_sql(compiler, connection, template="(%(expressions)s)::text", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        """SQLite keeps a UUID as 32 hexadecimal digits."""
        of = self.get_source_expressions()[0]
        inner, given = compiler.compile(of)
        if not isinstance(getattr(of, "output_field", None), UUIDField):
            return f"CAST({inner} AS TEXT)", given
        pieces = " || '-' || ".join(f"substr({inner}, {start}, {length})" for start, length in _GROUPS)
        return f"({pieces})", [*given] * len(_GROUPS)


class TextPk(Func):
    """Back from it: the key of a thing whose key is a UUID."""

    output_field = UUIDField()
    arity = 1

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:  # type: ignore[override]
        return super().as_sql(compiler, connection, template="(%(expressions)s)::uuid", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, template="replace(%(expressions)s, '-', '')", **more)


_GROUPS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


def escaped(text: str) -> str:
    """So that it stands for itself in a pattern."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def glob_of(pattern: str) -> str:
    """A pattern of LIKE as one of GLOB."""
    made: list[str] = []
    signs = iter(pattern)
    for sign in signs:
        if sign == "\\":
            made.append(_literal(next(signs, "\\")))
        elif sign in "%_":
            made.append("*" if sign == "%" else "?")
        else:
            made.append(_literal(sign))
    return "".join(made)


def register() -> None:
    """At start, once."""
    for field in (CharField, TextField):
        _register(field)
    connection_created.connect(_give_fold, dispatch_uid="mlops_fold")


def _register(field: type[Field[Any, Any]]) -> None:
    field.register_lookup(Like)
    field.register_lookup(ILike)


def _literal(sign: str) -> str:
    return f"[{sign}]" if sign in "*?[" else sign


def _give_fold(sender: Any, connection: Any, **_more: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("mlops_fold", 1, _fold, deterministic=True)


def _fold(text: Any) -> Any:
    return text.casefold() if isinstance(text, str) else text
