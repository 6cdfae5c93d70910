"""Which models the site shows: those that tell what people and the server did, of all apps."""

from __future__ import annotations

from django.apps import apps

from mlops.administration.site.acts import actions_of
from mlops.administration.site.reading import Rows
from mlops.administration.site.site import site

__all__ = ["register", "site"]

SHOWN = (
    "auth.User", "auth.Group", "access.Project", "access.Membership", "access.GroupRole", "accounts.ApiToken",
    "accounts.SignedIn", "accounts.Invitation", "accounts.SecurityNews",
    "events.Event", "work.Worker", "work.RegularJob", "compute.Pool", "blobs.Blob",
    "datastores.Datastore", "datasets.Dataset", "datasets.DatasetVersion", "environments.EnvironmentAsset",
    "environments.EnvironmentVersion", "environments.Environment", "components.Component",
    "components.ComponentVersion", "clusters.Cluster", "runs.Experiment", "runs.Run", "runs.Step", "runs.LoggedModel",
    "traces.Trace", "registry.RegisteredModel", "registry.ModelVersion", "registry.Transition",
    "pipelines.PipelineEndpoint", "pipelines.PublishedPipeline", "pipelines.Schedule", "pipelines.Fire",
    "packaging.Conversion", "packaging.Image", "packaging.Profile", "deployments.Endpoint", "deployments.Deployment",
    "deployments.DeploymentRevision", "devices.Device", "batch.BatchEndpoint", "batch.BatchDeployment",
    "batch.BatchJob", "rollouts.Rollout", "replays.Replay", "monitoring.Monitor", "monitoring.Look",
    "monitoring.Alarm", "retraining.Policy", "retraining.Attempt", "explanations.Explanation",
    "repositories.Repository", "repositories.Push", "alerts.Rule", "alerts.Alert", "alerts.Channel",
    "alerts.Notification", "alerts.Subscription", "alerts.Delivery", "imports.Import", "analytics.AskedQuery",
    "lineage.Serving",
)  # fmt: skip


def register() -> None:
    for label in SHOWN:
        model = apps.get_model(label)
        acts = {"actions": actions_of(model._meta.label_lower)}
        site.register(model, type(f"{model.__name__}Rows", (Rows,), acts))


register()
