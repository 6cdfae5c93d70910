#!/usr/bin/env python3
"""Checks an audit file of MLOps Studio. Needs Python 3.8 or later and nothing else: `python3 verify_audit.py FILE`.

A line holds `content`, exactly the text that was hashed, and `hash`, its SHA-256. The content names the hash of the
event before, so that nothing can be changed, left out, put in or moved without breaking what follows. The end can be
cut off: compare the head with one that was written down elsewhere (`--head`, or `--anchors` with lines `seq hash`).

Exit status: 0 whole, 1 broken, 2 the file cannot be read."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "mlops-studio-audit/1"
GENESIS = "0" * 64


def verify(
    lines: Iterable[str], head: str = "", anchors: Iterable[tuple[int, str]] = ()
) -> tuple[list[str], dict[str, Any]]:
    """The faults found, as sentences, and what the file tells of itself. `anchors`: pairs of number and hash."""
    faults: list[str] = []
    known = dict(anchors)
    told: dict[str, Any] = {"events": 0, "first": None, "last": None, "head": "", "scope": "", "from": "", "to": ""}
    previous: str | None = None
    end: dict[str, Any] | None = None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            faults.append(f"Line {number} is no JSON: the file is damaged or was cut off.")
            continue
        if number == 1:
            if not isinstance(row, dict) or row.get("format") != FORMAT:
                return [f"This is no audit file: its first line does not say “{FORMAT}”."], told
            told["scope"] = row.get("scope", "")
            previous = row.get("after", GENESIS) if told["scope"] == "server" else None
            continue
        if end is not None:
            faults.append(f"Line {number} comes after the end.")
            continue
        if "end" in row:
            end = row["end"]
            continue
        faults += _faults_of(row, number, previous, told, known)
        previous = row.get("hash", "") if told["scope"] == "server" else None
        told["head"] = row.get("hash", "")
    if end is None:
        faults.append("The file has no last line: it was cut off.")
    elif end.get("events") != told["events"]:
        faults.append(f"{told['events']} events are here, {end.get('events')} were written.")
    if head and told["head"] != head:
        faults.append(f"The last event's hash is {told['head']}, not the {head} that was written down.")
    faults += [f"Event {seq}, which was written down, is not here." for seq in known]
    return faults, told


def _faults_of(row: Any, number: int, previous: str | None, told: dict[str, Any], known: dict[int, str]) -> list[str]:
    try:
        seq, claimed, text = int(row["seq"]), row["hash"], row["content"]
        content = json.loads(text)
    except (KeyError, TypeError, ValueError):
        return [f"Line {number} is no event."]
    told["events"] += 1
    told["first"] = seq if told["first"] is None else told["first"]
    told["from"] = told["from"] or content.get("at", "")
    told["to"] = content.get("at", "")
    faults = []
    if told["last"] is not None and seq <= told["last"]:
        faults.append(f"Event {seq} stands behind {told['last']}: the order was changed.")
    told["last"] = seq
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != claimed:
        faults.append(f"Event {seq} ({content.get('type')}) was changed: its hash is another.")
    if previous is not None and content.get("previous") != previous:
        faults.append(f"Event {seq} does not follow from the one before: something was taken out or put in.")
    if known.pop(seq, claimed) != claimed:
        faults.append(f"Event {seq} has another hash than was written down.")
    return faults


def _anchors(path: str) -> list[tuple[int, str]]:
    with open(path, encoding="utf-8") as lines:
        pairs = [line.split()[:2] for line in lines if line.strip() and not line.startswith("#")]
    return [(int(seq), value) for seq, value in pairs]


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--head", default="", help="the last hash, as it was written down")
    parser.add_argument("--anchors", default="", help="a file with lines `seq hash`, as they were written down")
    given = parser.parse_args(words)
    try:
        anchors = _anchors(given.anchors) if given.anchors else []
        with open(given.file, encoding="utf-8") as lines:
            faults, told = verify(lines, given.head, anchors)
    except (OSError, ValueError) as error:
        print(f"{given.file} cannot be read: {error}", file=sys.stderr)
        return 2
    for fault in faults[:50]:
        print(fault)
    if len(faults) > 50:
        print(f"… and {len(faults) - 50} more.")
    print(f"{told['events']} events ({told['first']} to {told['last']}), {told['from']} to {told['to']}.")
    if told["scope"] != "server":
        print("A selection: each event is proved by itself, not that none is missing between them.")
    print(f"Head: {told['head']}")
    print(f"BROKEN: {len(faults)} faults." if faults else "Whole.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
