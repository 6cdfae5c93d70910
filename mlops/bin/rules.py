"""Rules that put things into the bin by themselves: what each would take now, and taking it. Packages above this one
register theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from mlops.bin.freeing import bytes_free_without, together
from mlops.bin.models import Policy
from mlops.events.chain import record
from mlops.formats.refusal import Refusal


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """`kept`: why it stays although the rule would take it; empty: it goes. `bytes`: what its files hold."""

    title: str
    url: str
    kind: str
    bytes: int
    row: Any
    kept: str = ""


class Rule(NamedTuple):
    name: str
    found: Callable[[Policy], Iterable[Candidate]]
    carry: Callable[[Any, Policy], None]
    """Puts a candidate's row into the bin, as the system."""
    rows: Callable[[Any], dict[str, set[Any]]]
    """What would go for good with a candidate's row, as within.would_go tells it."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """`freed_bytes`: what comes free once they left the bin and garbage was collected; shared bytes count once, and
    only those that nothing else holds."""

    going: tuple[Candidate, ...]
    kept: tuple[Candidate, ...]
    held_bytes: int
    freed_bytes: int


_rules: list[Rule] = []


def register(rule: Rule) -> None:
    if all(one.name != rule.name for one in _rules):
        _rules.append(rule)


def tried(policy: Policy) -> Tried:
    """A dry run, of a policy that may not be stored yet: nothing is changed."""
    found = [(rule, one) for rule in _rules for one in rule.found(policy)]
    going = [(rule, one) for rule, one in found if not one.kept]
    return Tried(
        going=tuple(one for _rule, one in going),
        kept=tuple(one for _rule, one in found if one.kept),
        held_bytes=sum(one.bytes for _rule, one in going),
        freed_bytes=bytes_free_without(together(rule.rows(one.row) for rule, one in going)),
    )


def apply(policy: Policy) -> int:
    """How many things went. One that something came to use stays, and is looked at again next time."""
    count = size = kept = 0
    for rule in _rules:
        for one in rule.found(policy):
            if one.kept:
                kept += 1
                continue
            try:
                rule.carry(one.row, policy)
            except Refusal:
                kept += 1
                continue
            count, size = count + 1, size + one.bytes
    if count:
        told = {"deleted": count, "bytes": size, "kept": kept}
        project = policy.project
        record(None, "mlops.bin.rules_applied", subject=f"projects/{project.slug}", project=project, data=told)
    return count


def apply_all() -> None:
    for policy in Policy.objects.filter(is_on=True).select_related("project"):
        apply(policy)
