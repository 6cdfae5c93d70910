"""Curated environments: the names that Azure's users write, and the environment of ours that serves each family."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import metadata

import msgspec

from mlops.formats.definition import Requirements
from mlops.formats.refusal import nearest

OWN = "mlops-studio"
REGISTRY = re.compile(
    r"azureml://registries/(?P<registry>[^/]+)/environments/(?P<name>[^/]+)"
    r"(?:/(?:versions|labels)/(?P<version>[^/]+))?/?"
)
NAMED = re.compile(r"(?:azureml:(?!//))?(?P<name>[^:@/]+)(?:[:@](?P<version>[^:@/]+))?")
PREFIX = re.compile(r"(?i)^azureml[-_]")


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """`pattern` is matched with names in lower case, without `AzureML-`. Without packages: the product's own."""

    name: str
    title: str
    pattern: str
    names: tuple[str, ...]
    """Such as people write."""
    packages: tuple[str, ...] = ()


class Curated(msgspec.Struct, frozen=True, kw_only=True):
    """What a curated name is served by. `is_known`: its family is known; else `nearest` names the closest."""

    family: Family
    requirements: Requirements
    is_known: bool = True
    nearest: str = ""

    def told(self, given: str) -> str:
        here = f"“{self.family.name}”"
        if not self.is_known:
            return f"The curated environment “{given}” is not known here: {here} serves it. {self.nearest}".strip()
        if not self.requirements.is_own:
            python = f"{sys.version_info.major}.{sys.version_info.minor}"
            own = f"the product's own Python packages ({here}, Python {python})"
            missing = [name for name in TOOLS if name in self.family.packages and not _version_of(name)]
            without = f" without {', '.join(missing)}: to have them, register an environment that names them"
            return f"The curated environment “{given}” is served by {own}{without if missing else ''}."
        return f"The curated environment “{given}” is served by {here}: {', '.join(self.requirements.packages)}."


TOOLS = ("matplotlib", "mlflow-skinny", "tensorboard")
"""What some scripts import and most do without."""
TABULAR = ("scikit-learn", "pandas", "numpy", "scipy", "joblib", "matplotlib", "lightgbm", "mlflow-skinny")
FAMILIES: tuple[Family, ...] = (
    Family(
        name=OWN,
        title="The product's own Python packages",
        pattern=r"mlops-studio",
        names=(OWN,),
    ),
    Family(
        name="sklearn",
        title="scikit-learn, pandas, LightGBM",
        pattern=r"(sklearn|scikit-learn|tutorial|designer|automl|dask|hyperdrive).*",
        names=("sklearn-1.5", "sklearn-1.1", "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"),
        packages=TABULAR,
    ),
    Family(
        name="lightgbm",
        title="LightGBM and scikit-learn",
        pattern=r"lightgbm.*",
        names=("lightgbm-3.3", "AzureML-lightgbm-3.2-ubuntu18.04-py37-cpu"),
        packages=TABULAR,
    ),
    Family(
        name="xgboost",
        title="XGBoost and scikit-learn",
        pattern=r"xgboost.*",
        names=("xgboost-1.3", "AzureML-XGBoost-1.3-ubuntu18.04-py37-cpu"),
        packages=(*TABULAR, "xgboost-cpu"),
    ),
    Family(
        name="minimal",
        title="Python with pandas, scikit-learn and MLflow's client",
        pattern=r"(minimal|mlflow|python-sdk|ai-ml|model-management|foundation-model-mlflow|data-science|base).*",
        names=("AzureML-Minimal", "mlflow-ubuntu20.04-py38-cpu-inference", "python-sdk-v2", "mlflow-py312-inference"),
        packages=TABULAR,
    ),
    Family(
        name="responsibleai",
        title="Explanations and fairness",
        pattern=r"(responsible-?ai|model-evaluation|interpret).*",
        names=("responsibleai-ubuntu20.04-py38-cpu", "responsibleai-tabular"),
        packages=(*TABULAR, "shap", "fairlearn", "interpret-core"),
    ),
    Family(
        name="pytorch",
        title="PyTorch with torchvision",
        pattern=r"(acpt|acft|pytorch|torch|deepspeed|nlp-transformers).*",
        names=("AzureML-ACPT-pytorch-1.13-py38-cuda11.7-gpu", "acpt-pytorch-2.2-cuda12.1"),
        packages=(*TABULAR, "torch", "torchvision", "transformers", "accelerate", "datasets", "tensorboard"),
    ),
    Family(
        name="tensorflow",
        title="TensorFlow and Keras",
        pattern=r"(tensorflow|keras|tf-?\d).*",
        names=("AzureML-tensorflow-2.16-cuda12", "tensorflow-2.12-cuda11"),
        packages=(*TABULAR, "tensorflow-cpu"),
    ),
)  # fmt: skip
BY_NAME = {family.name: family for family in FAMILIES}


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is a version, a label, or empty; `label` says which; `registry`: it can be none of a project's."""

    name: str
    version: str = ""
    is_label: bool = False
    registry: str = ""


def parse_reference(given: str) -> Reference | None:
    """`azureml:N:V`, `azureml:N@label`, `N:V`, `N@label`, `azureml://registries/R/environments/N/…`; else None."""
    if found := REGISTRY.fullmatch(given):
        return Reference(
            name=found["name"],
            version=found["version"] or "",
            is_label="/labels/" in given,
            registry=found["registry"],
        )
    found = NAMED.fullmatch(given)
    if found is None:
        return None
    return Reference(name=found["name"], version=found["version"] or "", is_label="@" in given)


def family_of(name: str) -> Family | None:
    plain = PREFIX.sub("", name).lower()
    return next((family for family in FAMILIES if re.fullmatch(family.pattern, plain)), None)


def is_curated_looking(name: str) -> bool:
    return bool(PREFIX.match(name)) or family_of(name) is not None


def curated(given: str) -> Curated | None:
    """What serves a name, written in any way.

    None where it is no curated one: neither of a family, nor `AzureML-…`, nor in Azure's registry."""
    reference = parse_reference(given)
    if reference is None:
        return None
    family = family_of(reference.name)
    if family is not None:
        return Curated(family=family, requirements=requirements_of(family))
    if not (reference.registry or PREFIX.match(reference.name)):
        return None
    near = nearest(reference.name, [name for one in FAMILIES for name in one.names])
    return Curated(family=BY_NAME[OWN], requirements=Requirements(), is_known=False, nearest=near)


def requirements_of(family: Family) -> Requirements:
    """Nothing where the product's own Python has what counts, so that no job waits for a build; else all packages,
    those that it has at its versions."""
    if all(_version_of(name) for name in family.packages if name not in TOOLS):
        return Requirements()
    return Requirements(packages=tuple(_pinned(family.packages)))


def _pinned(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        version = _version_of(name)
        yield f"{name}=={version}" if version and "+" not in version else name


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
