"""One server and one project, as one person: the nouns hang below."""

from __future__ import annotations

from typing import Any

from mlops.client.calling import call
from mlops.client.connection import Connection
from mlops.client.credentials import Credentials, find
from mlops.client.sdk import operations as of
from mlops.client.sdk.explanations import ExplanationOperations

WITHOUT_PROJECT = ("token", "login")


class Client:
    """`url` and `token` as for the commands: without them the environment's MLOPS_URL and MLOPS_TOKEN, else the server
    of this machine. `project` is needed where there are several. `reason`: why, for
    the audit trail of the server (else MLOPS_REASON)."""

    def __init__(self, url: str = "", *, token: str = "", project: str = "", reason: str = "") -> None:
        known = Credentials(url.rstrip("/"), token, "Client") if url else find()
        self._connection = Connection(known, reason=reason)
        self.project = project
        self.jobs = of.JobOperations(self._call)
        self.data = of.DataOperations(self._call)
        self.models = of.ModelOperations(self._call)
        self.explanations = ExplanationOperations(self._call)
        self.environments = of.EnvironmentOperations(self._call)
        self.components = of.ComponentOperations(self._call)
        self.datastores = of.DatastoreOperations(self._call)
        self.schedules = of.ScheduleOperations(self._call)
        self.online_endpoints = of.OnlineEndpointOperations(self._call)
        self.online_deployments = of.OnlineDeploymentOperations(self._call)
        self.batch_endpoints = of.BatchEndpointOperations(self._call)
        self.batch_deployments = of.BatchDeploymentOperations(self._call)

    @property
    def url(self) -> str:
        return self._connection.url

    def create_or_update(self, entity: Any, **options: Any) -> Any:
        """Of any kind: a job is submitted, an asset created, an endpoint made."""
        return self._operations(getattr(entity, "noun", "job")).create_or_update(entity, **options)

    def command(self, *words: str) -> Any:
        """The answer of any command of the shell, such as `client.command("edge-device", "list")`."""
        return self._call(*words)

    def _operations(self, noun: str) -> of.Operations:
        found = (one for one in vars(self).values() if isinstance(one, of.Operations) and one.noun == noun)
        return next(found)

    def _call(self, *words: str) -> Any:
        project = ["--project", self.project] if self.project and words[0] not in WITHOUT_PROJECT else []
        return call([*words, *project], connection=self._connection)


class MLClient(Client):
    """The name and the arguments that scripts for Azure ML use.

    What names a place in Azure is not needed: the workspace is taken as the project, the rest is left aside."""

    def __init__(
        self,
        credential: Any = None,
        subscription_id: str = "",
        resource_group_name: str = "",
        workspace_name: str = "",
        *,
        url: str = "",
        token: str = "",
        reason: str = "",
    ) -> None:
        token = token or (credential if isinstance(credential, str) else "")
        super().__init__(url, token=token, project=workspace_name, reason=reason)

    @classmethod
    def from_config(cls, credential: Any = None, **_: Any) -> MLClient:
        """The server of the environment, or of this machine."""
        return cls(credential)
