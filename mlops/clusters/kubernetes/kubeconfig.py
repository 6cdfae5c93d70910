"""Reads who and where from a kubeconfig, or from the service account of the pod that we run in. Nothing is run."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
FLATTEN = "Write it anew with: kubectl config view --minify --flatten --raw."
IN_FILE = {
    "certificate-authority": "certificate-authority-data",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
}


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach one cluster as one user. Certificates and keys are PEM text."""

    server: str
    authority: str = ""
    """Empty: the system's."""
    certificate: str = ""
    key: str = ""
    token: str = ""
    token_file: str = ""
    """Read anew for every request: the cluster replaces it."""
    verify: bool = True
    server_name: str = ""
    namespace: str = "default"

    def __repr__(self) -> str:
        return f"Access({self.server!r})"


def read(text: str, *, context: str = "", folder: Path | None = None) -> Access:
    """`folder`: where the file lies, for paths in it; None refuses paths, as in a file that somebody uploaded.

    Raises Refusal `kubeconfig_unreadable`, `kubeconfig_incomplete`, `context_unknown` or `kubeconfig_runs_programs`."""
    config = _parsed(text)
    name = context or str(config.get("current-context") or "")
    contexts = _named(config, "contexts", "context")
    if name not in contexts:
        hint = nearest(name, contexts) or _("There are: %(known)s.") % {"known": ", ".join(contexts) or _("none")}
        message = (
            _("The kubeconfig has no context “%(name)s”.") % {"name": name}
            if name
            else _("The kubeconfig names no current context.")
        )
        raise Refusal("context_unknown", message, hint=hint, where=Where(parameter="context"))
    chosen = contexts[name]
    cluster = _one(config, "clusters", "cluster", str(chosen.get("cluster") or ""))
    user = _one(config, "users", "user", str(chosen.get("user") or ""))
    _refuse_programs(user)
    server = str(cluster.get("server") or "").rstrip("/")
    if not server.startswith(("https://", "http://")):
        raise _incomplete(_("The cluster of the context “%(name)s” has no server address.") % {"name": name})
    return Access(
        server=server,
        authority=_content(cluster, "certificate-authority", folder),
        certificate=_content(user, "client-certificate", folder),
        key=_content(user, "client-key", folder),
        token=str(user.get("token") or ""),
        token_file=_path(user, "tokenFile", folder),
        verify=not cluster.get("insecure-skip-tls-verify"),
        server_name=str(cluster.get("tls-server-name") or ""),
        namespace=str(chosen.get("namespace") or "default"),
    )


def in_cluster(environ: dict[str, str], *, account: Path = ACCOUNT) -> Access:
    """Of the pod's own service account. Raises Refusal `not_in_cluster`."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST", ""), environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (account / "token").is_file():
        raise Refusal(
            "not_in_cluster",
            _("This server does not run in a pod with a service account."),
            hint=_("Give the cluster a kubeconfig."),
        )
    return Access(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        authority=(account / "ca.crt").read_text(),
        token_file=str(account / "token"),
        namespace=(account / "namespace").read_text().strip() if (account / "namespace").is_file() else "default",
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refusal(
            "kubeconfig_unreadable", _("The kubeconfig is no YAML: %(error)s.") % {"error": error}, hint=FLATTEN
        ) from None
    if not isinstance(config, dict) or not config.get("clusters"):
        raise Refusal("kubeconfig_unreadable", _("The file is no kubeconfig: it lists no clusters."), hint=FLATTEN)
    return config


def _named(config: dict[str, Any], many: str, one: str) -> dict[str, dict[str, Any]]:
    rows = config.get(many) or []
    return {str(row.get("name")): row.get(one) or {} for row in rows if isinstance(row, dict)}


def _one(config: dict[str, Any], many: str, one: str, name: str) -> dict[str, Any]:
    rows = _named(config, many, one)
    if name not in rows:
        raise _incomplete(
            _("The kubeconfig's context names the %(part)s “%(name)s”, which the file does not have.")
            % {"part": one, "name": name}
        )
    return rows[name]


def _refuse_programs(user: dict[str, Any]) -> None:
    for way in ("exec", "auth-provider"):
        if user.get(way):
            named = user[way].get("command") or user[way].get("name") or way
            raise Refusal(
                "kubeconfig_runs_programs",
                _("This kubeconfig asks the program “%(named)s” for its credentials (%(way)s); no program is run here.")
                % {"named": named, "way": way},
                hint=_("Make a service account with a token for this server, and a kubeconfig with that token."),
            )
    if user.get("username"):
        hint = _("Use a token or a client certificate.")
        raise Refusal("kubeconfig_incomplete", _("Kubernetes takes no user name and password any more."), hint=hint)


def _content(part: dict[str, Any], name: str, folder: Path | None) -> str:
    data = part.get(IN_FILE[name])
    if data:
        try:
            return base64.b64decode(str(data), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _incomplete(
                _("%(in_file)s in the kubeconfig is not base64 of a PEM text.") % {"in_file": IN_FILE[name]}
            ) from None
    path = _path(part, name, folder)
    if not path:
        return ""
    try:
        return Path(path).read_text()
    except OSError as error:
        raise _incomplete(
            _("%(name)s cannot be read: %(reason)s: %(path)s.") % {"name": name, "reason": error.strerror, "path": path}
        ) from None


def _path(part: dict[str, Any], name: str, folder: Path | None) -> str:
    given = str(part.get(name) or "")
    if not given:
        return ""
    if folder is None:
        raise _incomplete(
            _("The kubeconfig points to a file of another machine (%(name)s: %(given)s).")
            % {"name": name, "given": given}
        )
    return str(folder / given)


def _incomplete(message: str) -> Refusal:
    return Refusal("kubeconfig_incomplete", message, hint=FLATTEN)
