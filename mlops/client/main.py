"""The console script `mlops`: loads only the command that is asked for, and turns refusals into exit statuses.

Exit status: 0 done, 1 the job or request failed, 2 wrong usage, 3 refused."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlops.client.words import Words

DONE, FAILED, WRONG_USAGE, REFUSED = 0, 1, 2, 3


class Group(NamedTuple):
    """`define` is a "module:function" that adds the command's arguments to its parser; it is loaded when asked for."""

    name: str
    help: str
    define: str


GROUPS: tuple[Group, ...] = (
    Group("up", "start everything: pages, API, worker, router", "mlops.server.up:define"),
    Group("serve", "one part alone: web, worker or router, for containers", "mlops.server.serve:define"),
    Group("migrate", "the database made ready for the parts that run apart", "mlops.server.migrate:define"),
    Group("demo", "pipeline, model, ONNX, endpoint and prediction on real data, in one go", "mlops.server.demo:define"),
    Group(
        "doctor", "every setting with its origin, every part with its state and remedy", "mlops.server.doctor:define"
    ),
    Group("backup", "database and files together in one file, also while running", "mlops.server.backup:define_backup"),
    Group("restore", "a backup put back", "mlops.server.backup:define_restore"),
    Group("upgrade", "an older version's tables brought up to date, and back", "mlops.server.upgrade:define"),
    Group("bin", "what was deleted, and can be restored or removed for good", "mlops.client.commands.bin:define"),
    Group("storage", "what is stored, and what of it nothing needs any more", "mlops.server.storage:define"),
    Group("login", "remember a server and a token", "mlops.client.commands.login:define"),
    Group("workspace", "projects, as Azure ML calls them", "mlops.client.commands.workspace:define"),
    Group("token", "personal tokens", "mlops.client.commands.token:define"),
    Group("account", "your sessions and your second factor", "mlops.client.commands.account:define"),
    Group("person", "the people of the server, for administrators", "mlops.client.commands.person:define"),
    Group("invitation", "links by which people come in", "mlops.client.commands.invitation:define"),
    Group("lockout", "who was wrong too often, and has to wait", "mlops.client.commands.lockout:define"),
    Group("role", "roles made of actions, and what a person may do", "mlops.client.commands.role:define"),
    Group("group", "groups of people, and their roles in projects", "mlops.client.commands.group:define"),
    Group("service-account", "programs in a project", "mlops.client.commands.service_account:define"),
    Group("share", "a single thing, shown to somebody outside of its project", "mlops.client.commands.share:define"),
    Group("unshare", "a single thing, shown no more", "mlops.client.commands.share:define_unshare"),
    Group("data", "data assets: tables, files, folders", "mlops.client.commands.data:define"),
    Group("datastore", "places outside that data comes from", "mlops.client.commands.datastore:define"),
    Group("component", "steps of your own for pipelines", "mlops.client.commands.component:define"),
    Group("environment", "what jobs and deployments run in", "mlops.client.commands.environment:define"),
    Group("job", "runs of pipelines", "mlops.client.commands.job:define"),
    Group("pipeline", "published pipelines behind lasting addresses", "mlops.client.commands.pipeline:define"),
    Group("schedule", "when published pipelines run by themselves", "mlops.client.commands.schedule:define"),
    Group("lineage", "what came from what, and what was deployed when", "mlops.client.commands.lineage:define"),
    Group("monitor", "drift, quality and performance, watched", "mlops.client.commands.monitor:define"),
    Group("sql", "one query over collected data, runs, metrics and datasets", "mlops.client.commands.sql:define"),
    Group("model", "registered models", "mlops.client.commands.model:define"),
    Group("explain", "why models score as they do", "mlops.client.commands.explain:define"),
    Group("import", "what MLflow kept, taken over", "mlops.client.commands.import_:define"),
    Group("registry", "logins to container registries", "mlops.client.commands.registry:define"),
    Group("online-endpoint", "real-time endpoints", "mlops.client.commands.online_endpoint:define"),
    Group("online-deployment", "what serves behind an endpoint", "mlops.client.commands.online_deployment:define"),
    Group("batch-endpoint", "score whole datasets and folders", "mlops.client.commands.batch_endpoint:define"),
    Group("batch-deployment", "what scores behind a batch endpoint", "mlops.client.commands.batch_deployment:define"),
    Group("edge-device", "devices that run a deployment", "mlops.client.commands.edge_device:define"),
    Group("alert", "what fires, and what is done about it", "mlops.client.commands.alert:define"),
    Group("alert-rule", "what raises alerts, and who is told", "mlops.client.commands.alert_rule:define"),
    Group("event", "what happened, and which types of events there are", "mlops.client.commands.event:define"),
    Group(
        "system", "how the server is: workers, queues, jobs, storage, settings", "mlops.client.commands.system:define"
    ),
    Group("health", "what is wrong with the server, and what to do", "mlops.client.commands.health:define"),
    Group("logs", "what all processes wrote about one request or job", "mlops.client.commands.log:define"),
    Group("worker", "the processes that run steps, and how they stand", "mlops.client.commands.worker:define"),
    Group("compute", "pools of workers, which files name as compute", "mlops.client.commands.compute:define"),
    Group("maintenance", "the server closed for changes, and open again", "mlops.client.commands.maintenance:define"),
    Group("quota", "what projects may use, and what they do", "mlops.client.commands.quota:define"),
    Group("audit", "the audit trail, and the proof of it", "mlops.client.commands.audit:define"),
    Group("subscription", "events to programs of your own", "mlops.client.commands.subscription:define"),
    Group("channel", "the ways in which alerts leave the server", "mlops.client.commands.channel:define"),
    Group("repository", "Git repositories whose pushes start jobs", "mlops.client.commands.repository:define"),
    Group("cluster", "Kubernetes clusters to deploy to", "mlops.client.commands.cluster:define"),
    Group("retraining", "models trained anew, compared, promoted or not", "mlops.client.commands.retraining:define"),
    Group("rollout", "traffic moved step by step, with gates and rollback", "mlops.client.commands.rollout:define"),
)


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; the value is the exit status."""
    words = list(sys.argv[1:] if words is None else words)
    from mlops.client.calling import reason_in_use

    why, words = _reason_of(words)
    reason_in_use.set(why)
    if words and words[0] not in {group.name for group in GROUPS}:
        from mlops.client.az_groups import told

        if told(words[0]):
            return REFUSED
    arguments = parsed(words)
    try:
        status: int = arguments.act(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _silence_output()
        return DONE
    except Exception as error:
        from mlops.client.errors import report

        status_of_error = report(error, as_json=getattr(arguments, "output", "") == "json")
        if status_of_error is None:
            raise
        return status_of_error


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The words of one command; its `act` carries it out. Wrong words end the process, as argparse does."""
    parser = _parser(words)
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        from mlops.client.az_options import left_over

        if rest := left_over(unknown):
            getattr(arguments, "words", parser).unknown(rest)
    return arguments


def parser_of(name: str) -> argparse.ArgumentParser:
    """All words and options of one command, for who documents or checks them."""
    group = next(one for one in GROUPS if one.name == name)
    parser = Words(prog=f"mlops {name}", description=_sentence(group.help))
    _load(group.define)(parser)
    return parser


def _parser(words: Sequence[str]) -> Words:
    parser = Words(
        prog="mlops",
        description="MLOps Studio: pipelines, models, endpoints.",
        epilog="`mlops COMMAND --help` says more about one command.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="the version of this product")
    help = "why, for the audit trail; it stands before the command (default: MLOPS_REASON)"
    parser.add_argument("--reason", metavar="WHY", dest="why", default=argparse.SUPPRESS, help=help)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    chosen = next((word for word in words if not word.startswith("-")), "")
    for group in GROUPS:
        child = commands.add_parser(group.name, help=group.help, description=_sentence(group.help))
        if group.name == chosen:
            _load(group.define)(child)
    return parser


def _reason_of(words: list[str]) -> tuple[str, list[str]]:
    """What `--reason` before the command says, and the other words: commands have options of that name too."""
    if words and words[0].startswith("--reason="):
        return words[0].removeprefix("--reason="), words[1:]
    if len(words) > 1 and words[0] == "--reason":
        return words[1], words[2:]
    return "", words


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from mlops import __version__

        print(f"mlops {__version__}")
        parser.exit()


def _load(place: str) -> Callable[[argparse.ArgumentParser], None]:
    module, _, function = place.partition(":")
    define: Callable[[argparse.ArgumentParser], None] = getattr(importlib.import_module(module), function)
    return define


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _silence_output() -> None:
    """The reader of our output went away: nothing more can be said, and the interpreter must not try."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
