"""The two servers of a replay: a deployment's own, or one that is started for the time of the replay.

A deployment is asked past the router, so that a replay is neither counted nor mirrored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import msgspec
from django.utils.translation import gettext as _

from mlops.deployments import entries
from mlops.deployments.folders import lay_out_at
from mlops.deployments.models import Deployment
from mlops.formats.collection import CONSENT_HEADER
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal
from mlops.packaging.models import ConversionState
from mlops.packaging.profiling.servers import serving
from mlops.packaging.queries import best_conversion
from mlops.registry.models import ModelVersion
from mlops.replays.comparing import Answered
from mlops.replays.models import Replay

TIMEOUT_SECONDS = 60.0
HEADERS = {"Content-Type": "application/json", CONSENT_HEADER: "no"}
"""A replay is nobody's request: it is not collected, and no monitor takes it for one."""


class Side:
    def __init__(self, http: httpx.Client, url: str, *, label: str) -> None:
        self.label = label
        self._http, self._url = http, f"{url.rstrip('/')}/score"

    def ask(self, body: bytes) -> Answered:
        began = time.perf_counter()
        try:
            answer = self._http.post(self._url, content=body, headers=HEADERS)
        except httpx.HTTPError as error:
            told = f"{type(error).__name__}: {error}".encode()
            return Answered(status=0, body=told, seconds=time.perf_counter() - began)
        return Answered(status=answer.status_code, body=answer.content, seconds=time.perf_counter() - began)


@contextmanager
def sides(asked: Replay, folder: Path, *, beat: Callable[[], None]) -> Iterator[tuple[Side, Side]]:
    """Both, ready to be asked. Raises Refusal where one is not there."""
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(timeout=TIMEOUT_SECONDS, verify=False))  # nosec B501
        found = []
        for name in ("before", "after"):
            label = getattr(asked, f"{name}_label")
            deployment = getattr(asked, f"{name}_deployment")
            version = getattr(asked, f"{name}_version")
            if deployment is not None:
                url = _url(deployment)
            elif version is not None:
                url = stack.enter_context(_served(asked, version, folder / name, beat=beat))
            else:
                raise Refusal(
                    "side_gone",
                    _("%(label)s is gone.") % {"label": label},
                    hint=_("Ask for a replay with another one."),
                )
            found.append(Side(http, url, label=label))
        yield found[0], found[1]


def _url(deployment: Deployment) -> str:
    if not deployment.ready_urls:
        hint = _("Wait until it is healthy, or name its version instead.")
        raise Refusal(
            "side_not_serving",
            _("%(name)s has no server: %(reason)s") % {"name": deployment.name, "reason": deployment.reason},
            hint=hint,
        )
    return str(deployment.ready_urls[0])


@contextmanager
def _served(asked: Replay, version: ModelVersion, folder: Path, *, beat: Callable[[], None]) -> Iterator[str]:
    """The version as it would be deployed without anything being chosen."""
    entry = entries.best(version)
    conversion = best_conversion(version) if entry == "onnx" else None
    if entry == "onnx" and (conversion is None or conversion.state != ConversionState.ACCEPTED):
        entry, conversion = "native", None
    wanted = DeploymentSettings()
    stand_in = Deployment(
        endpoint=asked.endpoint,
        name="replay",
        version=version,
        entry=entry,
        conversion=conversion,
        settings=msgspec.to_builtins(wanted),
    )
    folder.mkdir()
    lay_out_at(stand_in, folder / "served", beat=beat)
    log = folder / "server.log"
    with serving(folder / "served", cores=wanted.cpus, memory_bytes=wanted.memory_bytes, log=log) as server:
        yield f"http://127.0.0.1:{server.port}"
