"""The verbs of each noun, as the commands have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlops.client.sdk.io import Input
from mlops.client.sdk.jobs import Node
from mlops.client.sdk.loading import Loaded
from mlops.client.sdk.results import Asset, Job
from mlops.client.sdk.writing import as_file, local

Call = Callable[..., Any]


class Operations:
    """`call(words…)` is one command, with the client's project."""

    noun = ""
    has_versions = True

    def __init__(self, call: Call) -> None:
        self._call = call

    def create_or_update(self, entity: Any, **options: Any) -> Any:
        """Creates it on the server. Raises Refusal with every fault; then nothing was created."""
        return Asset.of(self._created(entity, **options))

    def get(self, name: str, *, version: str = "", label: str = "") -> Asset:
        """`label`: such as `latest`; without version and label, the newest."""
        return Asset.of(self._call(self.noun, "show", "-n", self._named(name, version or label)))

    def list(self, name: str = "", *, tag: str = "", **options: Any) -> list[Asset]:
        words = (["-n", name] if name else []) + (["--tag", tag] if tag else [])
        return [Asset.of(row) for row in self._call(self.noun, "list", *words, *_words(options))]

    def archive(self, name: str, *, version: str = "") -> None:
        self._call(self.noun, "archive", "-n", self._named(name, version))

    def restore(self, name: str, *, version: str = "") -> None:
        self._call(self.noun, "restore", "-n", self._named(name, version))

    def delete(self, name: str) -> None:
        self._call(self.noun, "delete", "-n", name, "--yes")

    def download(self, name: str, *, version: str = "", download_path: str = ".") -> Any:
        """Where the files lie now."""
        return self._call(self.noun, "download", "-n", self._named(name, version), "-p", download_path)

    def _created(self, entity: Any, *words: str, **options: Any) -> dict[str, Any]:
        more = [*words, *_words(options)]
        if isinstance(entity, str | Path):
            entity = Loaded(noun=self.noun, path=str(entity))
        if isinstance(entity, Loaded):
            given = [f"{key}={_text(value)}" for key, value in entity.set.items()]
            more += ["--set", *given] if given else []
            made: dict[str, Any] = self._call(self.noun, "create", "-f", local(entity.path), *more)
            return made
        with as_file(entity.fields(), schema=getattr(entity, "schema", "")) as file:
            made = self._call(self.noun, "create", "-f", file, *more)
        return made

    def _named(self, name: str, version: str) -> str:
        return f"{name}:{version}" if version and self.has_versions else name


class JobOperations(Operations):
    noun, has_versions = "job", False

    def create_or_update(self, entity: Node | Loaded | str | Path, **options: Any) -> Job:
        """Submits it; `Client.jobs.stream` waits for its end."""
        return Job.of(self._created(entity, **options))

    def validate(self, job: Node | Loaded | str | Path) -> Any:
        """What was understood, with warnings; nothing is created. Raises Refusal with every fault."""
        if isinstance(job, Node):
            with as_file(job.fields(), schema=getattr(job, "schema", "")) as file:
                return self._call("job", "validate", "-f", file)
        return self._call("job", "validate", "-f", local(str(getattr(job, "path", job))))

    def get(self, name: str, **_: Any) -> Job:  # type: ignore[override]
        return Job.of(self._call("job", "show", "-n", name))

    def list(self, name: str = "", *, tag: str = "", **options: Any) -> list[Job]:  # type: ignore[override]
        words = ["--tag", tag] if tag else []
        return [Job.of(row) for row in self._call("job", "list", *words, *_words(options))]

    def stream(self, name: str) -> Job:
        """Prints log lines and states until it ends. Raises RequestFailed where it did not complete."""
        self._call("job", "stream", "-n", name)
        return self.get(name)

    def cancel(self, name: str) -> Job:
        return Job.of(self._call("job", "cancel", "-n", name) or {})

    begin_cancel = cancel

    def download(  # type: ignore[override]
        self, name: str, *, download_path: str = ".", output_name: str = "", all: bool = False
    ) -> Any:
        words = (["--output-name", output_name] if output_name else []) + (["--all"] if all else [])
        return self._call("job", "download", "-n", name, "-p", download_path, *words)


class DataOperations(Operations):
    noun = "data"


class ModelOperations(Operations):
    noun = "model"


class EnvironmentOperations(Operations):
    noun = "environment"


class ComponentOperations(Operations):
    noun = "component"


class DatastoreOperations(Operations):
    noun, has_versions = "datastore", False


class ScheduleOperations(Operations):
    noun, has_versions = "schedule", False

    def enable(self, name: str) -> None:
        self._call("schedule", "enable", "-n", name)

    def disable(self, name: str) -> None:
        self._call("schedule", "disable", "-n", name)

    begin_create_or_update = Operations.create_or_update
    begin_enable, begin_disable = enable, disable


class OnlineEndpointOperations(Operations):
    noun, has_versions = "online-endpoint", False
    begin_create_or_update, begin_delete = Operations.create_or_update, Operations.delete

    def invoke(self, endpoint_name: str, *, request_file: str, deployment_name: str = "") -> Any:
        """The endpoint's answer."""
        words = ["-d", deployment_name] if deployment_name else []
        return self._call("online-endpoint", "invoke", "-n", endpoint_name, "-r", request_file, *words)

    def update_traffic(self, name: str, traffic: dict[str, int]) -> Asset:
        """`traffic`: percent by deployment."""
        words = [f"{key}={share}" for key, share in traffic.items()]
        return Asset.of(self._call("online-endpoint", "update", "-n", name, "--traffic", *words))

    def get_keys(self, name: str) -> dict[str, Any]:
        keys: dict[str, Any] = self._call("online-endpoint", "get-credentials", "-n", name)
        return keys

    def regenerate_keys(self, name: str, *, key_type: str = "primary") -> dict[str, Any]:
        words = ("-n", name, "--key-type", key_type, "--yes")
        keys: dict[str, Any] = self._call("online-endpoint", "regenerate-keys", *words)
        return keys


class DeploymentOperations(Operations):
    """Of one endpoint each; `endpoint_name` says of which."""

    has_versions = False

    def get(self, name: str, endpoint_name: str) -> Asset:  # type: ignore[override]
        return Asset.of(self._call(self.noun, "show", "-n", name, "-e", endpoint_name))

    def list(self, endpoint_name: str) -> list[Asset]:  # type: ignore[override]
        return [Asset.of(row) for row in self._call(self.noun, "list", "-e", endpoint_name)]

    def delete(self, name: str, endpoint_name: str) -> None:  # type: ignore[override]
        self._call(self.noun, "delete", "-n", name, "-e", endpoint_name, "--yes")


class OnlineDeploymentOperations(DeploymentOperations):
    noun = "online-deployment"

    def create_or_update(self, entity: Any, *, all_traffic: bool = False, **options: Any) -> Asset:
        """Waits until it serves."""
        return Asset.of(self._created(entity, *(["--all-traffic"] if all_traffic else []), **options))

    begin_create_or_update = create_or_update


class BatchEndpointOperations(Operations):
    noun, has_versions = "batch-endpoint", False
    begin_create_or_update, begin_delete = Operations.create_or_update, Operations.delete

    def invoke(
        self,
        endpoint_name: str,
        *,
        input: str | Input = "",
        inputs: Mapping[str, Any] | None = None,
        deployment_name: str = "",
    ) -> Any:
        """Begins a job over the data at `input`: a path, an address or a reference. `inputs`, by their names, are those
        of a pipeline component: Input(…) or a literal."""
        words = ["-d", deployment_name] if deployment_name else []
        words += ["--input", str(getattr(input, "path", input))] if input else []
        for name, one in (inputs or {}).items():
            is_data = isinstance(one, Input) and bool(one.path)
            value = one.path if is_data else getattr(one, "default", one)
            words += ["--set", f"inputs.{name}.path={value}" if is_data else f"inputs.{name}={value}"]
        return self._call("batch-endpoint", "invoke", "-n", endpoint_name, *words)

    def list_jobs(self, endpoint_name: str) -> Any:
        return self._call("batch-endpoint", "list-jobs", "-n", endpoint_name)


class BatchDeploymentOperations(DeploymentOperations):
    noun = "batch-deployment"
    begin_create_or_update = Operations.create_or_update


def _words(options: dict[str, Any]) -> list[str]:
    """`max_results=5` as `--max-results 5`; True alone is the option without a value."""
    words = []
    for key, value in options.items():
        if value in (None, False, ""):
            continue
        words += [f"--{key.replace('_', '-')}"] + ([] if value is True else [str(value)])
    return words


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
