"""What a look at a file found."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["none", "safe", "suspicious", "dangerous"]
GRAVITY: dict[str, int] = {"none": 0, "safe": 1, "suspicious": 2, "dangerous": 3}
MOST_FINDINGS = 100


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`what`: the global (`os.system`), or the trait of the file; `inside`: the member of an archive."""

    verdict: Verdict
    what: str
    why: str
    inside: str = ""


class Found(msgspec.Struct, kw_only=True):
    """Of one file. `pickles`: how many streams were read in it; `globals_seen`: all names that they open."""

    verdict: Verdict = "none"
    findings: list[Finding] = []
    pickles: int = 0
    globals_seen: list[str] = []

    def add(self, finding: Finding) -> None:
        self.verdict = worse(self.verdict, finding.verdict)
        if finding.verdict in ("none", "safe") or finding in self.findings:
            return
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        elif finding.verdict == "dangerous":
            self.findings[-1] = finding

    def saw(self, name: str) -> None:
        if len(self.globals_seen) < MOST_FINDINGS and name not in self.globals_seen:
            self.globals_seen.append(name)


def worse(one: Verdict, other: Verdict) -> Verdict:
    return one if GRAVITY[one] >= GRAVITY[other] else other
