"""What docker-compose.yml promises, as far as it can be read; `python -m tests.deploy.walk` runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = FILE["services"]


def test_every_service_has_limits_and_every_lasting_one_is_looked_after():
    for name, service in SERVICES.items():
        assert {"mem_limit", "cpus", "pids_limit", "restart"} <= service.keys(), name
        ours = service["image"].startswith("${MLOPS_")  # the image has its check
        assert ours or "test" in service["healthcheck"], name


def test_database_broker_and_bucket_are_reached_from_inside_alone():
    assert FILE["networks"]["data"] == {"internal": True}
    for name in ("database", "broker", "storage"):
        assert SERVICES[name]["networks"] == ["data"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["networks"] == ["front"]


def test_images_of_others_are_named_by_their_version():
    images = [s["image"] for s in SERVICES.values() if "MLOPS_" not in s["image"]]
    assert not [image for image in images if ":" not in image or image.endswith(":latest")]


def test_secrets_are_made_by_one_command_and_stay(tmp_path):
    words = ["sh", str(ROOT / "docs" / "deploy" / "make-secrets"), str(tmp_path / "secrets")]
    subprocess.run(words, check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    wanted = {Path(secret["file"]).name for secret in FILE["secrets"].values()}
    assert wanted <= first.keys()
    assert all(first.values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    subprocess.run(words, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert first["database_password"] in first["database_url"]


def test_every_secret_that_a_service_uses_is_named_and_used():
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == FILE["secrets"].keys()


def test_what_opens_models_has_the_libraries_for_it():
    images = {name: SERVICES[name]["image"] for name in ("migrate", "web", "worker", "router")}
    assert images["migrate"] == images["web"]
    assert images["worker"] == images["router"] == "${MLOPS_WORKER_IMAGE:-mlops-studio-worker:latest}"
    assert SERVICES["worker"]["build"]["target"] == "worker"
