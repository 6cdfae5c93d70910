"""Builds: locked with hashes, shared by content, resolved anew as a new version, removed where nobody uses them."""

from __future__ import annotations

import tarfile

import pytest
from django.conf import settings

from mlops.environments.build_api import difference
from mlops.environments.logs import read_log
from mlops.environments.models import Environment
from mlops.environments.ordering import build
from mlops.environments.queries import requirements_of
from mlops.environments.registering import register_folder
from mlops.environments.shapes import shaped_build
from mlops.environments.store import folder_of, is_ready
from mlops.environments.tasks import build_environment
from mlops.formats.lock import held_to, read_lock
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def register(contributor, project, tmp_path):
    def act(text: str, name: str = "words"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "requirements.txt").write_text(text)
        return register_folder(contributor, project, folder, given={"name": name})

    return act


def test_a_registered_environment_is_locked_with_hashes_and_built_once(register, contributor):
    version = register("humanize<4.12\n")
    assert Environment.objects.get().state == "waiting"
    build_environment(version.key)
    shown = shaped_build(version)
    assert (shown["state"], shown["python"][:2]) == ("ready", "3.")
    assert shown["packages"][0] == {
        "name": "humanize", "version": "4.11.0", "asked": "humanize<4.12", "frozen": True,
        "hashes": shown["packages"][0]["hashes"],
    }  # fmt: skip
    assert "--hash=sha256:" in shown["lock"]
    other = register("humanize <4.12  # the same\n", "others")
    assert (other.key, shaped_build(other)["state"]) == (version.key, "ready")
    assert read_log(version.key)[0].startswith("Building an environment")


def test_an_upgrade_is_a_new_version_and_the_old_one_keeps_its_packages(register, contributor):
    version = register("humanize<4.12\n")
    build_environment(version.key)
    newer = build(contributor, version, upgrade=True)
    assert (newer.version, newer.key == version.key) == ("2", False)
    with pytest.raises(Refusal, match="has not been built"):
        difference(version, newer)
    build_environment(newer.key)
    assert difference(version, newer)["changes"] == []
    other = register("humanize==4.10.0\n", "others")
    build_environment(other.key)
    change = {"name": "humanize", "how": "changed", "before": "4.11.0", "after": "4.10.0"}
    assert difference(version, other)["changes"] == [change]


def test_a_removed_build_comes_back_with_the_same_packages(register):
    import shutil

    version = register("humanize<4.12\n")
    build_environment(version.key)
    shutil.rmtree(folder_of(requirements_of(version)))
    Environment.objects.update(lock="humanize==4.10.0\n", state="waiting")
    build_environment(version.key)
    assert is_ready(requirements_of(version))
    assert shaped_build(version)["packages"][0]["version"] == "4.10.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("humanize==4.11.0 --hash=sha256:00\n", "None of the hashes"),
        ("humanize==999.1\n", "“humanize==999.1”"),
    ],
)
def test_what_cannot_be_built_says_why(register, text, said):
    version = register(text)
    build_environment(version.key)
    shown = shaped_build(version)
    assert shown["state"] == "failed"
    assert said in shown["reason"]
    assert said in read_log(version.key)[0]


def test_only_the_hashes_of_the_file_are_kept_in_the_lock():
    lock = "a==1 \\\n    --hash=sha256:x \\\n    --hash=sha256:y\nb==2 \\\n    --hash=sha256:z\n"
    assert held_to(lock, {"a": ("sha256:x",)}) == ("a==1 \\\n    --hash=sha256:x\nb==2 \\\n    --hash=sha256:z\n", "")
    assert held_to(lock, {"b": ("sha256:x",)})[1] == "b"
    assert [(one.name, len(one.hashes)) for one in read_lock(lock)] == [("a", 2), ("b", 1)]


def test_a_python_that_is_not_here_is_served_by_ours_and_said(contributor, project, tmp_path):
    (tmp_path / "conda.yml").write_text("name: old\ndependencies: [python=3.7, {pip: [humanize==4.11.0]}]\n")
    version = register_folder(contributor, project, tmp_path, main="conda.yml")
    assert any("Python 3.7 is not on this machine" in line for line in version.warnings)
    build_environment(version.key)
    assert "Python 3.7" in shaped_build(version)["reason"]


def test_who_uses_the_content_is_told(register, contributor, project, tmp_path):
    from mlops.components.registering import register_folder as register_component
    from mlops.environments.usage import keys_in_use, uses_of
    from tests.components.files import YAML, write_command

    version = register("humanize<4.12\n")
    yaml = YAML.replace("azureml:AzureML-sklearn-1.5@latest", "azureml:words@latest")
    made = register_component(contributor, project, write_command(tmp_path / "c", yaml=yaml))
    assert [(use.kind, use.name) for use in uses_of(version)] == [("component", str(made))]
    assert version.key in keys_in_use()


def test_the_build_script_of_a_package_reads_nothing_of_the_server(register, tmp_path, monkeypatch):
    """As a source archive in a folder that the worker is told to look in."""
    (settings.DATA_DIR / "secret_key").write_text("tell nobody")
    source = tmp_path / "spy-1.0"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'spying'\nbackend-path = ['.']\n"
    )
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: spy\nVersion: 1.0\n")
    (source / "spying.py").write_text(f"raise SystemExit(open({str(settings.DATA_DIR / 'secret_key')!r}).read())")
    (tmp_path / "links").mkdir()
    with tarfile.open(tmp_path / "links" / "spy-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "spy-1.0")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "links"))
    version = register("spy==1.0\n", "spies")
    build_environment(version.key)
    said = read_log(version.key)[0]
    assert "Error: [Errno" in said, said
    assert "tell nobody" not in said
