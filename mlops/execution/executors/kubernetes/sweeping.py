"""Jobs whose attempts run no more: their worker was lost, or the cluster was silent when they were to end."""

from __future__ import annotations

import contextlib

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.names import own
from mlops.execution.executors.kubernetes.jobs import selector, step_labels
from mlops.execution.executors.kubernetes.places import place
from mlops.formats.refusal import Refusal
from mlops.runs.models import Step


def remove_lost() -> None:
    """Of this server alone. Nothing where the cluster is silent."""
    with contextlib.suppress(Refusal):
        where = place()
        with Client(where.access) as client:
            found = client.objects("Job", where.namespace, labels=selector(step_labels(where.server)))
            names = {one["metadata"]["name"]: one["metadata"]["labels"].get(own("attempt")) for one in found}
            running = _running() if names else set()
            for name, attempt in names.items():
                if attempt not in running:
                    client.delete("Job", where.namespace, name)


def _running() -> set[str]:
    attempts = Step.objects.filter(state="running").values_list("pk", "attempt")
    return {f"{pk}-{number}" for pk, number in attempts}
