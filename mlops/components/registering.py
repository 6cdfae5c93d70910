"""From files to a version: a `commandComponent` YAML with its code, or a Python file with a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_file, keep_manifest, manifest_of
from mlops.components.actions import create_version
from mlops.components.bundles import inside, text_of
from mlops.components.models import ComponentVersion
from mlops.environments.references import resolve_environment
from mlops.formats.azureml.component import FUNCTION_TAG, GROUP, Read, read_component
from mlops.formats.azureml.environment import read_requirements
from mlops.formats.azureml.environment_parts import ReadFile, Requested
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.azureml.lines import Path as YamlPath
from mlops.formats.azureml.lines import Source, fields, load
from mlops.formats.azureml.parallel import read_parallel
from mlops.formats.azureml.setting import with_settings
from mlops.formats.component import Component
from mlops.formats.definition import Definition, Function, Requirements
from mlops.formats.function import read_function
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal

INTERFACE_FILE = "interface.json"
"""Beside a drawn component's script: formats.component.Component, because a script alone does not tell labels."""

REQUIREMENTS_FILE = "requirements.txt"
ENDINGS = (".yml", ".yaml", ".py")
_graphs: list[Callable[..., ComponentVersion]] = []


def register_graphs_by(reader: Callable[..., ComponentVersion]) -> None:
    """Who reads pipeline components: they need what pipelines need."""
    _graphs[:] = [reader]


def register_folder(
    actor: Any,
    project: Project,
    folder: Path,
    *,
    main: str = "",
    name: str = "",
    version: str = "",
    function: str = "",
    settings: Sequence[str] = (),
) -> ComponentVersion:
    """The component that the file `main` (else the only one that can be) describes. Nothing of it is imported.

    `settings`: fields of a YAML file that are given anew, `a.b=VALUE`."""
    require(actor, "components.change", project)
    main = main or _main(folder)
    if main.endswith(".py"):
        return _register_function(actor, project, folder, main, name=name, version=version, function=function)
    source = with_settings(load(main, text_of(folder, main)), settings)
    if is_graph(source):
        return _graphs[0](actor, project, folder, source, name=name, version=version)
    return register_source(actor, project, folder, source, name=name, version=version)


def register_source(
    actor: Any,
    project: Project,
    folder: Path,
    source: Source,
    *,
    at: YamlPath = (),
    name: str = "",
    version: str = "",
    also_known: frozenset[str] = frozenset(),
) -> ComponentVersion:
    """The command or parallel component at a path of a YAML file of the folder."""
    if is_parallel(source, at):
        built = build_parallel(actor, project, folder, source, at=at, name=name, version=version)
        return create_version(
            actor, project, built.definition, kind=built.kind, tags=built.tags, warnings=built.warnings
        )
    read = read_component(
        source,
        lambda path: text_of(folder, path, beside=source.name),
        at=at,
        also_known=also_known,
        environment=partial(_environment, actor, project, folder),
    )
    found = build(folder, source, read, name=name, version=version)
    return create_version(actor, project, found.definition, kind=found.kind, tags=found.tags, warnings=found.warnings)


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A component whose code is kept, and which is no version of the project yet."""

    definition: Definition
    kind: str
    tags: dict[str, str]
    warnings: tuple[str, ...]


def build(folder: Path, source: Source, read: Read, *, name: str = "", version: str = "") -> Built:
    """What was read from a YAML file of the folder, with its code."""
    code = keep_code(inside(folder, read.code, beside=source.name), written=read.code) if read.code else None
    if read.includes:
        places = {one: inside(folder, one, beside=source.name) for one in read.includes}
        code = with_includes(code, places)
    component = _named(read.component, name, version)
    tags = {key: value for key, value in read.tags.items() if key != FUNCTION_TAG}
    if FUNCTION_TAG in read.tags and code is not None:
        file, _colon, function = read.tags[FUNCTION_TAG].partition(":")
        text = text_of(folder, f"{read.code}/{file}", beside=source.name)
        component = _interface(folder, read.code, source.name, text, function) or component
        component = _named(component, name or read.component.name, version or read.component.version)
        how = Function(
            code=code.digest,
            file=file,
            name=function,
            requirements=read.command.requirements,
            variables=read.command.variables,
        )
        kind = "drawn" if (inside(folder, read.code, beside=source.name) / INTERFACE_FILE).exists() else "function"
        definition = Definition(component=component, how=how)
        return Built(definition=definition, kind=kind, tags=tags, warnings=read.warnings)
    command = msgspec.structs.replace(read.command, code=code.digest if code else "")
    definition = Definition(component=component, how=command)
    return Built(definition=definition, kind="command", tags=tags, warnings=read.warnings)


def is_graph(source: Source) -> bool:
    found = fields(source)
    return found.get("type") == "pipeline" or ("jobs" in found and "type" not in found)


def is_parallel(source: Source, at: YamlPath = ()) -> bool:
    found = fields(source, at)
    return found.get("type") == "parallel" or ("task" in found and "type" not in found)


def build_parallel(
    actor: Any, project: Project, folder: Path, source: Source, *, at: YamlPath = (), name: str = "", version: str = ""
) -> Built:
    """Raises Refusal with the line, and `code_missing`."""

    def read_file(path: str) -> str:
        return text_of(folder, path, beside=source.name)

    read = read_parallel(source, read_file, at=at)
    requested = _environment(actor, project, folder, source, read.environment_at, read.environment, read_file)
    code = keep_code(inside(folder, read.code, beside=source.name), written=read.code) if read.code else None
    how = msgspec.structs.replace(
        read.how,
        code=code.digest if code else "",
        requirements=requested.requirements,
        environment=requested.label,
        variables={**requested.variables, **read.how.variables},
    )
    definition = Definition(component=_named(read.component, name, version), how=how)
    warnings = (*read.warnings, *requested.warnings)
    return Built(definition=definition, kind="parallel", tags=read.tags, warnings=warnings)


def _environment(
    actor: Any, project: Project, folder: Path, source: Source, at: YamlPath, given: Any, read_file: ReadFile
) -> Requested:
    return resolve_environment(actor, project, given, source=source, at=at, read_file=read_file, folder=folder)


def register_script(
    actor: Any, project: Project, *, component: Component, script: str, requirements: str = "", function: str = "run"
) -> ComponentVersion:
    """A component as it was drawn: its interface, and a script whose function takes every input by name."""
    require(actor, "components.change", project)
    definition = drawn_definition(component, script=script, requirements=requirements, function=function)
    return create_version(actor, project, definition, kind="drawn")


def drawn_definition(component: Component, *, script: str, requirements: str = "", function: str = "run") -> Definition:
    """Keeps the script, and nothing else. Raises Refusal `argument_missing` and those of `read_function_names`."""
    found = read_function_names(script, function)
    missing = [one for one in _inputs(component) if one not in found]
    if missing:
        raise Refusal(
            "argument_missing",
            _("The function “%(function)s” does not take “%(name)s”.") % {"function": function, "name": missing[0]},
            hint=_("Write: def %(function)s(%(names)s):")
            % {"function": function, "names": ", ".join(_inputs(component))},
            status=422,
        )
    packages = checked_packages(read_requirements(requirements))
    files = {
        "script.py": script.encode(),
        INTERFACE_FILE: msgspec.json.format(msgspec.json.encode(_unversioned(component)), indent=2),
    }
    tree = _keep_texts(files)
    how = Function(code=tree.digest, file="script.py", name=function, requirements=Requirements(packages=packages))
    return Definition(component=component, how=how)


def read_function_names(script: str, function: str) -> tuple[str, ...]:
    """The names that the function takes. Raises Refusal `script_syntax`, `function_missing`."""
    import ast

    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        message = _("Line %(line)s of the script: %(error)s.") % {"line": line, "error": getattr(error, "msg", error)}
        raise Refusal("script_syntax", message, status=422) from error
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return tuple(one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    message = _("The script has no function “%(name)s”.") % {"name": function}
    hint = _("Write: def %(name)s(table): … return table") % {"name": function}
    raise Refusal("function_missing", message, hint=hint, status=422)


def checked_packages(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Raises Refusal `package_unreadable` for what is no requirement, such as an option of pip."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in packages:
        try:
            Requirement(line)
        except InvalidRequirement as error:
            raise Refusal(
                "package_unreadable",
                _("“%(line)s” names no package.") % {"line": line[:200]},
                hint=_("One package a line, such as scikit-learn==1.6.1. Options and files are not read."),
                status=422,
            ) from error
    return packages


def keep_code(folder: Path, *, written: str = "") -> Tree:
    """The files of a code folder without those that it ignores, or the one file that is named."""
    if folder.is_file():
        blob = keep_file(folder)
        file = File(path=folder.name, digest=blob.digest, size_bytes=blob.size_bytes)
        return keep_manifest(Manifest(files=(file,)))
    if not folder.is_dir():
        raise Refusal(
            "code_missing",
            _("There is no code folder “%(path)s” beside the component.") % {"path": written},
            hint=_("Send it along: zip the folder that holds both."),
            status=422,
        )
    files = []
    for path in kept_files(folder):
        blob = keep_file(path)
        files.append(File(path=path.relative_to(folder).as_posix(), digest=blob.digest, size_bytes=blob.size_bytes))
    return keep_manifest(Manifest(files=tuple(files)))


def with_includes(code: Tree | None, places: Mapping[str, Path]) -> Tree:
    """The code with further files at its top, and further folders under their names; the code's own files win."""
    files = {file.path: file for file in (manifest_of(code.digest).files if code else ())}
    for written, place in places.items():
        tree = keep_code(place, written=written)
        before = "" if place.is_file() else f"{place.name}/"
        for file in manifest_of(tree.digest).files:
            files.setdefault(f"{before}{file.path}", msgspec.structs.replace(file, path=f"{before}{file.path}"))
    return keep_manifest(Manifest(files=tuple(files[path] for path in sorted(files))))


def _register_function(
    actor: Any, project: Project, folder: Path, main: str, *, name: str, version: str, function: str
) -> ComponentVersion:
    """The other files of the folder come along, so that the function may import them."""
    read = read_function(text_of(folder, main), function=function, group=GROUP)
    listed = (folder / REQUIREMENTS_FILE).read_text() if (folder / REQUIREMENTS_FILE).is_file() else ""
    packages = checked_packages((*read.requirements, *read_requirements(listed)))
    tree = keep_code(folder)
    how = Function(code=tree.digest, file=main, name=read.function, requirements=Requirements(packages=packages))
    definition = Definition(component=_named(read.component, name, version), how=how)
    return create_version(actor, project, definition, kind="function")


def _interface(folder: Path, code: str, beside: str, text: str, function: str) -> Component | None:
    """As drawn, where that was kept; else as the function tells it."""
    place = inside(folder, code, beside=beside) / INTERFACE_FILE
    if not place.is_file():
        return read_function(text, function=function, group=GROUP).component
    try:
        return msgspec.json.decode(place.read_bytes(), type=Component)
    except msgspec.MsgspecError as error:
        message = _("%(file)s describes no component: %(error)s.") % {"file": INTERFACE_FILE, "error": error}
        raise Refusal("interface_unreadable", message, status=422) from error


def _main(folder: Path) -> str:
    here = [path.name for path in sorted(folder.iterdir()) if path.is_file() and path.suffix in ENDINGS]
    yamls = [name for name in here if not name.endswith(".py") and "conda" not in name]
    found = yamls or [name for name in here if name.endswith(".py")]
    if len(found) == 1:
        return found[0]
    raise Refusal(
        "main_ambiguous" if found else "main_missing",
        _("Which file describes the component? There are: %(names)s.") % {"names": ", ".join(found)}
        if found
        else _("No file describes the component."),
        hint=_("Send one YAML file with `type: command`, or one Python file; others go into a code folder."),
        status=422,
    )


def _named(component: Component, name: str, version: str) -> Component:
    title = component.title or name
    return msgspec.structs.replace(
        component, name=name or component.name, version=version or component.version, title=title
    )


def _unversioned(component: Component) -> Component:
    return msgspec.structs.replace(component, version="")


def _inputs(component: Component) -> list[str]:
    return [*(port.name for port in component.inputs), *(one.name for one in component.parameters)]


def _keep_texts(texts: dict[str, bytes]) -> Tree:
    import io

    from mlops.blobs.trees import keep_stream

    files = []
    for path, content in sorted(texts.items()):
        blob = keep_stream(io.BytesIO(content))
        files.append(File(path=path, digest=blob.digest, size_bytes=blob.size_bytes))
    return keep_manifest(Manifest(files=tuple(files)))
