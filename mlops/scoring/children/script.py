"""Runs a user's scoring script: init() once, run(data) for each request, one at a time.

run(data) gets the body as text; one with `inference_schema` decorators gets the body's fields by name, checked; one
marked `@rawhttp` gets the whole request."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children import gathering
from mlops.scoring.children.debugging import attach
from mlops.scoring.children.encoding import decode, encode
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.fresh import FreshLoader, import_fresh_from
from mlops.scoring.children.model_folder import set_up
from mlops.scoring.children.pipe import Answer, serve
from mlops.scoring.raw import RAW, Request, Response

COMPAT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "compat")
NO_EXAMPLES = ("example", "examples", "default")
"""Of the schemas that decorators give: the samples are rows of somebody's data."""


def main(script: str, code: str = "") -> None:
    def begin() -> tuple[Answer, dict[str, Any]]:
        attach()
        set_up()
        return load(script, code)

    serve(begin)


def load(script: str, code: str = "") -> tuple[Answer, dict[str, Any]]:
    """Imports the script and calls its init(). `code` is the folder that its imports start at (default: its own)."""
    folder = os.path.dirname(script)
    sys.path[:0] = list(dict.fromkeys((folder, code or folder)))
    sys.path.append(COMPAT)
    import_fresh_from(code or folder)
    os.chdir(code or folder)
    guard = Guard(script, code or folder)
    module = guard("the import", lambda: imported(script))
    run = getattr(module, "run", None)
    if not callable(run):
        hint = _("Define run(data): it is called for every request.")
        raise Fault("script_incomplete", f"{guard.name} has no function run(data).", hint=hint)
    init = getattr(module, "init", None)
    if callable(init):
        guard("init()", init)
    is_raw = bool(getattr(run, RAW, False))
    schemas = {} if is_raw else guard("its decorators", lambda: _schemas(run))
    call = _raw_call(run) if is_raw else _named_call(run) if schemas else _text_call(run)

    def answer(message: dict[str, Any], body: bytes) -> tuple[Any, bytes]:
        gathering.begin(message.get("collect"))
        head, sent = _sent(guard("run()", lambda: call(message, body)), guard.name)
        gathered = gathering.end()
        return ({**head, "collected": gathered} if gathered else head), sent

    return answer, {"raw": is_raw, **schemas}


Call = Callable[["dict[str, Any]", bytes], Any]


def _raw_call(run: Callable[..., Any]) -> Call:
    def call(message: dict[str, Any], body: bytes) -> Any:
        result = run(Request(body=body, **message["request"]))
        return result if isinstance(result, Response) else Response(result)

    return call


def _text_call(run: Callable[..., Any]) -> Call:
    return lambda _message, body: run(_text(body))


def _named_call(run: Callable[..., Any]) -> Call:
    """The body is an object with the decorated parameters as its fields."""
    parameters = inspect.signature(run).parameters
    required = [name for name, one in parameters.items() if one.default is inspect.Parameter.empty]

    def call(_message: dict[str, Any], body: bytes) -> Any:
        try:
            fields = decode(_text(body).encode())
        except ValueError as error:
            raise Fault(
                "broken_json", f"The body is not valid JSON: {error}.", hint=_("Send UTF-8 JSON text.")
            ) from None
        listed = ", ".join(f"'{name}'" for name in parameters)
        if not isinstance(fields, dict):
            raise Fault("wrong_shape", f"The body is not a JSON object with {listed}.", status=422)
        for name in required:
            if name not in fields:
                raise Fault(
                    "wrong_shape",
                    f"The body has no '{name}'.",
                    hint=_("Its fields are: %(listed)s.") % {"listed": listed},
                    status=422,
                )
        for name in fields:
            if name not in parameters:
                hint = _("Its fields are: %(listed)s.") % {"listed": listed}
                raise Fault("wrong_shape", f"The script's run() has no parameter '{name}'.", hint=hint, status=422)
        return run(**fields)

    return call


def _schemas(run: Callable[..., Any]) -> dict[str, Any]:
    """By the decorators of inference_schema, ours or the installed one; empty without any."""
    if "inference_schema" not in sys.modules:
        return {}
    from inference_schema import schema_util

    if not schema_util.is_schema_decorated(run):
        return {}
    return {
        "input": _without_examples(schema_util.get_input_schema(run)),
        "output": _without_examples(schema_util.get_output_schema(run)),
    }


def _without_examples(schema: Any, *, names: bool = False) -> Any:
    """`names`: the keys are names of properties, which may be called "example"."""
    if isinstance(schema, dict):
        kept = schema.items() if names else ((k, v) for k, v in schema.items() if k not in NO_EXAMPLES)
        return {key: _without_examples(value, names=not names and key == "properties") for key, value in kept}
    return [_without_examples(one) for one in schema] if isinstance(schema, list) else schema


def _sent(value: Any, name: str) -> tuple[Any, bytes]:
    if isinstance(value, Response):
        return {"status": value.status_code, "headers": value.headers.pairs()}, value.data
    return {"status": 200, "headers": []}, json_of(value, name=name)


def json_of(value: Any, *, name: str) -> bytes:
    """What run() of the script `name` returned."""
    try:
        return encode(value)
    except (TypeError, ValueError) as error:
        raise Fault(
            "script_result",
            f"What run() in {name} returned cannot be written as JSON: {error}",
            hint=_("Return a dict, a list, a text, a number, a numpy array or a pandas table."),
            status=502,
        ) from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        hint = _("A script that takes other bodies marks its run() with @rawhttp.")
        raise Fault("broken_json", "The body is not UTF-8 text.", hint=hint) from None


def imported(path: str) -> Any:
    """The script as a module."""
    if not os.path.isfile(path):
        raise Fault("script_missing", f"The script {os.path.basename(path)} is not in the server's folder.")
    name = os.path.basename(path).removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, path, loader=FreshLoader(name, path))
    if spec is None or spec.loader is None:
        raise Fault("script_missing", f"{os.path.basename(path)} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Guard:
    """What the user's code raises becomes a fault that names exception, stage, file and line."""

    def __init__(self, script: str, code: str) -> None:
        self.name = os.path.basename(script)
        self._script, self._code = script, code

    def __call__(self, stage: str, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Fault:
            raise
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            name, line = self._place(error)
            place = f"{name}, line {line}, in {stage}" if line else f"{name}, in {stage}"
            message = f"{place}: {type(error).__name__}: {error}"
            raise Fault("script_failed", message, hint=_remedy(error), status=502) from error

    def _place(self, error: BaseException) -> tuple[str, int | None]:
        """The innermost line of the user's own files."""
        if isinstance(error, SyntaxError) and str(error.filename).startswith(self._code):
            return os.path.relpath(str(error.filename), self._code), error.lineno
        frames = [one for one in traceback.extract_tb(error.__traceback__) if self._is_own(one.filename)]
        return (os.path.relpath(frames[-1].filename, self._code), frames[-1].lineno) if frames else (self.name, None)

    def _is_own(self, file: str) -> bool:
        return file == self._script or file.startswith(self._code + os.sep)


def _remedy(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if package.startswith("azureml"):
            return f"{error.name} has no meaning in MLOps Studio: take it out of the script."
        return f"Name the package of {package} in the deployment's environment, or put the module into the code folder."
    return "The whole traceback is in the deployment's log."
