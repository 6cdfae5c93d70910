"""A world with one of everything, in a project whose things all carry a word that outsiders must never read."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from mlops.compute.actions import create_pool
from mlops.formats.document import Document, DrawnNode
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.table import Column, TableSchema
from tests.access.walk import HELD, ONE_ACTION
from tests.work.rows import worker

SECRET = "zebra"


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Nobody signs in by password here; slow hashes would take most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people(owner, contributor, operator, reader, stranger) -> dict[str, Any]:
    from mlops.accounts.actions import create_first_administrator

    administrator, _password = create_first_administrator("a long passphrase")
    return {
        "anonymous": None,
        "stranger": stranger,
        "reader": reader,
        "operator": operator,
        "contributor": contributor,
        "owner": owner,
        "administrator": administrator,
        "guest": _person("gina"),
        ONE_ACTION: _holder_of_one_action(owner),
    }


def _person(name: str) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user(name)


def _holder_of_one_action(owner: Any) -> Any:
    from mlops.access.models import Project
    from mlops.accounts.membership import give_role
    from mlops.accounts.roles import create_role

    project = Project.objects.get(slug="churn")
    create_role(owner, project, name="one-action", actions=[HELD])
    person = _person("otis")
    give_role(owner, project, user=person, role="one-action")
    return person


@pytest.fixture
def world(project, people, tmp_path) -> dict[str, Any]:
    """The parts of addresses by their name in the routes."""
    from mlops.accounts.actions import create_token, make_sign_in_link
    from mlops.accounts.groups import create_group
    from mlops.accounts.invitations import invite
    from mlops.accounts.models import ApiToken
    from mlops.accounts.roles import create_role
    from mlops.accounts.service_accounts import create_service_account
    from mlops.accounts.sharing import share
    from mlops.scans.models import Allowance

    owner = people["owner"]
    project.description = SECRET
    project.save()
    create_token(owner, name=f"{SECRET} token")
    dataset, dataset_version = _dataset(project, owner, tmp_path)
    run = _run(project, owner)
    model, version = _model(project, owner, run, tmp_path)
    endpoint, deployment = _endpoint(project, owner, version)
    _rollout(endpoint, deployment, owner)
    _replay(owner, endpoint, version)
    saved, forgetting, refresh = _collected(owner, endpoint)
    draft = _draft(project, owner)
    published = _published(project, owner)
    job = _batch(owner, run, version)
    share(owner, endpoint, holder=people["guest"], level="operator")
    for thing in (model, dataset, run, draft, published.endpoint):
        share(owner, thing, holder=people["guest"])
    return {
        "a": f"draft-{draft.pk}",
        "b": f"run-{run.pk}",
        "pipeline_id": published.endpoint_id,
        "monitor_id": _monitor(owner, dataset).pk,
        "schedule_id": _schedule(owner, published).pk,
        "saved_id": saved.pk,
        "forgetting_id": forgetting.pk,
        "refresh_id": refresh.pk,
        "segment": "Runs",
        "table": "Runs",
        "query_id": str(_query(project, owner).pk),
        "slug": project.slug,
        "batch_id": job.endpoint_id,
        "batch_deployment": "night",
        "job_id": job.pk,
        "key": "automobile-basic",
        "address": "guides/registry",
        "name": "rita",
        "object_id": "0",
        "whom": "olga",
        "role_id": create_role(owner, project, name=f"{SECRET}-role", actions=[]).pk,
        "group": create_group(people["administrator"], name=f"{SECRET} shift").name,
        "account": create_service_account(owner, project, name="robot").name,
        "token": make_sign_in_link(owner),
        "invitation_id": invite(owner, project=project)[0].pk,
        "session_id": uuid.uuid4(),
        "token_id": ApiToken.objects.get(user=owner).pk,
        "dataset_id": dataset.pk,
        "dataset_version_id": dataset_version.pk,
        "upload_id": _upload(project, owner, dataset_version).pk,
        "number": 1,
        "run_id": run.pk,
        "noun": "models",
        "thing_id": model.pk,
        "offer_id": _offer(owner, dataset).pk,
        "grant_id": _grant(owner, people["reader"], model).pk,
        "base": "api/2.0",
        "rest": "nothing",
        "experiment_id": run.experiment_id.hex,
        "artifact": _artifact(run),
        "folder": f"{run.experiment_id.hex}/{run.pk.hex}/artifacts",
        "job": str(run.pk),
        "logged_id": (logged_id := _logged_model(run, owner)),
        "logged_key": str(uuid.UUID(logged_id.removeprefix("m-"))),
        "logged_path": "weights.txt",
        **_trace(run, owner),
        "tag": "Area",
        "node": "data",
        "port": "dataset",
        "path": "data.parquet",
        "tab": "steps",
        "model_id": model.pk,
        "version_id": version.pk,
        "endpoint_id": endpoint.pk,
        "deployment_id": deployment.pk,
        "deployment": deployment.name,
        "token_name": _endpoint_token(owner, endpoint),
        "act": "pause",
        "place": 1,
        "device_id": _device(owner, deployment).pk,
        "serial": 1,
        "platform": "x86_64",
        "image_id": _image(owner, version).pk,
        "login_id": _registry_login(owner, project).pk,
        "sent_id": _sent_file(owner, project).pk,
        "allowance_id": Allowance.objects.create(project=project, name=f"{SECRET}.A", reason="x").pk,
        "datastore_id": _datastore(owner, project).pk,
        "import_id": _import(owner, project).pk,
        **_repository(owner, project, draft),
        "worker": worker("here:1").name,
        "pool": create_pool(people["administrator"], name="many").name,
        "join_token_id": _join_token(people["administrator"]),
        "cluster_id": _cluster(people["administrator"]).pk,
        **_alerts(project, owner),
        **_subscription(project, owner, people["administrator"]),
        "profile_id": (profile := _profile(owner, version)).pk,
        "other_id": profile.pk,
        "explanation_id": (explanation := _explanation(owner, version)).pk,
        "other_explanation_id": explanation.pk,
        "draft_id": draft.pk,
        "component_id": _component(project, owner).pk,
        "asset_id": _environment(project, owner).pk,
        "version_name": str(version),
        "policy_id": _policy(owner, published).pk,
        **_approval(owner, version),
        "version": "1",
        "kind": "model_version",
        "bin_id": _deleted(owner, version).pk,
    }


def _deleted(owner: Any, version: Any) -> Any:
    from mlops.bin.deletion import delete
    from mlops.registry.actions import register

    other = register(owner, version.model.project, name=version.model.name, tree=version.tree, number=77)
    return delete(owner, other)


def _join_token(administrator: Any) -> Any:
    from django.utils import timezone

    from mlops.compute.models import JoinToken

    later = timezone.now() + timedelta(hours=1)
    return JoinToken.objects.create(digest="d" * 64, expires_at=later, created_by=administrator).pk


def _offer(owner: Any, dataset: Any) -> Any:
    from mlops.accounts.offering import offer

    return offer(owner, dataset, to=None)


def _grant(owner: Any, person: Any, model: Any) -> Any:
    from mlops.accounts.sharing import share

    return share(owner, model, holder=person)


def _endpoint_token(owner: Any, endpoint: Any) -> str:
    from mlops.deployments.tokens import create_token

    return create_token(owner, endpoint, name="shop").token.name


def _dataset(project: Any, owner: Any, folder: Path) -> tuple[Any, Any]:
    import polars as pl

    from mlops.blobs.trees import keep_file, keep_folder
    from mlops.datasets.models import Dataset, DatasetVersion
    from mlops.stats.profile import profile_table

    folder = folder / "table"
    folder.mkdir()
    pl.DataFrame({f"{SECRET}-column": [1.0, 2.0, 3.0]}).write_parquet(folder / "data.parquet")
    schema = TableSchema(columns=(Column(name=f"{SECRET}-column", type="decimal"),), row_count=3)
    dataset = Dataset.objects.create(project=project, name=f"{SECRET} data", last_number=1, created_by=owner)
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        raw=keep_file(folder / "data.parquet"),
        file_name="data.parquet",
        tree=keep_folder(folder),
        schema=msgspec.to_builtins(schema),
        profile=msgspec.to_builtins(profile_table(folder / "data.parquet")),
        row_count=3,
        state="ready",
        state_since=timezone.now(),
        created_by=owner,
    )
    return dataset, version


def _monitor(owner: Any, dataset: Any) -> Any:
    """With a look that waits and a back-fill."""
    from mlops.monitoring.actions import create_monitor
    from mlops.monitoring.asking import backfill, look_now

    settings = {
        "target": {"dataset": dataset.name},
        "baseline": {"kind": "earlier"},
        "signals": [{"name": f"{SECRET} drift", "kind": "data_drift"}],
    }
    monitor = create_monitor(owner, dataset.project, name=f"{SECRET} monitor", settings=settings)
    look_now(owner, monitor)
    now = timezone.now()
    backfill(owner, monitor, start=now - timedelta(days=1), end=now)
    return monitor


def _upload(project: Any, owner: Any, version: Any) -> Any:
    from mlops.datasets.models import Upload

    return Upload.objects.create(
        project=project,
        blob=version.raw,
        file_name="data.parquet",
        guess={"format": "parquet", "columns": [{"name": SECRET, "type": "decimal"}]},
        created_by=owner,
    )


def _run(project: Any, owner: Any) -> Any:
    from mlops.datasets.models import DatasetVersion
    from mlops.runs.models import Experiment, LogLine, Run, Step

    tree = DatasetVersion.objects.get().tree
    parameters = {"dataset": f"{SECRET} data", "version": 1}
    spec = PipelineSpec(
        nodes=(Node(id="data", component="dataset", version="1", parameters=parameters, title=f"{SECRET} node"),),
        edges=(),
    )
    run = Run.objects.create(
        project=project,
        experiment=Experiment.objects.create(project=project, name=f"{SECRET} experiment"),
        number=1,
        display_name=f"{SECRET} run",
        spec=msgspec.to_builtins(spec),
        spec_digest=spec.digest(),
        document=msgspec.to_builtins(_document()),
        state="completed",
        state_since=timezone.now(),
        created_by=owner,
    )
    step = Step.objects.create(
        run=run,
        node="data",
        title=f"{SECRET} node",
        component="dataset",
        version="1",
        state="completed",
        state_since=timezone.now(),
        outputs={"dataset": {"type": "table", "tree": tree.digest}},
    )
    LogLine.objects.create(step=step, seq=1, at=timezone.now(), stream="stdout", text=f"{SECRET} line")
    return run


def _artifact(run: Any) -> str:
    """Its path from the root of MLflow's proxy."""
    import io

    from mlops.blobs.trees import keep_stream
    from mlops.runs.logging import log_artifact

    log_artifact(run, "notes.txt", keep_stream(io.BytesIO(SECRET.encode())))
    return f"{run.experiment_id.hex}/{run.pk.hex}/artifacts/notes.txt"


def _trace(run: Any, owner: Any) -> dict[str, str]:
    from mlops.traces.assessing import assess
    from mlops.traces.models import AssessmentKind
    from mlops.traces.telling import Told, tell_trace

    told = Told(key="tr-1", name=SECRET, started_at=timezone.now(), request=SECRET, tags={"area": SECRET})
    trace = tell_trace(owner, run.experiment, told, run=run)
    said = assess(owner, trace, kind=AssessmentKind.FEEDBACK, name=SECRET, value=1, source_kind="HUMAN")
    return {"trace_id": trace.key, "trace_pk": str(trace.pk), "assessment_id": f"a-{said.pk.hex}"}


def _logged_model(run: Any, owner: Any) -> str:
    import io

    from mlops.blobs.trees import keep_stream
    from mlops.runs.logged_models import begin_model, keep_model_file

    model = begin_model(owner, run.experiment, name=f"{SECRET} logged", run=run, tags={"Area": SECRET})
    keep_model_file(model, "weights.txt", keep_stream(io.BytesIO(SECRET.encode())))
    return f"m-{model.pk.hex}"


def _document() -> Document:
    parameters = {"dataset": f"{SECRET} data", "version": 1}
    return Document(nodes={"data": DrawnNode(component="dataset", version="1", parameters=parameters)})


def _draft(project: Any, owner: Any) -> Any:
    from designer.models import Draft, Revision

    draft = Draft.objects.create(
        project=project, name=f"{SECRET} draft", document=msgspec.to_builtins(_document()), saved_at=timezone.now()
    )
    Revision.objects.create(draft=draft, number=1, document=draft.document, saved_at=timezone.now(), saved_by=owner)
    return draft


def _component(project: Any, owner: Any) -> Any:
    from mlops.components.actions import create_version
    from mlops.formats.component import Component
    from mlops.formats.definition import Command, Definition

    named = Component(name=f"{SECRET}_step", version="1", title=f"{SECRET} step", group="My Components", help=SECRET)
    definition = Definition(component=named, how=Command(command="true"))
    return create_version(owner, project, definition, kind="command").component


def _model(project: Any, owner: Any, run: Any, folder: Path) -> tuple[Any, Any]:
    from mlops.blobs.trees import keep_folder
    from mlops.registry.models import ModelVersion, RegisteredModel

    folder = folder / "model"
    folder.mkdir()
    (folder / "weights.txt").write_text(SECRET)
    model = RegisteredModel.objects.create(project=project, name=f"{SECRET}-model", last_number=1, created_by=owner)
    version = ModelVersion.objects.create(model=model, number=1, tree=keep_folder(folder), run=run, created_by=owner)
    return model, version


def _approval(owner: Any, version: Any) -> dict[str, Any]:
    """A rule, and a request that waits for it."""
    from mlops.registry.approval.rules import set_rule
    from mlops.registry.pointing import set_alias

    rule = set_rule(owner, version.model.project, kind="alias", name="guarded", asker_may_approve=True)
    return {"approval_rule_id": rule.pk, "request_id": set_alias(owner, version, alias="guarded").pk, "alias": "latest"}


def _endpoint(project: Any, owner: Any, version: Any) -> tuple[Any, Any]:
    from mlops.deployments.models import Deployment, DeploymentRevision, Endpoint

    endpoint = Endpoint.objects.create(project=project, name=f"{SECRET}-endpoint", created_by=owner)
    deployment = Deployment.objects.create(
        endpoint=endpoint, name="blue", version=version, entry="native", state="healthy", state_since=timezone.now()
    )
    facts = {"version": version, "model": str(version), "entry": "native", "reason": SECRET}
    facts["edits"] = [{"at": timezone.now().isoformat(), "by": "olga", "reason": SECRET, "before": {"instances": 2}}]
    DeploymentRevision.objects.create(deployment=deployment, number=1, **facts)
    return endpoint, deployment


def _rollout(endpoint: Any, deployment: Any, owner: Any) -> None:
    from mlops.formats.rollout import RolloutPlan
    from mlops.rollouts.models import Rollout

    names = {"candidate_name": deployment.name, "control_name": SECRET, "reason": SECRET, "state": "finished"}
    plan, now = msgspec.to_builtins(RolloutPlan()), timezone.now()
    more = {"plan": plan, "traffic_before": {}, "state_since": now, "step_began_at": now, "created_by": owner}
    Rollout.objects.create(endpoint=endpoint, candidate=deployment, control=deployment, number=1, **names, **more)


def _policy(owner: Any, published: Any) -> Any:
    """With an attempt that awaits an approval."""
    from mlops.retraining.models import Attempt, Policy

    project, now = published.endpoint.project, timezone.now()
    settings = {"model": SECRET, "what": {"pipeline": published.endpoint.name}}
    facts = {"project": project, "name": f"{SECRET} policy", "settings": settings, "looked_at": now}
    policy = Policy.objects.create(**facts, runs_as=owner, created_by=owner)
    trigger = {"kind": "hand", "key": "hand:1", "reason": SECRET}
    told = {"reason": SECRET, "state_since": now, "stage": "awaiting_approval", "created_by": owner}
    Attempt.objects.create(
        policy=policy, number=1, key="hand:1", revision=1, settings=settings, trigger=trigger, **told
    )
    return policy


def _alerts(project: Any, owner: Any) -> dict[str, Any]:
    """A rule that fires, a channel, a mute, and the links in mails."""
    from django.core import signing

    from mlops.alerts.channels.actions import create_channel
    from mlops.alerts.models import Mute, Preference
    from mlops.alerts.preferences.actions import SALT
    from mlops.alerts.rules.actions import create_rule
    from mlops.alerts.rules.raising import Finding, begin, fire
    from mlops.alerts.telling.unsubscribing import unsubscribe_link
    from mlops.formats.alerting import RuleSettings, When

    now = timezone.now()
    options = {"to": f"{SECRET}@example.org"}
    channel = create_channel(owner, name=f"{SECRET} ops", kind_name="email", options=options, project=project)
    settings = RuleSettings(name=f"{SECRET} rule", when=When(events=("mlops.run.failed",)))
    rule = create_rule(owner, project, settings)
    alert = begin(rule, Finding(key="runs/1", subject="runs/1", title=f"{SECRET} alert", why=SECRET), now)
    assert alert is not None
    fire(alert, now)
    ends = {"begins_at": now + timedelta(days=1), "until": now + timedelta(days=2)}
    mute = Mute.objects.create(project=project, rule=rule, reason=SECRET, created_by=owner, **ends)
    Preference.objects.create(person=owner, email="olga@example.org")
    return {
        "rule_id": rule.pk,
        "alert_id": alert.pk,
        "channel_id": channel.pk,
        "mute_id": mute.pk,
        "confirmation": signing.dumps([owner.pk, "olga@example.org"], salt=SALT),
        "signed": unsubscribe_link(owner).rstrip("/").rpartition("/")[2],
    }


def _subscription(project: Any, owner: Any, administrator: Any) -> dict[str, Any]:
    """With a delivery that could not be made, and an allowed network."""
    from mlops.alerts.models import Delivery
    from mlops.alerts.networks import allow
    from mlops.alerts.subscriptions.actions import create
    from mlops.alerts.subscriptions.checking import read_settings
    from mlops.alerts.subscriptions.handing_out import delivery_of
    from mlops.events.models import Event

    wanted = {"name": f"{SECRET} hook", "url": f"https://93.184.216.34/{SECRET}"}
    row, _secret = create(owner, project, read_settings(wanted))
    event = Event.objects.filter(project=project).latest("seq")
    delivery = delivery_of(row, event, now=timezone.now())
    delivery.state, delivery.reason = "dead", SECRET
    Delivery.objects.bulk_create([delivery])
    return {
        "subscription_id": row.pk,
        "webhook": create(owner, project, read_settings(wanted | {"name": "walk hook", "envelope": "mlflow"}))[0].pk,
        "delivery_id": Delivery.objects.get().pk,
        "event_id": event.id,
        "event_type": "mlops.run.failed",
        "network_id": allow(administrator, "hooks.example", note=SECRET).pk,
    }


def _datastore(owner: Any, project: Any) -> Any:
    from mlops.datastores.actions import create_datastore

    where = {"url": "https://127.0.0.1:9/"}
    return create_datastore(owner, project, name="nowhere", kind="http", settings=where, credentials={})


def _import(owner: Any, project: Any) -> Any:
    from mlops.imports.actions import start_import
    from mlops.imports.options import Options

    return start_import(owner, project, address=f"/srv/{SECRET}", options=Options())


def _repository(owner: Any, project: Any, draft: Any) -> dict[str, Any]:
    """At an address that is refused before anything is called."""
    from designer.git.actions import link
    from mlops.repositories.actions import connect
    from mlops.repositories.models import Release, ReleaseCall
    from mlops.repositories.queueing import synchronise
    from mlops.repositories.wanted import Wanted

    row, _secret = connect(owner, project, Wanted(url=f"ssh://git@127.0.0.1:9/{SECRET}.git", name=SECRET))
    release = Release.objects.create(repository=row, name=SECRET)
    linked = link(owner, row, path=f"{SECRET}.yaml", draft=draft)
    found = {"repository_id": row.pk, "push_id": synchronise(owner, row).pk, "release_id": release.pk}
    call = ReleaseCall.objects.create(release=release, event_seq=1, model=SECRET, version=1, state_since=timezone.now())
    return found | {"link_id": linked.pk, "call_id": call.pk}


def _cluster(administrator: Any) -> Any:
    from mlops.clusters.actions import create_cluster

    return create_cluster(administrator, name="test", kubeconfig=SECRET, registry_user=SECRET)


def _device(owner: Any, deployment: Any) -> Any:
    """With a bundle of a few bytes."""
    import io

    from mlops.blobs.trees import keep_stream
    from mlops.devices.models import Device

    blob = keep_stream(io.BytesIO(SECRET.encode()))
    bundle = {"digest": blob.digest, "size_bytes": len(SECRET)}
    deployment.ready_placing = {"ports": [], "serial": 1, "bundles": {"x86_64": bundle}}
    deployment.save()
    return Device.objects.create(
        deployment=deployment, name=f"{SECRET} device", platform="x86_64", token_digest="0" * 64, created_by=owner
    )


def _collected(owner: Any, endpoint: Any) -> tuple[Any, Any, Any]:
    from mlops.collected.models import Forgetting, Intake, LabelPost, Refresh, SavedWindow

    now = timezone.now()
    told = {"endpoint": endpoint, "state_since": now, "created_by": owner, "reason": SECRET}
    Intake.objects.create(
        endpoint=endpoint, deployment="blue", deployment_id=endpoint.pk, reason=SECRET, recent=[{"at": "", "row": 0}]
    )
    LabelPost.objects.create(endpoint=endpoint, source=SECRET, row_count=1)
    return (
        SavedWindow.objects.create(dataset=SECRET, end=now, **told),
        Forgetting.objects.create(column="request_id", value_count=1, **told),
        Refresh.objects.create(endpoint=endpoint, dataset=SECRET, next_at=now, created_by=owner),
    )


def _query(project: Any, owner: Any) -> Any:
    from mlops.analytics.models import SavedQuery

    return SavedQuery.objects.create(project=project, name=SECRET, query="select 1", created_by=owner)


def _replay(owner: Any, endpoint: Any, version: Any) -> Any:
    from mlops.replays.models import Replay

    facts = {"before_label": SECRET, "after_label": str(version), "source": "2 requests", "after_version": version}
    return Replay.objects.create(
        endpoint=endpoint, number=1, state="failed", state_since=timezone.now(), created_by=owner, **facts
    )


def _profile(owner: Any, version: Any) -> Any:
    from mlops.packaging.models import Profile

    facts = {"name": f"{SECRET}-profile", "entry": "native", "log": SECRET, "state": "failed", "created_by": owner}
    order = {"cores": [1.0], "memory_bytes": [2**30]}
    return Profile.objects.create(version=version, order=order, state_since=timezone.now(), **facts)


def _explanation(owner: Any, version: Any) -> Any:
    from mlops.explanations.models import Explanation

    facts = {"name": f"{SECRET}-explanation", "comment": SECRET, "state": "failed", "created_by": owner}
    return Explanation.objects.create(version=version, order={"kind": "auto"}, state_since=timezone.now(), **facts)


def _sent_file(owner: Any, project: Any) -> Any:
    from mlops.uploads.actions import begin

    return begin(owner, project, name=f"{SECRET}.bin", size_bytes=9)


def _registry_login(owner: Any, project: Any) -> Any:
    from mlops.packaging.models import RegistryLogin

    facts = {"registry": f"{SECRET}.example.com", "name": SECRET, "password": SECRET, "created_by": owner}
    return RegistryLogin.objects.create(project=project, **facts)


def _image(owner: Any, version: Any) -> Any:
    from mlops.packaging.models import Image

    facts = {"entry": "native", "reason": SECRET, "state": "failed", "created_by": owner}
    return Image.objects.create(version=version, state_since=timezone.now(), **facts)


def _batch(owner: Any, run: Any, version: Any) -> Any:
    """A job of a deployment of an endpoint."""
    from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob

    endpoint = BatchEndpoint.objects.create(project=run.project, name=f"{SECRET}-batch", created_by=owner)
    deployment = BatchDeployment.objects.create(endpoint=endpoint, name="night", version=version, entry="native")
    facts = {"deployment": deployment, "deployment_name": "night", "of": SECRET, "version": version, "phase": "ended"}
    return BatchJob.objects.create(run=run, endpoint=endpoint, phase_since=timezone.now(), **facts)


def _published(project: Any, owner: Any) -> Any:
    from mlops.pipelines.publishing import publish

    node = Node(id="data", component="dataset", version="1", parameters={"dataset": f"{SECRET} data"})
    spec = PipelineSpec(nodes=(node,), edges=())
    document = msgspec.to_builtins(Document())
    for _number in range(2):
        version = publish(owner, project, endpoint=f"{SECRET} retrain", spec=spec, document=document)
    return version


def _schedule(owner: Any, version: Any) -> Any:
    from mlops.pipelines.schedules import create_schedule

    trigger = {"type": "cron", "expression": "0 6 * * *"}
    return create_schedule(owner, version.endpoint, name=f"{SECRET} nightly", trigger=trigger, number=0)


def _environment(project: Any, owner: Any) -> Any:
    from mlops.environments.actions import create_version
    from mlops.formats.azureml.environment_parts import EnvironmentRead
    from mlops.formats.definition import Requirements

    read = EnvironmentRead(name=f"{SECRET}-env", requirements=Requirements(packages=("humanize",)))
    return create_version(owner, project, read).asset
