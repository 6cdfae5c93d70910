"""A YAML or Python file with everything that it names, as one zip with the paths that the files write."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from mlops.client.documents import readable
from mlops.client.git_facts import git_facts
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.setting import with_settings
from mlops.formats.code_source import DIFF_FILE, FACTS_FILE, ROOT_FILE
from mlops.formats.refusal import Refusal

NAMING = ("code", "component", "conda_file", "environment", "requirements_file", "layout", "trial")
"""Fields whose text may be a local path."""

REQUIREMENTS = (".txt", ".in")
INNER = re.compile(r"(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
"""A line of a requirements file that names another."""

LISTING = ("additional_includes",)
"""Fields with lists of them."""


Parts = Iterable[tuple[str, bytes]]


def nothing(root: Path, sent: Collection[Path]) -> Parts:
    return ()


def git_parts(root: Path, sent: Collection[Path]) -> Parts:
    """What is known of the work tree, as formats.code_source says."""
    known = git_facts(root, sent)
    if known is None:
        return
    facts, diff = known
    yield FACTS_FILE, msgspec.json.encode(facts)
    if diff:
        yield DIFF_FILE, diff


@contextmanager
def bundled(
    file: str,
    *,
    more: Callable[[Path, Collection[Path]], Parts] = nothing,
    settings: Iterable[str] = (),
    lenient: bool = False,
) -> Iterator[tuple[Path, str]]:
    """The zip, and the path of the file in it. A Python file comes alone, or with its folder's other files.

    `more` says what goes beside them, from the folder that holds all of them and their paths. `settings`: as
    `formats.azureml.setting` has them, for the files that they name. `lenient`: what is not there is left for the
    server to tell, with all else that is wrong."""
    main = readable(Path(file)).resolve()
    named = _Named(lenient=lenient)
    wanted = _beside(main) if main.suffix not in (".yml", ".yaml") else named.by(main, settings)
    root = Path(os.path.commonpath([main.parent, *(path.parent for path in wanted)]))
    with tempfile.TemporaryDirectory(prefix="mlops-") as folder:
        place = Path(folder) / "bundle.zip"
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted({main, *wanted}):
                archive.write(path, path.relative_to(root).as_posix())
            if named.absolute:
                archive.writestr(ROOT_FILE, str(root))
            for name, content in more(root, {main, *wanted}):
                archive.writestr(name, content)
        yield place, main.relative_to(root).as_posix()


@contextmanager
def zipped_folder(folder: Path) -> Iterator[Path]:
    """The folder's files but those that .amlignore or .gitignore leave out. Raises Refusal `folder_empty`."""
    found = list(kept_files(folder))
    if not found:
        raise Refusal("folder_empty", f"{folder} has no files that are not ignored.", hint="See its .amlignore.")
    with tempfile.TemporaryDirectory(prefix="mlops-") as work:
        place = Path(work) / "code.zip"
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in found:
                archive.write(path, path.relative_to(folder).as_posix())
        yield place


def _beside(main: Path) -> set[Path]:
    """What goes along with a Python file, a requirements file or a Dockerfile."""
    if main.suffix in REQUIREMENTS:
        return _required(main, set())
    return set(kept_files(main.parent)) if main.name.lower().startswith("dockerfile") else _python(main)


def _python(main: Path) -> set[Path]:
    requirements = main.parent / "requirements.txt"
    return {requirements} if requirements.is_file() else set()


class _Named:
    """The files that a YAML file names, and those that they name; the layout that an export put beside it."""

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.seen: set[Path] = set()
        self.absolute = False
        """Whether a path of the machine was named."""

    def by(self, yaml: Path, settings: Iterable[str] = ()) -> set[Path]:
        if yaml in self.seen:
            return set()
        self.seen.add(yaml)
        layout = yaml.with_suffix(".layout.yaml")
        found = {layout} if layout.is_file() else set()
        try:
            value = with_settings(load(str(yaml), yaml.read_text(encoding="utf-8")), settings).value
        except (Refusal, UnicodeDecodeError):
            if self.lenient:
                return found
            raise
        for path in _paths(value):
            place = (yaml.parent / path.removeprefix("file:").replace("\\", "/")).resolve()
            self.absolute = self.absolute or path.startswith("/")
            if place.is_dir():
                found.update(kept_files(place))
            elif place.is_file():
                found.add(place)
                if place.suffix in (".yml", ".yaml"):
                    found |= self.by(place)
                elif place.suffix in REQUIREMENTS:
                    found |= _required(place, self.seen)
            elif self._must_be_there(path):
                raise Refusal("file_unknown", f"{yaml} names {path}, and there is no such file or folder.")
        return found

    def _must_be_there(self, path: str) -> bool:
        is_path = path.startswith((".", "/", "file:")) or path.endswith((".yml", ".yaml"))
        return is_path and not self.lenient


def _required(file: Path, seen: set[Path]) -> set[Path]:
    """The files that a requirements file names, and those that they name."""
    if file in seen:
        return set()
    seen.add(file)
    found: set[Path] = set()
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if named := INNER.match(line.strip()):
            place = (file.parent / named[1]).resolve()
            if not place.is_file():
                raise Refusal("file_unknown", f"{file} names {named[1]}, and there is no such file.")
            found |= {place, *_required(place, seen)}
    return found


def _paths(value: Any, key: str = "", *, input: bool = False) -> Iterator[str]:
    """`path` names a file at inputs alone: at outputs it is where they go."""
    if key == "build" and isinstance(value, dict):
        yield from _paths(value.get("path"), "code")
    elif key == "pip" and isinstance(value, list):
        yield from (named[1] for line in value if (named := INNER.match(str(line).strip())))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _paths(one, str(name), input=(input or key == "inputs") and name not in ("outputs", "jobs"))
    elif isinstance(value, list):
        for one in value:
            yield from _paths(one, key if key in LISTING else "", input=input)
    elif isinstance(value, str) and (key in NAMING or key in LISTING or (input and key == "path")) and _is_local(value):
        yield value


def _is_local(path: str) -> bool:
    return bool(path.strip()) and "://" not in path and "${{" not in path and not path.startswith(("azureml:", "git+"))
