"""What hangs on a person, and what becomes of it when the account is deactivated: packages above register what they
know when they are loaded. The list that is shown before is made by the same functions that act afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.contrib.auth.models import User


class Held(NamedTuple):
    """Things of one kind. `what`: such as “2 schedules”; `outcome`: what becomes of them, as a whole sentence."""

    kind: str
    names: list[str]
    what: str
    outcome: str


class Keeper(NamedTuple):
    """`held` tells; `settle` does it, in the transaction of the act: the administrator, the person, the reason."""

    held: Callable[[User], Iterable[Held]]
    settle: Callable[[User, User, str], None]


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    if keeper not in _keepers:
        _keepers.append(keeper)


def held_by(person: User) -> list[Held]:
    return [one for keeper in _keepers for one in keeper.held(person) if one.names]


def settle(actor: User, person: User, reason: str) -> None:
    for keeper in _keepers:
        keeper.settle(actor, person, reason)
