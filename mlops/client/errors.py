"""What ends a command early, and how it is told: `code`, `message` and `hint` on standard error."""

from __future__ import annotations

import json
import sys

from mlops.formats.refusal import Refusal


class RequestFailed(Refusal):
    """The job or the request failed (exit status 1), as opposed to being refused."""


class WrongUsage(Refusal):
    """The words of the command do not fit together (exit status 2)."""


def status_of(error: Refusal) -> int:
    if isinstance(error, WrongUsage):
        return 2
    return 1 if isinstance(error, RequestFailed) or error.status >= 500 else 3


def report(error: Exception, *, as_json: bool) -> int | None:
    """Writes a refusal to standard error and gives its exit status; None for an error of ours."""
    if not isinstance(error, Refusal):
        return None
    said = {"code": error.code, "message": error.message, "hint": error.hint}
    problems = getattr(error, "extra", {}).get("problems") or []
    if as_json:
        print(json.dumps({**said, **({"problems": problems} if problems else {})}), file=sys.stderr)
        return status_of(error)
    for key, value in said.items():
        if value:
            print(f"{key}: {value}", file=sys.stderr)
    for problem in problems:
        print(f"  - {_problem(problem)}", file=sys.stderr)
    return status_of(error)


def _problem(problem: object) -> str:
    if not isinstance(problem, dict):
        return str(problem)
    place = problem.get("where") or {}
    node = problem.get("node") or place.get("node")
    text = str(problem.get("message") or problem.get("detail") or problem)
    return f"{node}: {text}" if node else text
