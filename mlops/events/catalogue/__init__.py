"""Every type of event: when it is raised, what its subject looks like, and the schema of its data.

One file for each noun. `chain.record` holds each act to it in tests; the documents in docs/events are written from it
by `python -m mlops.events.catalogue docs/events`."""

from __future__ import annotations

from mlops.events.catalogue import (
    access,
    accounts,
    alerts,
    analytics,
    audit,
    backups,
    batch,
    collection,
    components,
    datasets,
    datastores,
    deletion,
    deployments,
    drafts,
    endpoints,
    environments,
    experiments,
    explanations,
    imports,
    logged_models,
    models,
    monitors,
    packaging,
    pipelines,
    projects,
    quotas,
    repositories,
    retraining,
    rollouts,
    runs,
    scans,
    server,
    tags,
    traces,
)
from mlops.events.catalogue.described import EventType

GROUPS: dict[str, tuple[EventType, ...]] = {
    "Runs": runs.TYPES,
    "Experiments": experiments.TYPES,
    "Logged models": logged_models.TYPES,
    "Imports": imports.TYPES,
    "Traces": traces.TYPES,
    "Pipelines and schedules": pipelines.TYPES,
    "Batch endpoints": batch.TYPES,
    "Models": models.TYPES,
    "Images, ONNX and profiles": packaging.TYPES,
    "Explanations": explanations.TYPES,
    "Datasets": datasets.TYPES,
    "Data stores": datastores.TYPES,
    "Endpoints": endpoints.TYPES,
    "Deployments and devices": deployments.TYPES,
    "Rollouts": rollouts.TYPES,
    "Monitors": monitors.TYPES,
    "Collected data": collection.TYPES,
    "Queries and exports": analytics.TYPES,
    "Retraining": retraining.TYPES,
    "Git repositories": repositories.TYPES,
    "Alerts and subscriptions": alerts.TYPES,
    "Components and code": components.TYPES,
    "Environments": environments.TYPES,
    "File scans": scans.TYPES,
    "Tags": tags.TYPES,
    "Audit trail": audit.TYPES,
    "Backups": backups.TYPES,
    "This server": server.TYPES,
    "Drawings": drafts.TYPES,
    "Recycle bin": deletion.TYPES,
    "Projects and clusters": projects.TYPES,
    "Quotas": quotas.TYPES,
    "People and tokens": accounts.TYPES,
    "Roles, groups and service accounts": access.TYPES,
}
"""In the order in which people look for them."""

TYPES: dict[str, EventType] = {one.name: one for group in GROUPS.values() for one in group}
