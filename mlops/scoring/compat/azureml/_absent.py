"""Refuses a name of Azure's packages that has no meaning here, and says what to use instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn


def absent(module: str, instead: Mapping[str, str]) -> Callable[[str], NoReturn]:
    """The module's __getattr__."""

    def refuse(name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        remedy = instead.get(name, "take it out of the script, or name the package that has it in the environment")
        raise ImportError(f"{module}.{name} has no meaning in MLOps Studio: {remedy}.")

    return refuse
