"""What a call of a batch endpoint gives: settings of the job, and inputs, outputs and parameters of a pipeline."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from mlops.client.batch_input import given_input
from mlops.client.connection import Connection
from mlops.client.documents import beside, load
from mlops.client.errors import WrongUsage
from mlops.formats.batch import BatchSettings, PipelineSettings

KNOWN = ("inputs", "outputs")
WITHOUT_MEANING = ("$schema", "name", "experiment_name", "display_name", "description", "tags", "properties", "type")
SETTINGS = frozenset({*BatchSettings.__struct_fields__, *PipelineSettings.__struct_fields__})
PARTS = ("path", "type", "mode")
"""Of an input or output, what `--set inputs.NAME.path=…` may give."""


class Called(msgspec.Struct, kw_only=True):
    settings: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    """Literals."""
    inputs: dict[str, dict[str, Any]] = {}
    """Name to `{path, type}`."""
    outputs: dict[str, dict[str, Any]] = {}
    file: str = ""

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Called:
        """The file's, and over them what `--set` and the options give. Raises WrongUsage `pairs_unreadable`."""
        called = cls(file=arguments.file)
        for name, value in (
            ("mini_batch_size", arguments.mini_batch_size),
            ("instance_count", arguments.instance_count),
        ):
            if value:
                called.settings[name] = value
        if arguments.file:
            called._read(load(arguments.file, kind="batch call", known=KNOWN, without_meaning=WITHOUT_MEANING))
        for word in arguments.set:
            name, equals, value = word.partition("=")
            if not equals or not name:
                raise WrongUsage("pairs_unreadable", f"“{word}” is not of the form NAME=VALUE.")
            called._assign(name, value)
        return called

    def uploaded(self, connection: Connection, path: str) -> dict[str, dict[str, Any]]:
        """The inputs as the server knows them: files and folders here are sent to `path`."""
        return {
            name: {**one, "path": given_input(connection, path, self._place(str(one.get("path") or "")))}
            for name, one in self.inputs.items()
        }

    def _read(self, fields: dict[str, Any]) -> None:
        for name, one in (fields.get("inputs") or {}).items():
            if isinstance(one, dict) and "path" in one:
                self.inputs[name] = dict(one)
            else:
                self.parameters[name] = one.get("value", one.get("default")) if isinstance(one, dict) else one
        for name, one in (fields.get("outputs") or {}).items():
            self.outputs[name] = dict(one) if isinstance(one, dict) else {"path": str(one)}

    def _assign(self, name: str, value: str) -> None:
        kind, dot, rest = name.partition(".")
        inner, part = rest.rpartition(".")[::2]
        if dot and kind in KNOWN and part in PARTS:
            (self.inputs if kind == "inputs" else self.outputs).setdefault(inner, {})[part] = value
        elif dot and kind in ("parameters", "inputs"):
            self.parameters[rest.removesuffix(".default").removesuffix(".value")] = value
        elif dot and kind in ("settings", "retry_settings"):
            place = self.settings.setdefault("retry_settings", {}) if "retry" in name else self.settings
            place[rest.rpartition(".")[2]] = value
        elif name in SETTINGS:
            self.settings[name] = value
        else:
            self.parameters[name] = value

    def _place(self, path: str) -> str:
        """A local path of the file is relative to it."""
        is_local = path.startswith((".", "file:")) and not path.startswith("file:/")
        return str(beside(self.file, path)) if self.file and is_local else path
