"""YAML as people write it."""

from __future__ import annotations

import yaml


def as_yaml(value: object) -> str:
    """In the given order, with texts of several lines as blocks."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True
