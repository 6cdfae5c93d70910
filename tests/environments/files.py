"""Environments as people write them."""

from __future__ import annotations

from pathlib import Path

CONDA = """\
name: model-env
channels:
  - pytorch
  - conda-forge
dependencies:
  - python=3.11
  - conda-forge::numpy=1.26
  - pandas=2.2.3=py311h7a8a3b6_0
  - "scikit-learn>=1.3,<1.6"
  - pytorch=2.1
  - py-xgboost
  - cudatoolkit=11.8
  - r-base=4.2
  - pip
  - pip:
      - mlflow==2.9.2
      - azureml-mlflow
      - azureml-defaults==1.55
      - --extra-index-url https://download.pytorch.org/whl/cpu
      - -r extra/more.txt
"""
MORE = "# beside\nhumanize[all]==4.11.0 ; python_version > '3.8'\n-c limits.txt\n-e ./local\n"
LIMITS = "numpy<2\n"
YAML = """\
$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: churn-env
version: 3
description: For churn.
image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:latest
conda_file: conda/conda.yml
os_type: linux
tags:
  team: churn
"""


def write_conda(folder: Path, text: str = CONDA) -> Path:
    (folder / "extra").mkdir(parents=True)
    (folder / "conda.yml").write_text(text)
    (folder / "extra" / "more.txt").write_text(MORE)
    (folder / "extra" / "limits.txt").write_text(LIMITS)
    return folder


def write_yaml(folder: Path, text: str = YAML) -> Path:
    write_conda(folder / "conda")
    (folder / "env.yml").write_text(text)
    return folder


def write_context(folder: Path) -> Path:
    (folder / "docker").mkdir(parents=True)
    (folder / "docker" / "Dockerfile").write_text("FROM python:3.11-slim\nRUN pip install humanize\n")
    (folder / "env.yml").write_text("name: built\nbuild:\n  path: docker\n")
    return folder
