"""Runs the program of a step as a Job of a cluster: made once, looked at until its pod has ended, and taken away.

A cluster that is silent for a while costs nothing: the pod goes on meanwhile, and its log is taken up where it broke
off. The Job is found by its labels, whoever made it: before another one of the same step begins, it is gone."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.names import own
from mlops.execution.executors import Started
from mlops.execution.executors.apart import RunsApart, attempt_mark, given_to_its_user, own_folders
from mlops.execution.executors.kubernetes import jobs
from mlops.execution.executors.kubernetes.places import Place, place
from mlops.execution.executors.kubernetes.saying import Said
from mlops.execution.executors.kubernetes.states import Standing, standing
from mlops.execution.executors.process import ProcessExecutor
from mlops.execution.tracking import TOKEN, TRACKING
from mlops.formats.container import Asked, Ended
from mlops.formats.demand import Demand
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder, StepReport
from mlops.runtime.deaths import too_slow

LOOK_SECONDS = 2.0
END_SECONDS = 90.0
"""How long an earlier pod of the step may take to end."""
SILENT = ("cluster_unreachable", "cluster_unwell")
TOKEN_FILE = "tracking-token"  # nosec B105
Answer = TypeVar("Answer")
Say = Callable[[str], bool]
"""Tells people why the step is as it is; False: it could not be told now."""


@dataclass(frozen=True)
class KubernetesExecutor:
    """`demand`: of the pod; `say`: called by whoever polls."""

    demand: Demand
    say: Say

    def start(self, order: StepOrder) -> Started:
        where = place()
        limits = msgspec.structs.replace(order.limits, wall_seconds=None)  # it counts from when the program runs
        process = ProcessExecutor().start(msgspec.structs.replace(order, limits=limits))
        return InPod(process, order, where=where, demand=self.demand, say=self.say)


class InPod(RunsApart):
    def __init__(self, process: Started, order: StepOrder, *, where: Place, demand: Demand, say: Say) -> None:
        super().__init__(process, order)
        self._where, self._demand, self._say = where, demand, say
        self._attempt = attempt_mark(order)
        self._is_made = False
        self._said: Said | None = None
        self._stop = threading.Event()
        self._reason = self._told = ""

    def poll(self) -> StepReport | None:
        reason = self._reason
        if reason != self._told and self._say(reason):
            self._told = reason
        return super().poll()

    def carry_out(self, asked: Asked) -> Ended:
        patience = Patience(self)
        with Client(self._where.access) as client:
            try:
                self._end_earlier(client, patience)
                self._make(client, asked, patience)
                return self._followed(client, patience)
            finally:
                if self._said is not None:
                    self._said.leave()
                self._delete()
                self._is_made = False

    def end_program(self) -> None:
        self._stop.set()
        if self._is_made:
            self._delete()

    def _delete(self) -> None:
        """Where the cluster is silent, the regular look does it later."""
        with contextlib.suppress(Refusal), Client(self._where.access) as client:
            client.delete("Job", self._where.namespace, self._name)

    def problem(self, error: Exception) -> Ended:
        return Ended(problem=_("The step could not be run in the cluster: %(error)s.") % {"error": error})

    def wait_here(self, seconds: float, news: threading.Event | None = None) -> None:
        """Raises Refusal where the step is not wanted any more."""
        (news or self._stop).wait(seconds)
        if self._stop.is_set():
            raise Refusal("container_failed", _("It was stopped."))

    def tell(self, reason: str) -> None:
        self._reason = reason

    @property
    def _name(self) -> str:
        return jobs.job_name(self._where.server, self._attempt)

    def _end_earlier(self, client: Client, patience: Patience) -> None:
        """Of the same step, whose worker was lost, stands still or could not end it: two at once never run.

        Where a node is gone, nobody confirms that its pod has ended. That of another attempt has a folder of its own,
        and is not waited for for ever."""
        namespace = self._where.namespace
        labels = jobs.selector(jobs.step_labels(self._where.server, self._attempt))
        until = time.monotonic() + END_SECONDS
        while True:
            left = patience.of(lambda: client.objects("Job", namespace, labels=labels))
            for one in left:
                name = one["metadata"]["name"]
                patience.of(lambda name=name: client.delete("Job", namespace, name))  # type: ignore[misc]
            found = patience.of(lambda: client.objects("Pod", namespace, labels=labels))
            pods = [one for one in found if not _has_ended(one)]
            if not left and not pods:
                return
            if time.monotonic() > until:
                if not left and not any(_is_of(one, self._attempt) for one in pods):
                    return
                raise Refusal("step_lost", _("An earlier pod of this step does not end."), hint=_ended_by_hand(pods))
            self.tell(_("An earlier pod of this step ends first."))
            self.wait_here(LOOK_SECONDS)

    def _make(self, client: Client, asked: Asked, patience: Patience) -> None:
        """Applied, not created: whoever does it again, because no answer came, finds the same Job."""
        wanted = self._wanted(asked)
        policy = jobs.network_policy(wanted.namespace, wanted.network)
        self._is_made = True  # or it may be
        for one in (policy, jobs.job(wanted)):
            patience.of(lambda one=one: client.apply(one))  # type: ignore[misc]

    def _wanted(self, asked: Asked) -> jobs.Wanted:
        order, where, demand = self.order, self._where, self._demand
        folders = own_folders(order, asked)
        network = settings.STEP_NETWORK
        variables, token_file = dict(asked.variables), ""
        if network != "none" and TOKEN in variables:
            token_file = str(self.work / "tmp" / TOKEN_FILE)  # pods are read by many, files by their user alone
            _write_secret(token_file, variables.pop(TOKEN))
        elif network == "none":
            variables = {name: value for name, value in variables.items() if name not in TRACKING}
        user, group = given_to_its_user(order, folders)
        metrics = f"{order.work_dir}/metrics.jsonl"
        return jobs.Wanted(
            attempt=self._attempt,
            server=where.server,
            namespace=where.namespace,
            claim=where.claim,
            image=order.image,
            words=asked.words,
            cwd=asked.cwd,
            variables=variables,
            mounts=(
                *(self._mount(path) for path in (*folders, metrics, *order.outputs.values())),
                *(self._mount(path, read_only=True) for path in order.inputs.values()),
            ),
            metrics=metrics,
            token_file=token_file,
            user=user,
            group=group,
            cpus=demand.cpus,
            memory_bytes=demand.memory_bytes,
            most_memory_bytes=order.limits.memory_bytes,
            gpus=demand.gpus,
            labels=demand.labels,
            network=network,
            seconds=order.limits.wall_seconds,
            told={"run": order.run, "node": order.node, "title": order.title},
        )

    def _mount(self, path: str, *, read_only: bool = False) -> jobs.Mount:
        try:
            part = jobs.sub_path(path, self._where.folder)
        except ValueError:
            raise Refusal(
                "claim_mismatch",
                _("%(path)s is not below %(folder)s, which the claim is.")
                % {"path": path, "folder": self._where.folder},
                hint=_("MLOPS_STEP_CLAIM_FOLDER says where this machine has the claim's disk."),
            ) from None
        return jobs.Mount(path=path, sub_path=part, read_only=read_only)

    def _followed(self, client: Client, patience: Patience) -> Ended:
        until: float | None = None
        while True:
            now = self._look(client, patience)
            if now.pod and now.state in ("running", "ended", "lost") and self._said is None:
                self._said = Said(self._where.access, self._where.namespace, now.pod, self.work / "stdout.txt")
            said = self._said
            if now.state == "running" and until is None and (seconds := self.order.limits.wall_seconds):
                until = time.monotonic() + seconds
            if now.state == "too_slow" or (until is not None and time.monotonic() > until):
                error = too_slow(self.order)
                return Ended(code=error.code, problem=error.message, hint=error.hint)
            if now.state in ("ended", "lost") and said is not None:
                said.finish()
            if now.state == "ended":
                return Ended(status=now.status)
            if now.state in ("lost", "refused") or (now.state == "waiting" and patience.is_over(now)):
                raise Refusal(now.code, now.why, hint=now.hint)
            self.tell(now.why or _("Runs as the pod %(pod)s on the node %(node)s.") % _named(now))
            self.wait_here(LOOK_SECONDS, said.news if said else None)
            if said is not None:
                said.news.clear()

    def _look(self, client: Client, patience: Patience) -> Standing:
        namespace = self._where.namespace
        labels = jobs.selector(jobs.attempt_labels(self._where.server, self._attempt))
        pods = patience.of(lambda: client.objects("Pod", namespace, labels=labels))
        job = patience.of(lambda: client.get("Job", namespace, self._name))
        found = standing(job, pods, ())
        if found.state == "waiting":  # only then do events say more
            with contextlib.suppress(Refusal):
                found = standing(job, pods, _events(client, namespace, [self._name, *filter(None, [found.pod])]))
        return found


class Patience:
    """How long a step waits for what may mend itself: a cluster that is silent, or has no place."""

    def __init__(self, step: InPod) -> None:
        self._step = step
        self._waits_since = time.monotonic()
        self._same_since = ("", time.monotonic())

    def of(self, act: Callable[[], Answer]) -> Answer:
        """What the cluster answers. Raises Refusal: its own, or `step_lost` where it was silent for too long; one of a
        quota that is full is waited for as well."""
        began = time.monotonic()
        while True:
            try:
                return act()
            except Refusal as refusal:
                is_silent = refusal.code in SILENT
                if not is_silent and refusal.code != "quota_exceeded":
                    raise
                if time.monotonic() - began > settings.STEP_PENDING_MINUTES * 60:
                    if is_silent:
                        hint = _("Is the cluster up, and does the worker reach it?")
                        raise Refusal("step_lost", refusal.message, hint=hint) from None
                    raise
                self._step.tell(refusal.message)
            self._step.wait_here(LOOK_SECONDS)

    def is_over(self, found: Standing) -> bool:
        now = time.monotonic()
        if self._same_since[0] != found.code:
            self._same_since = (found.code, now)
        if found.seconds is not None and now - self._same_since[1] > found.seconds:
            return True
        return now - self._waits_since > settings.STEP_PENDING_MINUTES * 60


def _events(client: Client, namespace: str, names: list[str]) -> list[dict[str, Any]]:
    return [one for name in names for one in client.objects("Event", namespace, fields=f"involvedObject.name={name}")]


def _is_of(pod: dict[str, Any], attempt: str) -> bool:
    return bool(pod["metadata"]["labels"].get(own("attempt")) == attempt)


def _has_ended(pod: dict[str, Any]) -> bool:
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def _named(now: Standing) -> dict[str, str]:
    return {"pod": now.pod, "node": now.node or "?"}


def _ended_by_hand(pods: list[dict[str, Any]]) -> str:
    names = ", ".join(str(one["metadata"]["name"]) for one in pods) or "?"
    return _("Its node may be gone: `kubectl delete pod --force %(names)s` ends it.") % {"names": names}


def _write_secret(path: str, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
