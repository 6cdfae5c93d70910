"""Events of Git repositories."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Connected(Data, kw_only=True):
    name: Annotated[str, said("The repository's name here.")]
    host: Annotated[str, said("github, gitlab, gitea or plain.")]
    url: Annotated[str, said("Its address, without a login.")]
    branch: Annotated[str, said("The branch that is worked on; empty for the repository's own.")]
    login: Annotated[str, said("none, token or key. No secret is told.")]


class Taken(Data, kw_only=True):
    repository: Annotated[str, said("The repository's name here.")]
    branch: Annotated[str, said("The branch.")]
    commit: Annotated[str, said("The commit; empty where it could not be found out.")]
    cause: Annotated[str, said("webhook, poll or person.")]
    runs: Annotated[list[str], said("Ids of the runs that it started.")]
    files: Annotated[list[str], said("Paths of the files that were to be started.")]
    reason: Annotated[str, said("Why nothing, or not all, was started; else empty.")] = ""


class Released(Data, kw_only=True):
    repository: Annotated[str, said("The repository's name here.")]
    name: Annotated[str, said("The release's name.")]
    model: Annotated[str, said("The pattern of models' names.")]
    version: Annotated[str, said("The version that began it, as `name:number`; else empty.")] = ""
    git_tag: Annotated[str, said("The tag that began it, else the pattern of tags; empty where models do.")] = ""
    does: Annotated[str, said("dispatch (a workflow of the host), job or deployment.")] = "dispatch"
    reason: Annotated[str, said("How it ended, or why not; else empty.")] = ""


ONE = "repositories/{id}"

TYPES = (
    EventType("mlops.repository.connected", "Repository connected", "A Git repository is connected to a project.",
              ONE, Connected),
    EventType("mlops.repository.changed", "Repository changed", "Its settings, key or webhook's secret change.", ONE,
              Connected),
    EventType("mlops.repository.disconnected", "Repository disconnected", "It starts nothing any more.", ONE,
              Connected),
    EventType("mlops.push.taken_up", "Push taken up", "A commit was fetched, and its jobs were started.", ONE, Taken),
    EventType("mlops.push.failed", "Push failed", "A commit could not be fetched, or none of its jobs started.", ONE,
              Taken),
    EventType("mlops.release.created", "Release set up", "New versions of a model, or pushed tags, will begin"
              " something.", ONE, Released),
    EventType("mlops.release.changed", "Release turned on or off", "Whether new versions and tags begin it.", ONE,
              Released),
    EventType("mlops.release.begun_again", "Release begun again", "Somebody began an ended one anew, for the same"
              " version or tag.", ONE, Released),
    EventType("mlops.release.started", "Release begun", "A model version or a tag began it: the host took it, or a"
              " job or deployment began here.", ONE,
              Released),
    EventType("mlops.release.completed", "Release completed", "Its job completed, or its deployment is healthy and has"
              " its traffic.", ONE, Released),
    EventType("mlops.release.failed", "Release failed", "It could not begin, or its job or deployment failed.", ONE,
              Released),
    EventType("mlops.release.deleted", "Release taken away", "New versions and tags begin nothing any more.", ONE,
              Released),
)  # fmt: skip
