"""How much one question may ask, counted before anything is looked up. The words are MLflow's."""

from __future__ import annotations

from typing import Any

MOST_ROOT_FIELDS, MOST_ALIASES, DEEPEST, MOST_SELECTIONS = 10, 10, 10, 1_000


def too_much(document: Any) -> str:
    """Why the document is refused, or an empty text. A fragment counts wherever it is spread, so that one that spreads
    itself is too deep."""
    from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode

    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    waiting = [(one.selection_set, 1) for one in operations]
    roots = sum(len(one.selection_set.selections) for one in operations)
    aliases = count = 0
    if roots > MOST_ROOT_FIELDS:
        return f"GraphQL queries should have at most {MOST_ROOT_FIELDS} root fields."
    while waiting:
        selected, depth = waiting.pop()
        if depth > DEEPEST:
            return f"Query exceeds maximum depth of {DEEPEST}."
        for one in selected.selections:
            count += 1
            if count > MOST_SELECTIONS:
                return f"Query exceeds maximum total selections of {MOST_SELECTIONS}."
            aliases += isinstance(one, FieldNode) and one.alias is not None
            holder = fragments.get(one.name.value) if isinstance(one, FragmentSpreadNode) else one
            below = getattr(holder, "selection_set", None)
            if below is not None:
                waiting.append((below, depth + 1))
    return f"GraphQL queries should have at most {MOST_ALIASES} aliases." if aliases > MOST_ALIASES else ""
