"""Where the files of runs lie, as MLflow's clients name it: `mlflow-artifacts:/EXPERIMENT/RUN/artifacts/…`.

An experiment may name a place of its own outside. Its clients then write and read there themselves; this server never
does."""

from __future__ import annotations

import pathlib
import re
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from mlops.mlflow_api.faults import Fault, invalid
from mlops.mlflow_api.finding import id_of, model_id_of
from mlops.runs.models import Experiment, LoggedModel

SCHEME = "mlflow-artifacts"
MOST_DECODINGS = 10
ARTIFACTS, MODELS = "artifacts", "models"
LONGEST_LOCATION = 2_048
OUTSIDE = ("s3", "gs", "wasbs", "abfss", "dbfs", "hdfs", "https")
UNNAMED = {"", ".", ".."}
BAD_SIGNS = re.compile(r"[\x00-\x1f\x7f\\#]")
STEPPED_IMAGE = re.compile(r"%step%-?\d{1,20}%timestamp%-?\d{1,20}%")
"""In names of images that clients of 2.x log step by step: these percent signs encode nothing."""
IN_NO_ADDRESS = re.compile(r"[\x00-\x1f\x7f\\]")


def location_of(experiment: Experiment) -> str:
    return experiment.artifact_location or f"{SCHEME}:/{id_of(experiment)}"


def root_of(experiment: Experiment, run: UUID) -> str:
    """Of the files of a run."""
    return f"{location_of(experiment).rstrip('/')}/{run.hex}/{ARTIFACTS}"


def model_root_of(model: LoggedModel) -> str:
    return f"{location_of(model.experiment).rstrip('/')}/{MODELS}/{model_id_of(model)}/{ARTIFACTS}"


def is_kept_here(experiment: Experiment) -> bool:
    return not experiment.artifact_location


def safe_path(given: str) -> str:
    """A relative path below a root, `""` for the root itself; clients also write `.` and `./plots`.

    Raises Fault where the path, or what it says after any number of decodings, leads elsewhere."""
    given = without_dots(given)
    if not given:
        return ""
    plain = STEPPED_IMAGE.sub("-", given)
    for _ in range(MOST_DECODINGS):
        _refuse_odd(plain)
        decoded = unquote(plain)
        if decoded == plain:
            break
        plain = decoded
    else:
        raise bad_path()
    return given.rstrip("/")


def without_dots(given: str) -> str:
    """Parts that say “here” are left out; all others stay as they are."""
    return "/".join(part for part in given.split("/") if part != ".")


def bad_path() -> Fault:
    return invalid("Invalid path")


def _refuse_odd(path: str) -> None:
    odd = BAD_SIGNS.search(path) or path.startswith(("/", "~")) or UNNAMED.intersection(path.rstrip("/").split("/"))
    if odd or pathlib.PureWindowsPath(path).drive or re.match(r"[a-zA-Z][\w+.-]*:/", path):
        raise bad_path()


def parts_of(given: str) -> SplitResult:
    """Of an address. Raises Fault where it is none, or holds signs that readers leave out or turn."""
    if len(given) > LONGEST_LOCATION:
        raise invalid(f"Invalid artifact path length. The length of the artifact path cannot be greater than "
                      f"{LONGEST_LOCATION}.")  # fmt: skip
    if IN_NO_ADDRESS.search(given):
        raise bad_path()
    try:
        return urlsplit(given)
    except ValueError:
        raise bad_path() from None


def checked_location(given: str) -> str:
    """A place that an experiment names for its files. Raises Fault where it is none that clients could write to."""
    if not given:
        return ""
    if given.startswith("runs:"):
        raise invalid(f"Artifact location cannot be a runs:/ URI. Given: '{given[:500]}'")
    parts = parts_of(given)
    scheme = parts.scheme.lower()
    if scheme not in OUTSIDE:
        raise invalid(
            f"'artifact_location' cannot be '{given[:500]}': this server keeps files itself, or leaves them to clients"
            f" at {', '.join(f'{one}://' for one in OUTSIDE)}."
        )
    if parts.query or parts.fragment:
        raise invalid("'artifact_location' URL can't include fragments or queries.")
    safe_path(parts.path.lstrip("/"))
    return given
