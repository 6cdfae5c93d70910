"""Writes `vectors.json`: drawings, changes and what comes out, for Python and TypeScript alike.

`python -m tests.designer.vectors` makes it anew."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec

from designer.graph.normal import applied
from designer.graph.operations import apply
from designer.graph.wellformed import read_changes

FILE = Path(__file__).with_name("vectors.json")
EMPTY: dict[str, Any] = {
    "nodes": {},
    "edges": [],
    "layout": {},
    "notes": {},
    "groups": {},
    "parameters": {},
    "defaults": {},
}


def main() -> None:
    chance = random.Random(7)
    cases = []
    for number in range(80):
        document = EMPTY
        for _ in range(chance.randint(1, 3)):
            document = apply(document, read_changes(_changes(chance, chance.randint(2, 8))))
        changes = _changes(chance, chance.randint(1, 5))
        after, explicit = applied(document, read_changes(changes))
        case = {
            "name": f"case {number}",
            "document": document,
            "changes": msgspec.to_builtins(explicit),
            "after": after,
        }
        cases.append(case)
    FILE.write_text(json.dumps(cases, indent=1) + "\n")


def _changes(chance: random.Random, count: int) -> list[dict[str, Any]]:
    found = {}
    for _ in range(count):
        path, after = _field(chance)
        found[path] = {"path": list(path)} | ({} if chance.random() < 0.25 else {"after": after})
    return list(found.values())


def _field(chance: random.Random) -> tuple[tuple[str, ...], Any]:
    node = chance.choice("abc")
    return chance.choice(
        [
            (("nodes", node), {"component": chance.choice(["one", "two"]), "version": "1"}),
            (("nodes", node), {"component": "one", "version": "1"}),
            (("nodes", node, "parameters", chance.choice("pq")), chance.choice([1, 1.5, "x", True, None, [1, "y"]])),
            (("nodes", node, "title"), chance.choice(["T", "U"])),
            (("nodes", node, "mode"), chance.choice(["disabled", "bypassed"])),
            (("edges", node, chance.choice(["in", "in2"])), {"source": chance.choice("abc"), "source_port": "out"}),
            (("edges", node, "in"), {"source": chance.choice("abc"), "source_port": "out"}),
            (("layout", chance.choice(["a", "b", "n", "g"])), {"x": chance.randint(0, 9), "y": chance.randint(0, 9)}),
            (("layout", chance.choice(["n", "g"]), "width"), chance.randint(50, 99)),
            (("notes", "n"), {}),
            (("notes", "n", "text"), "hello"),
            (("groups", "g"), {}),
            (("groups", "g", "nodes", node), True),
            (("nodes", node, "demand", "gpus"), chance.randint(1, 3)),
            (("nodes", node, "demand", "labels"), {"zone": chance.choice("ab")}),
            (("defaults", "demand"), {}),
            (("defaults", "demand", "cpus"), chance.randint(1, 4)),
            (("parameters", "size"), {"type": "integer"}),
            (("parameters", "size", "default"), chance.randint(0, 3)),
        ]
    )


if __name__ == "__main__":
    main()
