"""Columns that are not kept, or not as they are: dropped, masked, or hashed with the deployment's secret."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from mlops.formats.collection import Redaction
from mlops.formats.spool import Columns

MASK = "***"


class Redactor:
    """By column name; a rule for `name` also holds for `name.0`, and for the field `name` inside of a cell."""

    def __init__(self, rules: Mapping[str, Redaction], *, secret: str) -> None:
        self._rules = dict(rules)
        self._secret = blake2b(secret.encode(), digest_size=32).digest()

    @property
    def is_needed(self) -> bool:
        return bool(self._rules)

    def columns(self, given: Columns) -> Columns:
        if not self._rules:
            return given
        found: Columns = {}
        for name, values in given.items():
            rule = self._rule(name)
            if rule is None:
                found[name] = [self.value(one) if isinstance(one, dict | list) else one for one in values]
            elif rule != "drop":
                found[name] = [self._hidden(rule, one) for one in values]
        return found

    def value(self, given: Any) -> Any:
        """Fields of the names at any depth."""
        if isinstance(given, list):
            return [self.value(one) for one in given]
        if not isinstance(given, dict):
            return given
        kept = ((name, one, self._rules.get(name)) for name, one in given.items())
        return {
            name: self.value(one) if rule is None else self._hidden(rule, one)
            for name, one, rule in kept
            if rule != "drop"
        }

    def digest(self, content: bytes) -> str:
        """Equal contents stay equal; nobody who lacks the secret can try contents out."""
        return blake2b(content, key=self._secret, digest_size=16).hexdigest()

    def _rule(self, name: str) -> Redaction | None:
        return self._rules.get(name) or self._rules.get(name.rpartition(".")[0])

    def _hidden(self, rule: Redaction, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            return [self._hidden(rule, one) for one in value]
        return MASK if rule == "mask" else self.digest(_text(value))


def _text(value: Any) -> bytes:
    """1 and 1.0 are the same value."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)
