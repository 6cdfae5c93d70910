"""The files of a job, as they came: the YAML with its settings, and what lies beside it."""

from __future__ import annotations

import datetime
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.components.bundles import inside, text_of
from mlops.components.registering import keep_code
from mlops.environments.references import resolve_environment
from mlops.formats.azureml.environment_parts import ReadFile, Requested
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.azureml.lines import Path as YamlPath
from mlops.formats.azureml.lines import Source, load
from mlops.formats.azureml.setting import with_settings
from mlops.formats.refusal import Refusal, nearest

ENDINGS = (".yml", ".yaml")


class Files:
    """One bundle, read for one job of a project."""

    def __init__(self, actor: Any, project: Any, folder: Path) -> None:
        self.actor, self.project, self.folder = actor, project, folder
        self.warnings: list[str] = []
        self.kept: dict[str, str] = {}
        """Paths that stand for trees which are kept already."""
        self.touched: set[str] = set()
        """Files and folders of code that the job was read from, below `folder`."""

    def main(self, path: str, settings: tuple[str, ...] = ()) -> Source:
        path = path or self._only()
        return with_settings(load(path, self.text(path)), settings)

    def text(self, path: str, *, beside: str = "") -> str:
        """Raises as `text_of` does."""
        self._touch(path, beside)
        return text_of(self.folder, path, beside=beside)

    def reader(self, beside: str) -> ReadFile:
        return lambda path: self.text(path, beside=beside)

    def touch_code(self, source: Source, given: dict[str, Any]) -> None:
        """Where it cannot be read, who reads it says so."""
        if code := str(given.get("code") or ""):
            with suppress(Refusal):
                self._touch(code, source.name)

    def _touch(self, path: str, beside: str) -> None:
        self.touched.add(inside(self.folder, path, beside=beside).relative_to(self.folder.resolve()).as_posix())

    def check_code(self, source: Source, at: YamlPath, code: str) -> None:
        """Raises Refusal `code_…` with the line where the files are not there."""
        if not code:
            return
        if code.startswith(("git+", "http:", "https:", "azureml:")):
            hint = _("Clone it, and write code: ./folder.")
            message = _("Code is not fetched from “%(path)s”.") % {"path": code}
            raise source.refuse("code_elsewhere", message, at=at, hint=hint)
        try:
            place = inside(self.folder, code, beside=source.name)
        except Refusal as refusal:
            raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal
        if place.is_file() or (place.is_dir() and any(True for _file in kept_files(place))):
            return
        known = [one.relative_to(self.folder).as_posix() for one in self.folder.rglob("*") if one.is_dir()]
        message = _("There is no code folder “%(path)s” beside the file.") % {"path": code}
        hint = nearest(code.removeprefix("./"), known) or _("Its files may all be ignored: see its .amlignore.")
        raise source.refuse("code_missing", message, at=at, hint=hint)

    def keep_code(self, source: Source, code: str) -> str:
        """The digest of its tree; empty without code."""
        return keep_code(inside(self.folder, code, beside=source.name), written=code).digest if code else ""

    def environment(self, source: Source, at: YamlPath, given: Any, read_file: ReadFile | None = None) -> Requested:
        """What it holds, and its name where it has one."""
        read = read_file or self.reader(source.name)
        return resolve_environment(
            self.actor, self.project, given, source=source, at=at, read_file=read, folder=self.folder
        )

    def _only(self) -> str:
        here = [path.name for path in sorted(self.folder.iterdir()) if path.is_file() and path.suffix in ENDINGS]
        here = [name for name in here if not name.endswith(".layout.yaml") and "conda" not in name]
        here = [name for name in here if self._is_job(name)] or here
        if len(here) == 1:
            return here[0]
        raise Refusal(
            "main_ambiguous" if here else "main_missing",
            _("Which file describes the job? There are: %(names)s.") % {"names": ", ".join(here)}
            if here
            else _("No YAML file describes a job."),
            hint=_("Name it as `main`."),
            status=422,
        )

    def _is_job(self, name: str) -> bool:
        """By its schema, or by a pipeline's `jobs`: a component beside it has neither."""
        try:
            value = load(name, text_of(self.folder, name)).value
        except Refusal:
            return True
        schema = str(value.get("$schema") or "") if isinstance(value, dict) else ""
        is_pipeline = isinstance(value, dict) and "jobs" in value and "pipelineComponent" not in schema
        return is_pipeline or "Job.schema" in schema


def plain(value: Any) -> Any:
    """As JSON can hold it: YAML knows dates."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, datetime.date | bytes) else value
