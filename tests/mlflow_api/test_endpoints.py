"""Every endpoint that the protocol of the installed client has is answered, or told in the guide as not spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.urls import resolve
from mlflow.protos import databricks_pb2, mlflow_artifacts_pb2, model_registry_pb2, service_pb2, webhooks_pb2

GUIDE = Path(__file__).parents[2] / "docs/guides/mlflow.md"
PART = re.compile(r"\{[^}]*\}|<[^>]*>")


def test_the_guide_names_the_endpoints_of_the_client_that_are_not_answered_and_no_others():
    endpoints = set(_endpoints())
    assert len(endpoints) > 150
    unanswered = {(method, path) for method, path in endpoints if not _is_answered(method, path)}
    named = {(method, path) for method, path in endpoints if _is_named(method, path)}
    assert unanswered == named


def _endpoints() -> Iterator[tuple[str, str]]:
    for module in (service_pb2, model_registry_pb2, webhooks_pb2, mlflow_artifacts_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                for endpoint in method.GetOptions().Extensions[databricks_pb2.rpc].endpoints:
                    path = PART.sub("x1", endpoint.path.lstrip("/"))
                    yield endpoint.method, f"/api/{endpoint.since.major}.0/{path}"


def _is_answered(method: str, path: str) -> bool:
    return method in getattr(resolve(path).func, "methods", ())


def _is_named(method: str, path: str) -> bool:
    asked = path.partition("/mlflow/")[2]
    return any(re.fullmatch(one, text) for one in _named() for text in (asked, f"{method} {asked}"))


def _named() -> list[str]:
    rows = [line for line in GUIDE.read_text().partition("**Not spoken.**")[2].splitlines() if line.startswith("| `")]
    return [one.replace("/…", "(/.*)?") for row in rows for one in re.findall(r"`([^`]+)`", row.split("|")[1])]
