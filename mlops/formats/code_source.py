"""What is known of the work tree that a job's code comes from, as it travels beside the code.

In a bundle: `.mlops/git.json` (GitFacts) and `.mlops/dirty.diff` (what `git diff --binary HEAD` says of the files that
are sent) at its root."""

from __future__ import annotations

import msgspec

FACTS_FILE = ".mlops/git.json"
ROOT_FILE = ".mlops/root"
"""Where the bundle's folder lay, so that absolute paths in its files are understood."""

DIFF_FILE = ".mlops/dirty.diff"
MOST_DIFF_BYTES = 5 * 1024 * 1024
MOST_UNTRACKED = 1_000


class GitFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    repository_uri: str = ""
    """Of the remote, without any password or token."""
    branch: str = ""
    """Empty where the head is detached."""
    commit: str
    is_dirty: bool = False
    """Whether anything in the folder was not committed."""
    folder: str = "."
    """Where the code lies in the repository."""
    untracked: tuple[str, ...] = ()
    """Files that are sent and that git does not know, by their paths in the repository; the first 1,000."""
    untracked_count: int = 0
    diff_bytes: int = 0
    """Size of the diff; it is left out where it is larger than 5 MiB."""


def git_properties(facts: GitFacts) -> dict[str, str]:
    """By the names under which Azure ML and MLflow show them."""
    found = {
        "azureml.git.repository_uri": facts.repository_uri,
        "mlflow.source.git.repoURL": facts.repository_uri,
        "azureml.git.branch": facts.branch,
        "mlflow.source.git.branch": facts.branch,
        "azureml.git.commit": facts.commit,
        "mlflow.source.git.commit": facts.commit,
        "azureml.git.dirty": str(facts.is_dirty),
    }
    return {name: value for name, value in found.items() if value}
