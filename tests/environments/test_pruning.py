"""Which built environments go, and which stay."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.environments.actions import archive
from mlops.environments.models import Environment
from mlops.environments.pruning import prune
from mlops.environments.queries import requirements_of
from mlops.environments.registering import register_folder
from mlops.environments.store import folder_of, is_ready
from mlops.environments.tasks import build_environment
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
LONG = timedelta(days=30)


@pytest.fixture
def administrator() -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def unused(contributor, project, tmp_path):
    """Built, archived, and used by nothing for a year."""
    (tmp_path / "requirements.txt").write_text("humanize==4.11.0\n")
    version = register_folder(contributor, project, tmp_path, given={"name": "words"})
    build_environment(version.key)
    archive(contributor, version.asset)
    Environment.objects.update(used_at=timezone.now() - timedelta(days=365))
    return version


def test_what_nothing_uses_goes_and_its_lock_stays(unused, administrator):
    would = prune(administrator, older_than=LONG, dry_run=True)
    assert (would[0].names, would[0].size_bytes > 100_000) == (("words:1",), True)
    assert folder_of(requirements_of(unused)).exists()
    assert prune(administrator, older_than=LONG) == would
    assert not folder_of(requirements_of(unused)).exists()
    row = Environment.objects.get()
    assert (row.state, "humanize==4.11.0" in row.lock) == ("removed", True)
    build_environment(unused.key)
    assert not is_ready(requirements_of(unused))  # nobody asked for it


def test_the_newest_version_and_what_was_used_lately_stay(unused, contributor, administrator):
    archive(contributor, unused.asset, restore=True)
    assert prune(administrator, older_than=LONG) == ()
    archive(contributor, unused.asset)
    assert is_ready(requirements_of(unused))
    assert prune(administrator, older_than=LONG) == ()


def test_what_a_process_runs_in_stays(unused, administrator):
    python = folder_of(requirements_of(unused)) / "bin" / "python"
    with subprocess.Popen([python, "-c", "input()"], stdin=subprocess.PIPE) as running:
        assert prune(administrator, older_than=LONG) == ()
        running.communicate(b"\n")
    assert len(prune(administrator, older_than=LONG)) == 1


def test_only_administrators_remove_builds(unused, contributor):
    with pytest.raises(Refusal, match="administrators"):
        prune(contributor, older_than=LONG)
