"""Asks PyPI's JSON for known vulnerabilities: `python -m mlops.runtime.vulnerabilities`, a list of [name, version] on
standard input, the findings on standard output."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

INDEX = "https://pypi.org/pypi"
TIMEOUT_SECONDS = 20.0
AT_ONCE = 6


def asked(packages: list[list[str]], index: str) -> dict[str, Any]:
    """`findings`: package, version, id, aliases, fixed_in, summary; `unknown`: packages that the index tells nothing
    of; or `problem`, where it cannot be reached or tells of none."""
    import httpx

    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=True) as http, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(package: list[str]) -> list[dict[str, Any]] | None:
            name, version = package
            response = http.get(f"{index}/{name}/{version}/json")
            if response.status_code == 404:
                return None
            response.raise_for_status()
            told = response.json().get("vulnerabilities")
            return None if told is None else [_finding(name, version, entry) for entry in told]

        try:
            told = list(pool.map(one, packages))
        except (httpx.HTTPError, ValueError) as error:
            return {"problem": f"{index} does not answer: {error}."}
    if packages and all(one is None for one in told):
        return {"problem": f"{index} knows nothing of vulnerabilities of these packages."}
    unknown = [name for (name, _version), one in zip(packages, told, strict=True) if one is None]
    return {"findings": [finding for found in told for finding in found or () if finding], "unknown": unknown}


def _finding(name: str, version: str, entry: dict[str, Any]) -> dict[str, Any]:
    if entry.get("withdrawn"):
        return {}
    return {
        "package": name,
        "version": version,
        "id": entry.get("id", ""),
        "aliases": entry.get("aliases") or [],
        "fixed_in": entry.get("fixed_in") or [],
        "summary": ((entry.get("summary") or entry.get("details") or "").strip().splitlines() or [""])[0][:300],
        "link": entry.get("link", ""),
    }


def main() -> int:
    packages = msgspec.json.decode(sys.stdin.buffer.read(), type=list[list[str]])
    answer = asked(packages, os.environ.get("MLOPS_ADVISORIES_URL", "") or INDEX)
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
