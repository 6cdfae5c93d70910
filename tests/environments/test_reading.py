"""Conda files, requirements files and environment YAML: what is read, mapped and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.formats.azureml.conda import python_of
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.environment import read_file_of
from mlops.formats.azureml.environment_parts import EnvironmentRead
from mlops.formats.azureml.environment_writing import constraints_text, write_environment
from mlops.formats.environment_key import key_of
from mlops.formats.refusal import Refusal
from tests.environments.files import write_conda, write_yaml


def read(folder: Path, name: str) -> EnvironmentRead:
    return read_file_of(name, lambda path: (folder / path).read_text())


def read_text(text: str, name: str = "env.yml") -> EnvironmentRead:
    return read_file_of(name, {name: text}.__getitem__)


def test_a_conda_file_is_mapped_to_the_package_index(tmp_path):
    found = read(write_conda(tmp_path / "a"), "conda.yml")
    assert found.requirements.packages == (
        "numpy==1.26.*",
        "pandas==2.2.3.*",
        "scikit-learn>=1.3,<1.6",
        "torch==2.1.*",
        "xgboost",
        "mlflow==2.9.2",
        "humanize[all]==4.11.0 ; python_version > '3.8'",
    )
    assert (found.requirements.python, found.requirements.conda) == ("3.11", ("r-base=4.2",))
    assert found.requirements.constraints == ("numpy<2",)
    assert found.requirements.options == ("--extra-index-url https://download.pytorch.org/whl/cpu",)


def test_what_became_of_each_line_is_reported(tmp_path):
    found = read(write_conda(tmp_path / "a"), "conda.yml")
    how = {one.asked: one.how for one in found.report}
    assert how["pytorch=2.1"] == "mapped"
    assert (
        how["cudatoolkit=11.8"] == how["azureml-defaults==1.55"] == how["azureml-mlflow"] == how["./local"] == "dropped"
    )
    assert how["r-base=4.2"] == "conda"
    said = " ".join(found.warnings)
    assert "pytorch=2.1 → torch==2.1.*" in said
    assert "extra/more.txt, line 4: “./local”" in said


def test_azures_plugin_becomes_mlflows_client():
    found = read_text("dependencies: [{pip: [azureml-mlflow==1.5, pandas]}]")
    assert found.requirements.packages == ("mlflow-skinny", "pandas")


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("numpy", "numpy"),
        ("numpy=1.21", "numpy==1.21.*"),
        ("numpy=1.21.*", "numpy==1.21.*"),
        ("numpy==1.21.2", "numpy==1.21.2"),
        ("numpy 1.21.2 py38_0", "numpy==1.21.2"),
        ("numpy >=1.21", "numpy>=1.21"),
        ("numpy[version='>=1.2,<2']", "numpy>=1.2,<2"),
        ("numpy=1.21|1.22", "numpy==1.21.*"),
        ("defaults::numpy==1.21.2=py38_0", "numpy==1.21.2"),
        ("opencv=4.8", "opencv-python-headless==4.8.*"),
    ],
)
def test_conda_specs_are_written_as_pip_has_them(asked, got):
    assert read_text(f'dependencies: ["{asked}"]').requirements.packages == (got,)


@pytest.mark.parametrize(
    ("asked", "got"), [("==3.8.*", "3.8"), ("==3.10.4", "3.10"), (">=3.9", "3.11"), (">=3.8,<3.10", "3.8"), ("", "")]
)
def test_the_python_version_is_the_products_own_where_it_fits(asked, got):
    import sys

    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert python_of(asked) == (own if got == "3.11" else got)


def test_hashes_and_continued_lines_are_read():
    text = "humanize==4.11.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n--pre\n-e git+https://x.org/a/thing.git@v1#egg=thing\n"
    found = read_text(text, "requirements.txt").requirements
    assert found.hashes == {"humanize": ("sha256:aa", "sha256:bb")}
    assert found.packages == ("humanize==4.11.0", "thing @ git+https://x.org/a/thing.git@v1")
    assert found.options == ("--pre",)


def test_an_environment_file_names_its_conda_file_from_where_it_lies(tmp_path):
    write_yaml(tmp_path / "sub")
    found = read(tmp_path, "sub/env.yml")
    assert (found.name, found.version, found.tags) == ("churn-env", "3", {"team": "churn"})
    assert found.requirements.image.endswith("ubuntu20.04:latest")
    assert "humanize[all]==4.11.0 ; python_version > '3.8'" in found.requirements.packages


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("name: a\nimagee: x\n", "field_unknown", "line 2"),
        ("name: a\nbuild: {path: x, dockerfil: y}\n", "field_unknown", "dockerfil"),
        ("name: a\nos_type: windows\nimage: x\n", "os_unknown", "line 2"),
        ("name: a\n", "environment_empty", "says nothing"),
        ("name: a\nimage: x\nbuild: {path: y}\n", "environment_twofold", "exclude"),
        ("dependencies:\n  - numpy\n  - '= 1'\n", "package_unreadable", "line 3"),
        ("dependencies:\n  - numpy\n  - pipp: [x]\n", "field_unknown", "line 3"),
        ("dependencies:\n  - pip:\n    - 'not a package!'\n", "package_unreadable", "not a package!"),
        ("dependencies: [{pip: ['--index-url https://me:secret@x.org/simple']}]", "package_unreadable", "credentials"),
        ("dependencies: [{pip: ['--find-links /etc']}]", "package_unreadable", "no address"),
    ],
)
def test_faults_are_told_with_file_line_and_name(text, code, said):
    with pytest.raises(Refusal) as refused:
        read_text(text)
    assert refused.value.code == code
    assert said in f"{refused.value.message} {refused.value.hint}"
    assert "secret" not in refused.value.message


def test_what_is_written_reads_back_as_the_same(tmp_path):
    first = read(write_yaml(tmp_path / "a"), "env.yml")
    form = write_environment(first.requirements, name=first.name, version="3", tags=first.tags)
    files = {"e.yaml": as_yaml(form), "constraints.txt": constraints_text(first.requirements)}
    again = read_file_of("e.yaml", files.__getitem__)
    assert key_of(again.requirements) == key_of(first.requirements)
    assert again.tags == first.tags


def test_the_key_looks_at_content_alone():
    one = read_text("numpy==2.0\nPandas[Excel] >= 2\n", "requirements.txt").requirements
    other = read_text("pandas[excel]>=2  # tables\nNumPy==2.0\n", "reqs.txt").requirements
    assert key_of(one) == key_of(other)
    assert key_of(one) != key_of(read_text("numpy==2.1\npandas[excel]>=2\n", "r.txt").requirements)
