"""What a deployment's YAML in Azure's form becomes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mlops.client.bundle import zipped_folder
from mlops.client.deployment_file import read_deployment
from mlops.client.errors import WrongUsage
from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal
from tests.client.conftest import Mlops

YAML = """
name: blue
endpoint_name: prices
model: azureml:prices:1
model_mount_path: /models
code_configuration: {code: src, scoring_script: serving/score.py}
environment:
  image: mcr.microsoft.com/azureml/minimal:latest
  conda_file: conda.yml
environment_variables: {CURRENCY: CHF, LEVEL: 3}
instance_count: 2
request_settings: {request_timeout_ms: 3000, max_queue_wait_ms: 250, max_concurrent_requests_per_instance: 4}
resources: {requests: {cpu: 500m, memory: 0.5Gi}, limits: {memory: 1Gi}}
scale_settings: {type: target_utilization, min_instances: 1, max_instances: 3, target_utilization_percentage: 60}
"""
CONDA = (
    "dependencies:\n- python=3.11\n- numpy=2.1\n- pip:\n  - azureml-defaults\n  - inference-schema\n  - lightgbm>=4\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "src" / "serving").mkdir(parents=True)
    (tmp_path / "src" / "serving" / "score.py").write_text("def init(): ...\ndef run(data): ...\n")
    (tmp_path / "src" / "data.csv").write_text("1")
    (tmp_path / "src" / ".amlignore").write_text("*.csv\n")
    (tmp_path / "conda.yml").write_text(CONDA)
    (tmp_path / "deployment.yml").write_text(YAML)
    return tmp_path / "deployment.yml"


def test_settings_are_named_as_ours(file: Path) -> None:
    settings = read_deployment(str(file)).settings
    assert settings["timeout_seconds"] == 3.0
    assert (settings["queue_wait_seconds"], settings["most_concurrent"]) == (0.25, 4)
    assert (settings["cpus"], settings["memory_bytes"], settings["instances"]) == (0.5, 1024**3, 2)
    assert settings["variables"] == {"CURRENCY": "CHF", "LEVEL": "3"}
    assert settings["scale"] == {"least_instances": 1, "most_instances": 3, "target_utilization": 0.6}


def test_a_conda_file_becomes_packages_without_azures(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = read_deployment(str(file))
    assert read.settings["requirements"] == {"packages": ("numpy==2.1.*", "lightgbm>=4"), "python": "3.11"}
    assert any("azureml-defaults, inference-schema: left out" in line for line in read.warnings)
    assert "“model_mount_path” has no meaning here" in capsys.readouterr().err


def test_a_curated_name_is_kept_and_told(file: Path) -> None:
    short = "environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest\n"
    file.write_text(f"name: blue\nendpoint_name: prices\nmodel: prices\n{short}")
    read = read_deployment(str(file))
    assert read.settings["environment"].endswith("sklearn-1.5/labels/latest")
    assert "served by the product's own Python packages" in read.warnings[0]


def test_the_code_folder_leaves_out_what_amlignore_names(file: Path) -> None:
    read = read_deployment(str(file))
    assert read.script == "serving/score.py"
    assert read.code is not None
    with zipped_folder(read.code) as archive, zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["serving/score.py"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("request_settings: {request_timeout: 1}", "Did you mean 'request_timeout_ms'?"),
        ("code_configuration: {code: src, scoring_script: serving/scor.py}", "Did you mean 'score.py'?"),
    ],
)
def test_a_wrong_field_or_file_names_the_nearest(file: Path, line: str, hint: str) -> None:
    file.write_text(f"name: blue\nendpoint_name: prices\nmodel: prices\n{line}\n")
    with pytest.raises(Refusal) as refused:
        read_deployment(str(file))
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        ("type: managed", {}),
        ("type: kubernetes", {"target": "kubernetes"}),
        ("target: docker\ntarget_options: {engine: ssh://me@host}",
         {"target": "docker", "target_options": {"engine": "ssh://me@host"}}),
        ("scale_settings: {type: default}", {"scale": False}),
    ],
)  # fmt: skip
def test_the_target_is_named_by_type_or_target(tmp_path: Path, lines: str, meant: dict[str, object]) -> None:
    (tmp_path / "blue.yml").write_text(f"name: blue\n{lines}\n")
    assert read_deployment(str(tmp_path / "blue.yml")).settings == meant


def test_type_and_target_must_not_contradict(tmp_path: Path) -> None:
    (tmp_path / "blue.yml").write_text("type: kubernetes\ntarget: docker\n")
    with pytest.raises(WrongUsage, match="The type is kubernetes and the target docker"):
        read_deployment(str(tmp_path / "blue.yml"))


@pytest.mark.django_db(transaction=True)
def test_create_uploads_the_code_folder_and_tells_the_settings(signed_in: Mlops, file: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"1")
    signed_in("model", "create", "--name", "prices", "--path", str(tmp_path / "weights.bin"))
    signed_in("online-endpoint", "create", "--name", "prices")
    made = signed_in("online-deployment", "create", "-f", str(file), "--no-wait", "-o", "json")
    assert made.status == 0, made.errors
    assert made.value["entry"] == "script"
    assert made.value["settings"]["requirements"]["packages"] == ["numpy==2.1.*", "lightgbm>=4"]
    assert "inference-schema: left out" in made.errors
    code = Deployment.objects.get().code
    assert code is not None
    assert (code.script, code.tree.file_count) == ("serving/score.py", 1)


COLLECTOR = """
data_collector:
  collections:
    model_inputs: {enabled: 'True'}
    model_outputs: {enabled: 'True', data: {name: my_outputs, path: azureml://datastores/x/paths/y}}
    debug: {enabled: 'False'}
  sampling_rate: 0.25
  rolling_rate: hour
  request_logging: {capture_headers: [x-header]}
  redact: {mail: hash}
  retention_days: 30
"""


def test_a_data_collector_is_a_setting_and_what_has_no_meaning_is_said(file: Path) -> None:
    file.write_text(YAML + COLLECTOR)
    read = read_deployment(str(file))
    assert read.settings["collection"] == {
        "is_enabled": True, "inputs": True, "predictions": True, "left_out": ("debug",), "share": 0.25,
        "redact": {"mail": "hash"}, "retention_days": 30,
    }  # fmt: skip
    said = " ".join(read.warnings)
    assert all(name in said for name in ("rolling_rate", "request_logging", "model_outputs: data"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "names no collections"),
        ("{collections: {model_inputs: {enabled: maybe}}}", "enabled is 'maybe'"),
        ("{collections: {model_inputs: {enabled: 'True', sampling: 1}}}", "“sampling” is no field"),
        ("{collection: {model_inputs: {enabled: 'True'}}}", "“collection” is no field of data_collector"),
        ("{collections: {model_inputs: {enabled: 'True'}}, sampling_rate: half}", "sampling_rate is 'half'"),
    ],
)
def test_a_data_collector_that_cannot_be_read_is_refused_with_its_field(file: Path, text: str, said: str) -> None:
    file.write_text(f"{YAML}data_collector: {text}\n")
    with pytest.raises((Refusal, WrongUsage), match=said):
        read_deployment(str(file))


def test_collections_that_differ_in_their_rate_have_the_smaller_one(file: Path) -> None:
    rates = "{model_inputs: {enabled: true, sampling_rate: 0.5}, model_outputs: {enabled: true, sampling_rate: 0.1}}"
    file.write_text(f"{YAML}data_collector: {{collections: {rates}}}\n")
    read = read_deployment(str(file))
    assert read.settings["collection"]["share"] == 0.1
    assert any("0.1 is used" in line for line in read.warnings)
