"""What a bundle tells of the git work tree that it comes from."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import msgspec
import pytest

from mlops.client.bundle import bundled, git_parts
from mlops.client.git_facts import git_facts, without_credentials
from mlops.formats.code_source import DIFF_FILE, FACTS_FILE, GitFacts, git_properties


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path) -> Path:
    folder = tmp_path / "repository"
    (folder / "jobs/src").mkdir(parents=True)
    (folder / "jobs/job.yml").write_text("type: command\ncommand: python train.py\ncode: src\n")
    (folder / "jobs/src/train.py").write_text("print(1)\n")
    (folder / "jobs/secret.env").write_text("KEY=old\n")
    git(folder, "init", "-q", "-b", "trunk")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    git(folder, "remote", "add", "origin", "https://ann:s3cret@git.example.org/team/churn.git")
    return folder


def told(repository: Path) -> tuple[GitFacts, str]:
    with bundled(str(repository / "jobs/job.yml"), more=git_parts) as (place, _main), zipfile.ZipFile(place) as archive:
        diff = archive.read(DIFF_FILE).decode() if DIFF_FILE in archive.namelist() else ""
        return msgspec.json.decode(archive.read(FACTS_FILE), type=GitFacts), diff


def test_a_clean_work_tree_tells_remote_branch_and_commit(repository):
    facts, diff = told(repository)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    assert (facts.repository_uri, facts.branch) == ("https://git.example.org/team/churn.git", "trunk")
    assert (facts.commit, facts.is_dirty, facts.folder, diff) == (head.stdout.strip(), False, "jobs", "")


def test_what_was_not_committed_goes_along_and_what_is_not_sent_does_not(repository):
    (repository / "jobs/src/train.py").write_text("print(2)\n")
    (repository / "jobs/secret.env").write_text("KEY=new\n")
    (repository / "jobs/src/new.py").write_text("")
    (repository / "jobs/elsewhere.py").write_text("")
    facts, diff = told(repository)
    assert facts.is_dirty
    assert facts.untracked == ("jobs/src/new.py",)
    assert "+print(2)" in diff
    assert "KEY" not in diff


def test_a_deleted_file_is_part_of_the_difference(repository):
    (repository / "jobs/secret.env").unlink()
    assert "deleted file" in told(repository)[1]


def test_a_folder_without_git_tells_nothing(tmp_path):
    assert git_facts(tmp_path, set()) is None


def test_a_repository_without_a_remote_or_on_no_branch_says_so_by_silence(repository):
    git(repository, "remote", "remove", "origin")
    git(repository, "checkout", "-q", "--detach")
    facts, _diff = told(repository)
    assert (facts.repository_uri, facts.branch) == ("", "")
    assert "azureml.git.branch" not in git_properties(facts)
    assert git_properties(facts)["azureml.git.dirty"] == "False"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://x-token:abc@host/a.git?t=1", "https://host/a.git"),
        ("ssh://git:pw@host:22/a.git", "ssh://git@host:22/a.git"),
        ("git@host:team/a.git", "git@host:team/a.git"),
        ("user:pw@host:team/a.git", "user@host:team/a.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
    ],
)
def test_no_password_leaves_in_an_address(given, shown):
    assert without_credentials(given) == shown
