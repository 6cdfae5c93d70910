"""Known failures of deployments: recognised in a log or a state's reason, and explained with cause and remedy.

The list covers what Azure ML's troubleshooting article documents for web services, and what scripts and packages
usually say. It is read by the pages, REST and the command line alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """`line`: the one of the log that gave it away."""

    code: str
    title: str
    cause: str
    remedy: str
    line: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """`{1}`, `{2}` in the texts are the groups of `pattern`, which is searched in each line."""

    code: str
    pattern: str
    title: str
    cause: str
    remedy: str


KNOWN: tuple[Known, ...] = (
    Known(
        code="package_missing",
        pattern=r"ModuleNotFoundError: No module named '([\w.]+)'",
        title="The package {1} is missing",
        cause="The script or model imports {1}, which is not in the deployment's environment.",
        remedy="Add it to the environment's packages, with its version. If {1} is a file of yours, put it into the "
        "code folder beside the script.",
    ),
    Known(
        code="library_missing",
        pattern=r"ImportError: (lib[\w.+-]+): cannot open shared object file",
        title="The system library {1} is missing",
        cause="A package needs {1}, which pip does not bring along.",
        remedy="Use an image of your own that has it (a Dockerfile or a base image), or a package without that need.",
    ),
    Known(
        code="class_not_importable",
        pattern=r"AttributeError: (?:Can't|Cannot) get attribute '(\w+)' on <module '__main__'",
        title="The class {1} cannot be found",
        cause="The model was pickled in a script that defined {1} itself, so that only that script can read it.",
        remedy="Move {1} into a module, put the module into the code folder, and save the model again.",
    ),
    Known(
        code="versions_differ",
        pattern=r"Trying to unpickle estimator (\w+) from version ([\w.]+) when using version ([\w.]+)",
        title="Trained with scikit-learn {2}, served with {3}",
        cause="{1} was saved by another version of scikit-learn; it may fail or answer differently.",
        remedy="Pin scikit-learn=={2} in the environment, or train again with {3}.",
    ),
    Known(
        code="model_dir_unset",
        pattern=r"KeyError: '(AZUREML_MODEL_DIR|MLOPS_MODEL_DIR)'",
        title="{1} is not set",
        cause="The script was started by hand: a deployment sets this variable to the model's folder.",
        remedy="Set it to the folder of the model before you start the script, or use "
        "`mlops online-deployment create --local`.",
    ),
    Known(
        code="path_missing",
        pattern=r"FileNotFoundError: .*?No such file or directory: '([^']+)'",
        title="There is no file {1}",
        cause="The path is not where the deployment's files are. The model's files are in the folder that "
        "AZUREML_MODEL_DIR names, the script's beside it.",
        remedy="Join it: os.path.join(os.environ['AZUREML_MODEL_DIR'], …). Files of the code folder are next to "
        "os.path.dirname(__file__). The model's Artifacts tab lists what there is.",
    ),
    Known(
        code="init_failed",
        pattern=r"([\w.-]+\.py), line (\d+), in init\(\): (.+)",
        title="init() fails at line {2} of {1}",
        cause="{3}. A server whose init() fails is started again and again, and never becomes ready.",
        remedy="Run it with `mlops online-deployment create --local`, correct that line, and update the deployment.",
    ),
    Known(
        code="import_failed",
        pattern=r"([\w.-]+\.py), line (\d+), in the import: (.+)",
        title="The script cannot be imported: line {2} of {1}",
        cause="{3}.",
        remedy="Correct that line and update the deployment.",
    ),
    Known(
        code="run_failed",
        pattern=r"([\w.-]+\.py), line (\d+), in run\(\): (.+)",
        title="run() fails at line {2} of {1}",
        cause="{3}. The caller was answered 502.",
        remedy="Send the same request to a local deployment (`--local`, `--debug`) and step through run(). Check the "
        "input in run() and answer wrong ones yourself.",
    ),
    Known(
        code="result_not_json",
        pattern=r"What run\(\) in ([\w.-]+) returned cannot be written as JSON: (.+)",
        title="run() returns something that is no JSON",
        cause="{2}.",
        remedy="Return a dict, a list, a text, a number, an array or a pandas table; for bytes use a raw response.",
    ),
    Known(
        code="out_of_memory",
        pattern=r"MemoryError|bad_alloc|Cannot allocate memory|OOMKilled|Out of memory|killed by SIGKILL"
        r"|Booting worker with pid",
        title="The memory is too small",
        cause="The process needed more memory than it may use, and was ended. Where workers are booted again and "
        "again, that is the usual cause.",
        remedy="Give the deployment more memory; its profile says how much it needs. Load the model once in init().",
    ),
    Known(
        code="crashed_natively",
        pattern=r"killed by (SIGSEGV|SIGBUS|SIGILL|SIGABRT)",
        title="A native library crashed ({1})",
        cause="Compiled code of a package failed: usually two packages built against different versions, or a "
        "processor without the instructions that it was built for.",
        remedy="Pin the versions with which the model was trained; try it locally with PYTHONFAULTHANDLER=1.",
    ),
    Known(
        code="timed_out",
        pattern=r"took too long|\"code\":\"timeout\"|scoring timeout|DEADLINE_EXCEEDED",
        title="A request took longer than it may (504)",
        cause="run() or the model did not answer within the deployment's time limit.",
        remedy="Raise request_timeout_ms, send fewer rows at once, or give it more processors; the profile shows "
        "the time by rows.",
    ),
    Known(
        code="queue_full",
        pattern=r"queue_full|queue_wait|max_queue_wait|maxQueueWaitMs",
        title="Requests waited too long or were too many (503)",
        cause="More requests arrive than the instances answer.",
        remedy="Raise the number of instances or let it scale, lower the target utilization, or raise "
        "max_queue_wait_ms where callers can wait.",
    ),
    Known(
        code="unschedulable",
        pattern=r"Insufficient (cpu|memory|nvidia\.com/gpu)|can't be scheduled|Unschedulable|FailedScheduling",
        title="No machine has room for it",
        cause="The cluster has no node with the processors, memory or GPUs that the deployment asks for.",
        remedy="Ask for less, use bigger nodes, or add nodes.",
    ),
    Known(
        code="image_not_pulled",
        pattern=r"ErrImagePull|ImagePullBackOff|pull access denied|manifest unknown",
        title="The image cannot be pulled",
        cause="The registry does not have this image, or does not let the machine read it.",
        remedy="Push the image, check its name and tag, and give the target the registry's credentials.",
    ),
    Known(
        code="packages_conflict",
        pattern=r"No solution found when resolving|ResolutionImpossible|Could not find a version that satisfies "
        r"the requirement ([\w.=<>~!-]+)|No matching distribution found for ([\w.=<>~!-]+)",
        title="The packages do not fit together",
        cause="No set of versions fulfils the environment's list, or a package does not exist in that version.",
        remedy="Read the build's log, try the list in a new environment of your own, and pin the packages that matter.",
    ),
    Known(
        code="read_only",
        pattern=r"\[Errno 30\] Read-only file system: '([^']+)'",
        title="{1} cannot be written",
        cause="The deployment's files are read-only: a server that changes itself could not be reproduced.",
        remedy="Write to a temporary folder (the module tempfile), or to a store outside.",
    ),
    Known(
        code="disk_full",
        pattern=r"\[Errno 28\]|No space left on device",
        title="The disk is full",
        cause="The machine that builds or serves has no space left.",
        remedy="Delete images, environments and deployments that are not needed, or give it a larger disk.",
    ),
    Known(
        code="port_taken",
        pattern=r"\[Errno 98\]|[Aa]ddress already in use|port is already allocated",
        title="The port is taken",
        cause="Another process of the machine uses the port.",
        remedy="End that process, or choose another port; a local deployment takes a free one without --port.",
    ),
    Known(
        code="no_network",
        pattern=r"Temporary failure in name resolution|Name or service not known|Network is unreachable",
        title="The server tried to reach another machine",
        cause="The script or a package looked for a host that cannot be reached from where it runs.",
        remedy="Put what it loads into the model or the code folder; allow the host where it must be asked.",
    ),
    Known(
        code="no_gpu",
        pattern=r"no CUDA-capable device|CUDA driver version is insufficient|libcudart|libcublas",
        title="No GPU can be used",
        cause="The environment is built for CUDA, and the machine has no GPU or an older driver.",
        remedy="Choose the processor instead of the GPU, or a target with a GPU and a driver of that version.",
    ),
    Known(
        code="golden_differs",
        pattern=r"recorded request (\d+) is not answered as it was recorded: (.+?)(?:\"|$)",
        title="The server answers differently than the model did",
        cause="Recorded request {1}: {2}. Traffic is kept away from it.",
        remedy="Use the versions of the packages with which the model was trained, or convert it again.",
    ),
    Known(
        code="in_transition",
        pattern=r"deployment_in_transition|\b409\b.*(?:operation|transition)",
        title="Another operation is running (409)",
        cause="The deployment is just being changed.",
        remedy="Wait until it is healthy or has failed, then repeat.",
    ),
)
_COMPILED = tuple((known, re.compile(known.pattern)) for known in KNOWN)


def explain(lines: Iterable[str]) -> tuple[Explanation, ...]:
    """What is known of the failures in a log, the latest first, each kind once. Of one line, the more special kind
    (which stands earlier in the list) comes first."""
    found: dict[str, Explanation] = {}
    for line in lines:
        for known, pattern in reversed(_COMPILED):
            match = pattern.search(line)
            if match is not None:
                found.pop(known.code, None)
                found[known.code] = _explanation(known, match, line)
    return tuple(reversed(found.values()))


def _explanation(known: Known, match: re.Match[str], line: str) -> Explanation:
    groups = ("", *(group or "" for group in match.groups()))
    texts = (re.sub(r"\{(\d)\}", lambda m: groups[int(m[1])].rstrip("."), text) for text in (
        known.title, known.cause, known.remedy
    ))  # fmt: skip
    title, cause, remedy = texts
    return Explanation(code=known.code, title=title, cause=cause, remedy=remedy, line=line.strip()[:500])
