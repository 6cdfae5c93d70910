"""Patterns of paths, as .gitignore reads them, and of branches, where `*` stands for any letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

MOST = 50


def matching(paths: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """In the order of their names."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(patterns)
    return sorted(path for path in paths if spec.match_file(path))


def is_branch_of(branch: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(branch, pattern) for pattern in patterns)


def checked(patterns: Iterable[str], *, parameter: str) -> list[str]:
    """Without blank ones. Raises Refusal `pattern_invalid`."""
    from pathspec import GitIgnoreSpec

    found = [one.strip() for one in patterns if one.strip()]
    try:
        GitIgnoreSpec.from_lines(found)
        is_bad = len(found) > MOST or any(len(one) > 300 for one in found)
    except ValueError:
        is_bad = True
    if is_bad:
        raise Refusal(
            "pattern_invalid",
            _("These patterns cannot be read."),
            hint=_("One a line, at most 50, such as .mlops/*.yml or src/**."),
            status=422,
            where=Where(parameter=parameter),
        )
    return found
