"""The few calls of the Kubernetes API that we need, over plain HTTP (docs/decisions/0061)."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
from django.utils.translation import gettext as _

from mlops.clusters.kubernetes.kubeconfig import Access
from mlops.clusters.kubernetes.refused import refusal_of
from mlops.formats.refusal import Refusal

MANAGER = "mlops-studio"
CONNECT_SECONDS, ANSWER_SECONDS, SILENT_SECONDS = 3.0, 15.0, 60.0
KINDS = {
    "Deployment": ("apis/apps/v1", "deployments"),
    "Job": ("apis/batch/v1", "jobs"),
    "Service": ("api/v1", "services"),
    "Secret": ("api/v1", "secrets"),
    "Pod": ("api/v1", "pods"),
    "Event": ("api/v1", "events"),
    "HorizontalPodAutoscaler": ("apis/autoscaling/v2", "horizontalpodautoscalers"),
    "PodDisruptionBudget": ("apis/policy/v1", "poddisruptionbudgets"),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies"),
    "HTTPRoute": ("apis/gateway.networking.k8s.io/v1", "httproutes"),
}


class Client:
    """Use as a context manager: it keeps its connections. Every call raises Refusal where the cluster says no."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._http = httpx.Client(
            base_url=access.server,
            verify=_tls(access),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def version(self) -> str:
        """Such as `1.33`."""
        told = self._ask("GET", "version", doing="tell its version")
        return f"{told.get('major', '?')}.{str(told.get('minor', '?')).rstrip('+')}"

    def apply(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        """Server-side apply, without force: what another manager has set is not taken from it."""
        kind, metadata = manifest["kind"], manifest["metadata"]
        asked = {"fieldManager": MANAGER, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
        applied: dict[str, Any] = self._ask(
            "PATCH",
            _path(kind, metadata["namespace"], metadata["name"]),
            doing=f"apply the {kind} {metadata['name']}",
            params=asked,
            content=msgspec.json.encode(manifest),
            headers={"Content-Type": "application/apply-patch+yaml"},
        )
        return applied

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        path, doing = _path(kind, namespace, name), f"show the {kind} {name}"
        found: dict[str, Any] | None = self._ask("GET", path, doing=doing, may_be_missing=True)
        return found

    def objects(self, kind: str, namespace: str, *, labels: str = "", fields: str = "") -> list[dict[str, Any]]:
        asked = {"labelSelector": labels, "fieldSelector": fields}
        params = {name: value for name, value in asked.items() if value}
        answer = self._ask("GET", _path(kind, namespace), doing=f"list {KINDS[kind][1]}", params=params)
        items = answer.get("items") or []
        return [{"kind": kind, **one} for one in items]

    def has_kind(self, kind: str) -> bool:
        """Whether the cluster knows this kind at all, such as HTTPRoute."""
        group, plural = KINDS[kind]
        answer = self._ask("GET", group, doing=f"say whether it has {plural}", may_be_missing=True)
        return any(one.get("name") == plural for one in (answer or {}).get("resources") or [])

    def delete(self, kind: str, namespace: str, name: str) -> bool:
        """Whether it was there. What belongs to it, such as the pods of a Job, goes after it."""
        answer = self._ask(
            "DELETE",
            _path(kind, namespace, name),
            doing=f"delete the {kind} {name}",
            params={"propagationPolicy": "Background"},
            may_be_missing=True,
        )
        return answer is not None

    def logs(self, namespace: str, pod: str, *, lines: int, previous: bool = False) -> list[str]:
        """The last lines of a pod, oldest first; nothing where it has none (yet)."""
        params = {"tailLines": str(lines), "container": "scoring", **({"previous": "true"} if previous else {})}
        answer = self._send("GET", f"{_path('Pod', namespace, pod)}/log", params=params)
        return answer.text.splitlines() if answer.status_code == 200 else []

    def stamped_lines(self, namespace: str, pod: str, *, container: str, since: str, follow: bool) -> Iterator[bytes]:
        """What the container says, each line after the time at which it was said, until it ends or is silent for a
        minute. `since`: a time in whole seconds (RFC 3339), empty: from the first line on."""
        asked = {"container": container, "timestamps": "true", "follow": "true" if follow else "", "sinceTime": since}
        params = {name: value for name, value in asked.items() if value}
        timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
        path = f"/{_path('Pod', namespace, pod)}/log"
        try:
            with self._http.stream("GET", path, headers=self._token(), params=params, timeout=timeout) as answer:
                if answer.status_code == 200:
                    yield from _lines(answer.iter_bytes())
        except httpx.TransportError as error:
            raise unreachable(self._access.server, error) from None

    def through(
        self, method: str, namespace: str, pod: str, path: str, *, headers: Mapping[str, str]
    ) -> httpx.Response:
        """What the server in a pod answers, whatever its status, by way of the API server."""
        return self._send(method, f"{_path('Pod', namespace, pod)}:http/proxy{path}", headers=headers)

    def may(self, verb: str, kind: str, namespace: str, *, part: str = "") -> bool:
        """Asks the cluster's own rules (SelfSubjectAccessReview). `part`: such as proxy of a pod."""
        group, plural = KINDS[kind]
        parts = group.split("/")
        attributes = {"namespace": namespace, "verb": verb, "resource": plural}
        if part:
            attributes["subresource"] = part
        if parts[0] == "apis":
            attributes["group"] = parts[1]
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        answer = self._ask(
            "POST",
            "apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            doing="say what we may do",
            content=msgspec.json.encode(review),
            headers={"Content-Type": "application/json"},
        )
        return bool((answer.get("status") or {}).get("allowed"))

    def _ask(self, method: str, path: str, *, doing: str, may_be_missing: bool = False, **sent: Any) -> Any:
        answer = self._send(method, path, **sent)
        try:
            body = msgspec.json.decode(answer.content) if answer.content else {}
        except msgspec.DecodeError:
            body = {"message": answer.text[:300]}
        if answer.status_code < 300:
            return body
        if answer.status_code == 404 and may_be_missing:
            return None
        raise refusal_of(answer.status_code, body if isinstance(body, dict) else {}, doing=doing)

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any) -> httpx.Response:
        try:
            return self._http.request(method, f"/{path}", headers={**self._token(), **(headers or {})}, **sent)
        except httpx.TransportError as error:
            raise unreachable(self._access.server, error) from None

    def _token(self) -> dict[str, str]:
        token = self._access.token
        if self._access.token_file:
            try:
                token = Path(self._access.token_file).read_text().strip()
            except OSError as error:
                message = _("The token of the cluster cannot be read: %(strerror)s: %(token_file)s.") % {
                    "strerror": error.strerror,
                    "token_file": self._access.token_file,
                }
                raise Refusal("kubeconfig_incomplete", message, hint=_("Look at the cluster's kubeconfig.")) from None
        return {"Authorization": f"Bearer {token}"} if token else {}


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Only line feeds end one: what a program prints may hold any other character."""
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from whole
    if left:
        yield left


def unreachable(server: str, error: Exception) -> Refusal:
    why = str(error) or type(error).__name__
    hint = _("Is the cluster up, and may this machine reach it? Deployments there go on serving meanwhile.")
    if "CERTIFICATE_VERIFY_FAILED" in why:
        hint = _("The kubeconfig's certificate authority is not the one that signed the cluster's certificate.")
    return Refusal(
        "cluster_unreachable",
        _("The cluster at %(server)s cannot be reached: %(why)s.") % {"server": server, "why": why},
        hint=hint,
        status=503,
    )


def _path(kind: str, namespace: str, name: str = "") -> str:
    group, plural = KINDS[kind]
    return f"{group}/namespaces/{namespace}/{plural}{f'/{name}' if name else ''}"


def _tls(access: Access) -> ssl.SSLContext | bool:
    if not access.server.startswith("https://"):
        return False
    try:
        context = ssl.create_default_context(cadata=access.authority or None)
        if not access.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if access.certificate:
            _load_pair(context, access.certificate, access.key)
    except (ssl.SSLError, ValueError) as error:
        message = _("The certificates of the kubeconfig cannot be used: %(error)s.") % {"error": error}
        raise Refusal("kubeconfig_incomplete", message, hint=_("They must be PEM, with the key that fits.")) from None
    return context


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL reads pairs from files only: one that nobody else may read, gone at once."""
    descriptor, path = tempfile.mkstemp(prefix="mlops-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{certificate}\n{key}\n")
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
