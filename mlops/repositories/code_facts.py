"""Where the code of a fetched commit comes from, laid beside it for the run that is begun next: it takes
them away from there."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.formats.code_source import FACTS_FILE, GitFacts
from mlops.repositories.models import Repository


def write_facts(row: Repository, folder: Path, *, branch: str, commit: str) -> None:
    facts = GitFacts(repository_uri=row.url, branch=branch, commit=commit)
    place = folder / FACTS_FILE
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(msgspec.json.encode(facts))
