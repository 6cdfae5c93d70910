"""A fake API server: server-side apply with owners of fields, strict schemas, rules of access; tests move its pods."""

from __future__ import annotations

import contextlib
import copy
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import kubernetes_validate
import yaml

Thing = dict[str, Any]
PATH = re.compile(r"/(api/v1|apis/([^/]+)/[^/]+)/namespaces/([^/]+)/([a-z]+)(?:/([^/]+))?(?:/(log))?$")
PROXY = re.compile(r"/api/v1/namespaces/[^/]+/pods/([^/:]+):http/proxy(/.*)")
USER = "system:serviceaccount:scoring:mlops-studio"
REVISION = "studio.mlops/revision"
TOKEN = "a-token"
RESOURCES = {
    "apis/gateway.networking.k8s.io/v1": ["httproutes", "gateways"],
    "apis/apps/v1": ["deployments"],
}


class FakeCluster:
    def __init__(self) -> None:
        self.namespaces = {"scoring", "default"}
        self.objects: dict[tuple[str, str, str], Thing] = {}
        self.owners: dict[tuple[str, str, str], dict[str, str]] = {}
        self.forbidden: set[tuple[str, str]] = set()
        self.logs: dict[str, list[str]] = {}
        self.requests: list[tuple[str, str]] = []
        self.servers: dict[str, str] = {}
        """Pod to the URL of a server that stands for the one in it."""
        self.has_gateway = True
        self.is_silent = False
        """As if its API server were down."""
        self.lost_answers = 0
        """So many changes are made, and the connection breaks before anybody hears of it."""
        self.lock = threading.RLock()
        cluster = self

        class Handler(_Handler):
            fake = cluster

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> FakeCluster:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def kubeconfig(self) -> str:
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "test",
                "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u", "namespace": "scoring"}}],
                "clusters": [{"name": "c", "cluster": {"server": self.url}}],
                "users": [{"name": "u", "user": {"token": TOKEN}}],
            }
        )

    # -- what one with a kubelet does otherwise

    def said(self, pod: str, *, since: str = "", follow: bool = False) -> Iterator[str]:
        yield from self.logs.get(pod, [])

    def about_to_come(self, given: Thing) -> None:
        """Raises No where the cluster will not have it."""

    def about_to_go(self, key: tuple[str, str, str]) -> None:
        """It is there still."""

    # -- what a test moves

    def of(self, plural: str) -> list[Thing]:
        return [one for (_, kind, _), one in self.objects.items() if kind == plural]

    def roll_out(self, deployment: Thing, *, ready: int | None = None, **container: Any) -> list[Thing]:
        """Pods of the Deployment's present template; `container` is the status of each (default: running)."""
        namespace, name = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
        count = deployment["spec"].setdefault("replicas", 1)
        ready = count if ready is None else ready
        revision = deployment["spec"]["template"]["metadata"]["labels"][REVISION]
        self.drop_pods(deployment)
        pods = [self._pod(deployment, number, revision, number < ready, container) for number in range(count)]
        for pod in pods:
            self.objects[namespace, "pods", pod["metadata"]["name"]] = pod
        self.objects[namespace, "deployments", name]["status"] = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": count, "updatedReplicas": count, "readyReplicas": ready, "availableReplicas": ready,
        }  # fmt: skip
        return pods

    def drop_pods(self, deployment: Thing) -> None:
        instance = deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"]
        for key, one in list(self.objects.items()):
            if key[1] == "pods" and one["metadata"]["labels"]["app.kubernetes.io/instance"] == instance:
                del self.objects[key]

    def _pod(self, deployment: Thing, number: int, revision: str, ready: bool, container: Thing) -> Thing:
        status = container or {"state": {"running": {}}, "restartCount": 0}
        said = "True" if ready and not container else "False"
        conditions = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": said}]
        return {
            "metadata": {
                "name": f"{deployment['metadata']['name']}-{revision}-{number}",
                "namespace": deployment["metadata"]["namespace"],
                "labels": dict(deployment["spec"]["template"]["metadata"]["labels"]),
            },
            "status": {"conditions": conditions, "containerStatuses": [{"name": "scoring", "ready": ready, **status}]},
        }


class _Handler(BaseHTTPRequestHandler):
    fake: FakeCluster
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("get")

    def do_PATCH(self) -> None:
        self._answer("patch")

    def do_POST(self) -> None:
        self._answer("create")

    def do_DELETE(self) -> None:
        self._answer("delete")

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, verb: str) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.fake.requests.append((self.command, self.path))
        if self.fake.is_silent:
            self.close_connection = True
            return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, _encoded(_status("Unauthorized")))
            return
        if proxied := PROXY.fullmatch(url.path):
            self._proxy(verb, proxied[1], proxied[2], body)
            return
        if "follow" in asked:
            self._follow(url.path, asked)
            return
        try:
            with self.fake.lock:
                content = _encoded(self._act(verb, url.path, asked, body))
            if verb != "get" and self.fake.lost_answers:
                self.fake.lost_answers -= 1
                self.close_connection = True
                return
            self._send(200, content)
        except No as no:
            self._send(no.status, _encoded(no.body))

    def _follow(self, path: str, asked: Mapping[str, str]) -> None:
        """Until the container has ended."""
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        match = PATH.fullmatch(path)
        assert match is not None
        with contextlib.suppress(OSError):
            for line in self.fake.said(match[5], since=asked.get("sinceTime", ""), follow=True):
                self.wfile.write(f"{line}\n".encode())

    def _proxy(self, verb: str, pod: str, path: str, body: bytes) -> None:
        """As the API server does it, which keeps the caller's token to itself."""
        if (verb, "pods/proxy") in self.fake.forbidden:
            self._send(403, _encoded(_status(f"pods/proxy is forbidden: cannot {verb}")))
            return
        if pod not in self.fake.servers:
            self._send(503, _encoded(_status("no endpoints available")))
            return
        headers = {name: value for name, value in self.headers.items() if name.lower().startswith("x-")}
        answer = httpx.request(self.command, f"{self.fake.servers[pod]}{path}", headers=headers, content=body)
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def _act(self, verb: str, path: str, asked: Mapping[str, str], body: bytes) -> Any:
        fake = self.fake
        if path == "/version":
            return {"major": "1", "minor": "33+"}
        if path.strip("/") in RESOURCES:
            if "gateway" in path and not fake.has_gateway:
                raise No(404, "the server could not find the requested resource")
            return {"resources": [{"name": name} for name in RESOURCES[path.strip("/")]]}
        if path.endswith("/selfsubjectaccessreviews"):
            attributes = json.loads(body)["spec"]["resourceAttributes"]
            return {"status": {"allowed": (attributes["verb"], attributes["resource"]) not in fake.forbidden}}
        match = PATH.fullmatch(path)
        if match is None:
            raise No(404, "the server could not find the requested resource")
        group, namespace, plural, name, log = match[2] or "", match[3], match[4], match[5], match[6]
        verb = "list" if verb == "get" and not name else verb
        if (verb, plural) in fake.forbidden:
            full = f"{plural}.{group}" if group else plural
            said = f'{full} is forbidden: User "{USER}" cannot {verb} resource "{plural}" in API group "{group}"'
            raise No(403, f'{said} in the namespace "{namespace}"')
        if log:
            return "\n".join(fake.said(name, since=asked.get("sinceTime", ""))) + "\n"
        if verb == "list":
            return {"items": list(self._listed(namespace, plural, asked))}
        key = (namespace, plural, name)
        if verb == "patch":
            return self._apply(key, yaml.safe_load(body), asked)
        if key not in fake.objects:
            raise No(404, f'{plural} "{name}" not found')
        if verb == "delete":
            fake.about_to_go(key)
            return fake.objects.pop(key)
        return fake.objects[key]

    def _listed(self, namespace: str, plural: str, asked: Mapping[str, str]) -> Iterator[Thing]:
        pairs = dict(part.split("=", 1) for part in asked.get("labelSelector", "").split(",") if part)
        about = asked.get("fieldSelector", "").removeprefix("involvedObject.name=")
        for (where, kind, _), one in self.fake.objects.items():
            is_about = not about or one.get("involvedObject", {}).get("name") == about
            labels = one["metadata"].get("labels", {})
            if (where, kind) == (namespace, plural) and is_about and pairs.items() <= labels.items():
                yield one

    def _apply(self, key: tuple[str, str, str], given: Thing, asked: Mapping[str, str]) -> Thing:
        fake, manager = self.fake, asked["fieldManager"]
        if key[0] not in fake.namespaces:
            raise No(404, f'namespaces "{key[0]}" not found')
        if given["kind"] != "HTTPRoute":
            try:
                kubernetes_validate.validate(given, "1.33", strict=True)
            except kubernetes_validate.ValidationError as error:
                raise No(422, str(error.message), causes=[{"field": "spec", "message": error.message}]) from None
        owners = fake.owners.get(key, {})
        old = _leaves(fake.objects.get(key, {}))
        new = _leaves({name: given[name] for name in given if name in ("spec", "data")})
        taken = [
            {"field": path, "message": f'conflict with "{owners[path]}" using {given["apiVersion"]}'}
            for path, value in new.items()
            if owners.get(path, manager) != manager and old.get(path) != value
        ]
        if taken:
            raise No(409, f"Apply failed with {len(taken)} conflicts", causes=taken)
        fake.about_to_come(given)
        if asked.get("dryRun"):
            return given
        before = fake.objects.get(key, {})
        kept = {path: value for path, value in old.items() if owners.get(path, manager) != manager}
        one = copy.deepcopy(given)
        if "replicas" in before.get("spec", {}) and "replicas" not in one.get("spec", {}) and ".spec.replicas" in kept:
            one["spec"]["replicas"] = before["spec"]["replicas"]
        is_changed = before.get("spec") != one.get("spec")
        one["metadata"]["generation"] = before.get("metadata", {}).get("generation", 0) + is_changed
        one["status"] = before.get("status", {})
        fake.objects[key] = one
        fake.owners[key] = {path: owner for path, owner in owners.items() if owner != manager} | dict.fromkeys(
            new, manager
        )
        return one

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class No(Exception):
    def __init__(self, status: int, message: str, *, causes: list[Thing] | None = None) -> None:
        self.status, self.body = status, _status(message, causes)


def _encoded(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _status(message: str, causes: list[Thing] | None = None) -> Thing:
    return {"kind": "Status", "status": "Failure", "message": message, "details": {"causes": causes or []}}


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {key: leaf for name, one in value.items() for key, leaf in _leaves(one, f"{path}.{name}").items()}
    return {path: value}
