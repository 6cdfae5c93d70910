"""The settings that come from outside: every `MLOPS_…` variable, its default and where its value came from."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from mlops.formats.refusal import Refusal, nearest

SECRET = "secret"
HIDDEN = "(set, not shown)"
SECRET_KEY_FILE = "secret_key"
JOINED_FILE = "joined.json"
"""In the data directory of a machine that has joined: the settings that it got (`mlops worker join`)."""
Choice = TypeVar("Choice", bound=str)
FOLDER_HINT = "Give another directory with --data-dir."


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    help: str
    default: str = ""
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable(name="MLOPS_DATA_DIR", help="Where everything is kept.", default="~/.mlops-studio"),
    Variable(
        name="MLOPS_DATA_DIR_SHARED",
        help="1: web, workers and routers have this one directory together, though routers ask for their table: each"
        " router then runs the servers of deployments as processes beside it.",
        default="0",
    ),
    Variable(name="MLOPS_DATABASE_URL", help="SQLite in the data directory, or postgres://…", secret=True),
    Variable(
        name="MLOPS_DATABASE_CONNECTIONS",
        help="The most connections that one web process has to PostgreSQL; requests wait 10 s for one, then get 503.",
        default="30",
    ),
    Variable(
        name="MLOPS_RUN_METRICS_COMMIT",
        help="`soon`: metrics that MLflow's clients send to PostgreSQL are answered before they are on disk. If its"
        " server or machine crashes, those of the last 0.6 s are lost; the end of a run waits for the disk, and for all"
        " that was told before. `durable`: each is waited for. SQLite waits for none.",
        default="soon",
    ),
    Variable(name="MLOPS_BROKER_URL", help="A folder in the data directory, or redis://…, amqp://…", secret=True),
    Variable(
        name="MLOPS_REDIS_URL",
        help="Read by nothing: notices reach all web processes by the database. It may stay set.",
        secret=True,
    ),
    Variable(
        name="MLOPS_STORAGE_URL",
        help="Where blobs are kept: file:///… or s3://bucket/prefix?endpoint=https://…&region=… (default: in the data"
        " directory). The name and the secret of a bucket are given by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
    Variable(
        name="MLOPS_STORAGE_CACHE_BYTES",
        help="How much of a bucket each machine keeps on its own disk.",
        default="21474836480",
    ),
    Variable(
        name="MLOPS_JOIN_DATABASE_URL",
        help="How machines that join reach the database, if not as MLOPS_DATABASE_URL says.",
        secret=True,
    ),
    Variable(name="MLOPS_JOIN_BROKER_URL", help="How they reach the broker, if otherwise.", secret=True),
    Variable(name="MLOPS_JOIN_STORAGE_URL", help="How they reach the bucket, if otherwise."),
    Variable(name="MLOPS_JOIN_TOKEN", help="What `mlops worker join` shows, instead of --token.", secret=True),
    Variable(name="MLOPS_SECRET_KEY", help="Signs sessions and derives endpoint keys.", secret=True),
    Variable(name="MLOPS_ADMIN_PASSWORD", help="Password of the first administrator.", secret=True),
    Variable(name="MLOPS_URL", help="The server that the client commands talk to, and that pages link to."),
    Variable(name="MLOPS_TOKEN", help="The token that the client commands sign in with.", secret=True),
    Variable(name="MLOPS_REASON", help="Why: the client commands send it with each act, for the audit trail."),
    Variable(
        name="MLOPS_REASON_REQUIRED",
        help="Events that people must give a reason for, with commas: mlops.endpoint.traffic_changed, *.deleted.",
    ),
    Variable(name="MLOPS_REGISTRY_PASSWORD", help="What `mlops cluster create` sends for the registry.", secret=True),
    Variable(name="MLOPS_ROUTER_URL", help="Where callers reach the router.", default="http://127.0.0.1:8001"),
    Variable(name="MLOPS_INNER_URL", help="Where steps reach this server, if not at MLOPS_URL."),
    Variable(name="MLOPS_INNER_ROUTER_URL", help="Where this server reaches the router, if not at MLOPS_ROUTER_URL."),
    Variable(
        name="MLOPS_ROUTER_TOKEN",
        help="How routers on machines of their own and this server know each other; the same at all of them.",
        secret=True,
    ),
    Variable(
        name="MLOPS_ALLOWED_HOSTS",
        help="Host names that pages answer to besides this machine's, with commas; *: any.",
    ),
    Variable(name="MLOPS_PASSWORD_LENGTH", help="The fewest characters of a password.", default="10"),
    Variable(
        name="MLOPS_SECOND_FACTOR",
        help="Who must use a second factor: optional, administrators, owners, everybody.",
        default="optional",
    ),
    Variable(
        name="MLOPS_SECOND_FACTOR_GRACE_DAYS",
        help="How many days people have to set it up, from the first start with it.",
        default="0",
    ),
    Variable(name="MLOPS_SESSION_HOURS", help="How long one stays signed in.", default="336"),
    Variable(name="MLOPS_SESSION_IDLE_HOURS", help="How long without a visit; 0: it does not matter.", default="0"),
    Variable(
        name="MLOPS_CONFIRM_MINUTES",
        help="How long after signing in tokens, people and second factors may be changed without asking; 0: always.",
        default="60",
    ),
    Variable(name="MLOPS_OIDC_ISSUER", help="Who people may sign in by: an OpenID Connect issuer, https://…"),
    Variable(name="MLOPS_OIDC_CLIENT_ID", help="How this server is registered there."),
    Variable(name="MLOPS_OIDC_CLIENT_SECRET", help="The secret of that registration.", secret=True),
    Variable(name="MLOPS_OIDC_NAME", help="What the button says.", default="OpenID Connect"),
    Variable(name="MLOPS_OIDC_SCOPES", help="What is asked for.", default="openid profile email"),
    Variable(name="MLOPS_OIDC_GROUP_CLAIM", help="The claim that lists groups.", default="groups"),
    Variable(name="MLOPS_OIDC_GROUPS", help="What they give: group=administrator, group=project/role, with commas."),
    Variable(
        name="MLOPS_OUTSIDE_PEOPLE", help="Who comes from there is created, or must be invited.", default="invited"
    ),
    Variable(name="MLOPS_OUTSIDE_DOMAINS", help="Domains of addresses that are created, with commas; empty: any."),
    Variable(name="MLOPS_LDAP_URL", help="A directory that knows names and passwords: ldaps://host."),
    Variable(name="MLOPS_LDAP_STARTTLS", help="1: ldap:// becomes encrypted before anything is sent.", default="0"),
    Variable(name="MLOPS_LDAP_BIND_DN", help="Who searches there; empty: nobody in particular."),
    Variable(name="MLOPS_LDAP_BIND_PASSWORD", help="Its password.", secret=True),
    Variable(name="MLOPS_LDAP_BASE", help="Where people are searched: ou=people,dc=example,dc=org."),
    Variable(name="MLOPS_LDAP_FILTER", help="How: %s is the name.", default="(|(uid=%s)(mail=%s))"),
    Variable(name="MLOPS_LDAP_GROUPS", help="What groups there give, as MLOPS_OIDC_GROUPS says it."),
    Variable(
        name="MLOPS_SAML_METADATA", help="Who people may sign in by: the metadata of a SAML provider, file or https://…"
    ),
    Variable(name="MLOPS_SAML_NAME", help="What the button says.", default="SAML"),
    Variable(name="MLOPS_SAML_GROUP_ATTRIBUTE", help="The attribute that lists groups.", default="groups"),
    Variable(name="MLOPS_SAML_GROUPS", help="What groups there give, as MLOPS_OIDC_GROUPS says it."),
    Variable(name="MLOPS_SAML_KEY", help="A private key (PEM) that reads encrypted assertions.", secret=True),
    Variable(name="MLOPS_SAML_CERTIFICATE", help="The file with its certificate (PEM), which the metadata tells."),
    Variable(name="MLOPS_HSTS_SECONDS", help="How long browsers insist on https; 0: they do not.", default="0"),
    Variable(name="MLOPS_RATE_PERSON", help="REST requests a minute of a person; 0: any number.", default="0"),
    Variable(name="MLOPS_RATE_ADDRESS", help="Those of an address that nobody signed in at; 0: any.", default="600"),
    Variable(name="MLOPS_LOCKOUT_ATTEMPTS", help="Wrong passwords for a name from an address; 0: any.", default="5"),
    Variable(
        name="MLOPS_LOCKOUT_ADDRESS_ATTEMPTS", help="Wrong ones from an address for all names; 0: any.", default="60"
    ),
    Variable(name="MLOPS_LOCKOUT_MINUTES", help="How long they have to wait then.", default="5"),
    Variable(
        name="MLOPS_STEP_CONTAINERS",
        help="Where steps with an image run: auto (in a Docker engine that answers), kubernetes, never.",
        default="auto",
    ),
    Variable(name="MLOPS_STEP_NETWORK", help="Of steps in containers: none, bridge, host.", default="none"),
    Variable(
        name="MLOPS_STEP_CLUSTER",
        help="With kubernetes: the cluster, as it is named under “Clusters”; empty: the one that this process is in.",
    ),
    Variable(name="MLOPS_STEP_NAMESPACE", help="Its namespace for steps; empty: the cluster's usual one."),
    Variable(name="MLOPS_STEP_CLAIM", help="The claim there (ReadWriteMany) that holds the folders of steps."),
    Variable(name="MLOPS_STEP_CLAIM_FOLDER", help="Where this machine has that claim; empty: the data directory."),
    Variable(
        name="MLOPS_STEP_PENDING_MINUTES",
        help="How long a step waits for a place in its cluster, or for a cluster that is silent.",
        default="30",
    ),
    Variable(name="MLOPS_STEP_SLOTS", help="How many steps run at once on this machine."),
    Variable(name="MLOPS_WORKER_LABELS", help="What this machine's worker may be asked for: gpu,zone=a."),
    Variable(name="MLOPS_WORKER_GPUS", help="How many GPUs it has for steps; empty: it looks."),
    Variable(
        name="MLOPS_AUTOSCALE_COMMAND",
        help="What a worker runs where a pool should have more or fewer workers: COMMAND POOL WANTED HAS.",
    ),
    Variable(
        name="MLOPS_AUTOSCALE_ENVIRONMENT",
        help="Further variables that it gets, separated by commas: those that begin with MLOPS_ or AWS_ it lacks else.",
    ),
    Variable(
        name="MLOPS_AUTOSCALE_PAUSE_SECONDS",
        help="How long it is not run again for the same pool.",
        default="120",
    ),
    Variable(
        name="MLOPS_ENVIRONMENT_KEEP_DAYS",
        help="When unused built environments go; empty: they stay.",
    ),
    Variable(
        name="MLOPS_TORCH_BACKEND",
        default="auto",
        help="Which PyTorch environments get: auto (cpu without a GPU), cpu, cu128, …; off: that of the plain index.",
    ),
    Variable(name="MLOPS_ADVISORIES_URL", help="Where known vulnerabilities are asked for (PyPI's JSON)."),
    Variable(name="MLOPS_STEP_MEMORY_BYTES", help="Memory for data that one step may use."),
    Variable(name="MLOPS_STEP_PROCESSES", help="How many processes one step may start at once.", default="512"),
    Variable(name="MLOPS_STEP_DISK_BYTES", help="What one step may have on the disk.", default="100000000000"),
    Variable(
        name="MLOPS_STEP_FREE_BYTES", help="Steps are stopped when less of the disk is free.", default="500000000"
    ),
    Variable(name="MLOPS_STEP_SECONDS", help="The longest time that any step may take; its own limit may be shorter."),
    Variable(name="MLOPS_CODE_MOST_BYTES", help="The largest code folder that is taken.", default="524288000"),
    Variable(name="MLOPS_CODE_MOST_FILES", help="How many files it may hold.", default="5000"),
    Variable(
        name="MLOPS_JOB_CONFINEMENT",
        help="Whether people's code is confined to its own files: required, preferred or off.",
        default="preferred",
    ),
    Variable(name="MLOPS_JOB_READABLE", help="Folders that all jobs may read besides, separated by colons."),
    Variable(
        name="MLOPS_GARBAGE_GRACE_HOURS",
        help="How long stored bytes that nothing holds are kept at least.",
        default="24",
    ),
    Variable(name="MLOPS_UPLOAD_MOST_BYTES", help="The largest file that may be uploaded.", default="107374182400"),
    Variable(
        name="MLOPS_UPLOADS_MOST_BYTES",
        help="How large one person's unfinished uploads may be together.",
        default="214748364800",
    ),
    Variable(name="MLOPS_UPLOAD_KEEP_HOURS", help="How long unfinished uploads wait to be resumed.", default="48"),
    Variable(name="MLOPS_BIN_DAYS", help="How long deleted runs can be restored; 0: always.", default="30"),
    Variable(
        name="MLOPS_IMPORT_PRIVATE_HOSTS",
        help="Hosts besides public ones that Import Data and data stores may fetch from.",
    ),
    Variable(name="MLOPS_DATASTORE_ROOTS", help="Folders of the server that data stores may read, with ':' between."),
    Variable(
        name="MLOPS_CHANGED_DATA",
        default="refuse",
        help="What a job does with data that changed at its address since it was registered: refuse or warn.",
    ),
    Variable(name="MLOPS_SMTP_URL", help="The mail server: smtp://user:password@host:587.", secret=True),
    Variable(name="MLOPS_MAIL_FROM", help="Whom mail comes from.", default="MLOps Studio <mlops@localhost>"),
    Variable(
        name="MLOPS_SUBSCRIPTION_AUTHORIZATION",
        help="What `mlops subscription create` lets be sent as the header Authorization.",
        secret=True,
    ),
    Variable(name="MLOPS_ALLOWED_PRIVATE_HOSTS", help="Hosts, addresses and networks that alerts may be sent to."),
    Variable(name="MLOPS_IMPORT_MOST_BYTES", help="The largest file that Import Data fetches.", default="5000000000"),
    Variable(name="MLOPS_WATCHED_FOLDERS", help="Folders that schedules may watch for files, separated by colons."),
    Variable(name="MLOPS_PRICE_CORE_HOUR", help="What a core costs an hour, for profiles of models.", default="0.04"),
    Variable(name="MLOPS_PRICE_GB_HOUR", help="What a GiB of memory costs an hour.", default="0.005"),
    Variable(name="MLOPS_PRICE_CURRENCY", help="The currency of both prices.", default="USD"),
    Variable(name="MLOPS_LOG_FORMAT", help="How the server's processes log: text, or json lines.", default="text"),
    Variable(name="MLOPS_METRICS_TOKEN", help="A token that may read /metrics, and nothing else.", secret=True),
    Variable(name="MLOPS_OTEL_ENDPOINT", help="Where traces and metrics go by OTLP over HTTP: http://host:4318."),
    Variable(name="MLOPS_OTEL_HEADERS", help="Headers for it: key=value, with commas.", secret=True),
    Variable(name="MLOPS_OTEL_SHARE", help="Share of the traces that begin here that is sent, 0-1.", default="1"),
    Variable(name="MLOPS_TELEMETRY_MINUTES_DAYS", help="How long counts by minute are kept, in days.", default="14"),
    Variable(name="MLOPS_TELEMETRY_HOURS_DAYS", help="How long counts by hour are kept, in days.", default="400"),
    Variable(name="MLOPS_DEBUG_PORT", help="Where a debugger attaches to a scoring script: PORT or HOST:PORT."),
    Variable(name="MLOPS_DEBUG_WAIT", help="1: the script waits for the debugger before init().", default="0"),
    Variable(name="MLOPS_DEBUG", help="1 shows Django's debug pages. Never in service.", default="0"),
    Variable(name="MLOPS_SKIP_FRONTEND", help="1 installs without building the canvas."),
)


def read(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The variable's value, else the content of the file that NAME_FILE names, else the default."""
    variable = next(v for v in VARIABLES if v.name == name)
    if environ.get(name):
        return environ[name]
    if environ.get(f"{name}_FILE"):
        path = Path(environ[f"{name}_FILE"])
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Refusal(
                "setting_unreadable", f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
            ) from error
    return variable.default


def choice(name: str, allowed: tuple[Choice, ...], environ: Mapping[str, str] = os.environ) -> Choice:
    """Raises Refusal `setting_invalid` for a value that is none of them."""
    value = read(name, environ)
    chosen = next((one for one in allowed if one == value), None)
    if chosen is None:
        raise Refusal("setting_invalid", f"{name} is “{value}”; it must be one of: {', '.join(allowed)}.")
    return chosen


def origin(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """`environment`, `file` or `default`."""
    if environ.get(name):
        return "environment"
    return "file" if environ.get(f"{name}_FILE") else "default"


def shown(variable: Variable) -> str:
    """The value as it may be shown: of a secret only that there is one, of a file that cannot be read why."""
    try:
        value = read(variable.name)
    except Exception as error:  # a file that cannot be read is what people ask about
        return str(error)
    return HIDDEN if variable.secret and value else value


def unknown_names(environ: Mapping[str, str] = os.environ) -> list[str]:
    """One warning for each `MLOPS_…` variable that nothing reads, with the nearest valid name."""
    known = {v.name for v in VARIABLES} | {f"{v.name}_FILE" for v in VARIABLES}
    inside = {"MLOPS_MODEL_DIR"}
    strangers = sorted(n for n in environ if n.startswith("MLOPS_") and n not in known | inside)
    return [f"{name} is not a setting of MLOps Studio. {nearest(name, known)}".strip() for name in strangers]


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    return Path(read("MLOPS_DATA_DIR", environ)).expanduser().absolute()


def choose_data_dir(given: str | None) -> None:
    """For this process and its children; nothing given leaves it to the settings."""
    if given:
        os.environ["MLOPS_DATA_DIR"] = str(Path(given).expanduser().absolute())


def usable(folder: Path) -> Path:
    """The folder, there and writable. Raises Refusal `data_dir_unusable` naming what stands against it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("data_dir_unusable", f"{folder} cannot be made: {error.strerror}.", hint=FOLDER_HINT) from error
    if not os.access(folder, os.W_OK):
        raise Refusal("data_dir_unusable", f"{folder} cannot be written to.", hint=FOLDER_HINT)
    return folder


def write_joined(settings: Mapping[str, str], *, server: str) -> Path:
    """For its owner alone, and whole at once."""
    place = data_dir() / JOINED_FILE
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{JOINED_FILE}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    content = msgspec.json.format(msgspec.json.encode({"server": server, "settings": dict(settings)}))
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return place


def take_joined() -> None:
    """What this machine got when it joined becomes its environment; what stands there already counts more. Raises
    Refusal `setting_unreadable`."""
    place = data_dir() / JOINED_FILE
    try:
        found: dict[str, str] = msgspec.json.decode(place.read_bytes())["settings"]
    except FileNotFoundError:
        return
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        hint = "Join anew: mlops worker join URL --token … --again."
        raise Refusal("setting_unreadable", f"{place} cannot be read: {error}.", hint=hint) from error
    for name, value in found.items():
        if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
            os.environ[name] = value


def secret_key(environ: Mapping[str, str] = os.environ) -> str:
    """The given key, else one made at the first start and kept in the data directory, readable by its owner alone."""
    given = read("MLOPS_SECRET_KEY", environ)
    if given:
        return given
    path = data_dir(environ) / SECRET_KEY_FILE
    return _kept_key(path) or _made_key(path)


def _kept_key(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def _made_key(path: Path) -> str:
    """Web and worker start at the same time: one makes it, and nobody sees the file before the key is in it."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(".secret_key.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if key := _kept_key(path):
            return key
        draft, key = path.with_name(".secret_key.part"), secrets.token_urlsafe(50)
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return key
