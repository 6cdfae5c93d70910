"""Reads a Python function as a component, from its source text alone: nothing is imported.

Annotations: `int`, `float`, `str`, `bool`, `Literal[...]` are parameters; `pd.DataFrame` is a table; `Path` is a
folder. `| None` or a default of None makes an input optional. What it returns are the outputs: a DataFrame or Path,
a tuple of them, named by a NamedTuple of the same file, by `@component(outputs=[...])`, or numbered. `@component`
may also give `name`, `version`, `title`, `description`, `deterministic`, `labels` and `requirements`; it is read,
never called, and a function of this name is given to the file when it runs."""

from __future__ import annotations

import ast
import re
from typing import Any

import msgspec

from mlops.formats.component import Choice, Component, Parameter, ParameterType, Port, PortType
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

DECORATOR = "component"
KNOWN = {"name", "version", "title", "description", "outputs", "deterministic", "labels", "requirements"}
PARAMETERS: dict[str, ParameterType] = {"int": "integer", "float": "decimal", "str": "string", "bool": "boolean"}
PORTS: dict[str, PortType] = {"DataFrame": "table", "Path": "any"}


class ReadFunction(msgspec.Struct, frozen=True, kw_only=True):
    component: Component
    function: str
    requirements: tuple[str, ...] = ()


def read_function(source: str, *, function: str = "", group: str) -> ReadFunction:
    """The named function, else the one with the decorator, else the only public one. Raises Refusal with the line."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise _refuse("script_syntax", f"{getattr(error, 'msg', error)}.", line) from error
    node = _chosen(tree, function)
    given = _decoration(node)
    labels = given.get("labels", {})
    inputs, parameters = _arguments(node, labels if isinstance(labels, dict) else {})
    title, help = _told(node)
    component = Component(
        name=str(given.get("name", node.name)),
        version=str(given.get("version", "")),
        title=str(given.get("title", title)),
        group=group,
        help=str(given.get("description", help)),
        inputs=tuple(inputs),
        outputs=_outputs(node, tree, given),
        parameters=tuple(parameters),
        deterministic=given.get("deterministic", True) is not False,
    )
    packages = given.get("requirements", ())
    return ReadFunction(component=component, function=node.name, requirements=tuple(map(str, packages)))


def _chosen(tree: ast.Module, wanted: str) -> ast.FunctionDef:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if wanted:
        if wanted in functions:
            return functions[wanted]
        hint = nearest(wanted, functions) or (_("It has: %(join)s.") % {"join": ", ".join(functions) or _("none")})
        raise _refuse("function_missing", _("The file has no function “%(wanted)s”.") % {"wanted": wanted}, None, hint)
    marked = [node for node in functions.values() if any(_is_ours(one) for one in node.decorator_list)]
    public = marked or [node for node in functions.values() if not node.name.startswith("_")]
    if len(public) == 1:
        return public[0]
    if not public:
        hint = _("Write: def my_step(table: pd.DataFrame, share: float = 0.5) -> pd.DataFrame:")
        raise _refuse("function_missing", _("The file has no function."), None, hint)
    names = ", ".join(node.name for node in public)
    hint = _("Say which one, or mark it with @component.")
    raise _refuse(
        "function_ambiguous", _("The file has several functions: %(names)s.") % {"names": names}, public[1].lineno, hint
    )


def _is_ours(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return _last(target) == DECORATOR


def _decoration(node: ast.FunctionDef) -> dict[str, Any]:
    for one in node.decorator_list:
        if not (isinstance(one, ast.Call) and _is_ours(one)):
            continue
        found = {}
        for keyword in one.keywords:
            if keyword.arg not in KNOWN:
                hint = nearest(str(keyword.arg), KNOWN) or (
                    _("It knows: %(names)s.") % {"names": ", ".join(sorted(KNOWN))}
                )
                message = _("@component knows no “%(arg)s”.") % {"arg": keyword.arg}
                raise _refuse("decorator_unknown", message, keyword.value.lineno, hint)
            found[keyword.arg] = _literal(keyword.value, f"“{keyword.arg}” of @component")
        return found
    return {}


def _arguments(node: ast.FunctionDef, labels: dict[str, str]) -> tuple[list[Port], list[Parameter]]:
    spec = node.args
    if spec.vararg or spec.kwarg:
        hint = _("Name every input.")
        raise _refuse("argument_open", _("*args and **kwargs cannot be drawn."), node.lineno, hint)
    plain = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(spec.defaults)) + list(spec.defaults)
    pairs = [*zip(plain, defaults, strict=True), *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    helps = _argument_helps(ast.get_docstring(node) or "")
    ports: list[Port] = []
    parameters: list[Parameter] = []
    for argument, default in pairs:
        made = _argument(argument, default, labels.get(argument.arg, ""), helps.get(argument.arg, ""))
        (ports if isinstance(made, Port) else parameters).append(made)  # type: ignore[arg-type]
    return ports, parameters


def _argument(argument: ast.arg, default: ast.expr | None, label: str, help: str) -> Port | Parameter:
    name, line = argument.arg, argument.lineno
    if argument.annotation is None:
        hint = _("Such as %(name)s: pd.DataFrame, or %(name)s: float = 0.5.") % {"name": name}
        raise _refuse("annotation_missing", _("“%(name)s” has no annotation.") % {"name": name}, line, hint)
    kind, optional = _without_none(argument.annotation)
    value = None if default is None else _literal(default, f"the default of “{name}”")
    label = label or _title(name)
    last = _last(kind)
    if last in PORTS:
        return Port(name=name, type=PORTS[last], label=label, help=help, optional=optional or default is not None)
    required = default is None and not optional
    if last in PARAMETERS:
        value = float(value) if last == "float" and isinstance(value, int) and not isinstance(value, bool) else value
        return Parameter(name=name, type=PARAMETERS[last], label=label, help=help, default=value, required=required)
    if isinstance(kind, ast.Subscript) and _last(kind.value) == "Literal":
        items = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        values = [str(_literal(item, f"a choice of “{name}”")) for item in items]
        choices = tuple(Choice(value=one, label=one) for one in values)
        chosen = None if value is None else str(value)
        return Parameter(
            name=name, type="choice", label=label, help=help, default=chosen, required=required, choices=choices
        )
    hint = _("Use int, float, str, bool, Literal[...], pd.DataFrame or Path.")
    raise _refuse(
        "annotation_unknown",
        _("“%(name)s: %(written)s” cannot be drawn.") % {"name": name, "written": ast.unparse(kind)},
        line,
        hint,
    )


def _outputs(node: ast.FunctionDef, tree: ast.Module, given: dict[str, Any]) -> tuple[Port, ...]:
    if node.returns is None:
        hint = _("Such as -> pd.DataFrame, -> Path, or -> tuple[pd.DataFrame, pd.DataFrame].")
        raise _refuse(
            "return_missing", _("“%(name)s” does not say what it returns.") % {"name": node.name}, node.lineno, hint
        )
    returned = node.returns
    if isinstance(returned, ast.Constant) and returned.value is None:
        return ()
    named = _named_tuple(tree, _last(returned))
    if named is not None:
        kinds, names = [one.annotation for one in named], [str(_last(one.target)) for one in named]
    elif isinstance(returned, ast.Subscript) and _last(returned.value) in ("tuple", "Tuple"):
        kinds = list(returned.slice.elts) if isinstance(returned.slice, ast.Tuple) else [returned.slice]
        names = [f"result{number}" for number in range(1, len(kinds) + 1)]
    else:
        kinds, names = [returned], ["result"]
    wanted = given.get("outputs")
    if wanted is not None:
        if len(wanted) != len(kinds):
            message = _("@component names %(count)s outputs, and “%(name)s” returns %(count_2)s.") % {
                "count": len(wanted),
                "name": node.name,
                "count_2": len(kinds),
            }
            raise _refuse("outputs_differ", message, node.lineno)
        names = [str(one) for one in wanted]
    ports = []
    for name, kind in zip(names, kinds, strict=True):
        last = _last(kind)
        if last not in PORTS:
            hint = _("Return pd.DataFrame or Path.")
            raise _refuse(
                "annotation_unknown",
                _("“%(written)s” cannot be an output.") % {"written": ast.unparse(kind)},
                node.lineno,
                hint,
            )
        ports.append(Port(name=name, type=PORTS[last], label=_title(name)))
    return tuple(ports)


def _named_tuple(tree: ast.Module, name: str) -> list[ast.AnnAssign] | None:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name and any(_last(b) == "NamedTuple" for b in node.bases):
            return [one for one in node.body if isinstance(one, ast.AnnAssign)]
    return None


def _without_none(node: ast.expr) -> tuple[ast.expr, bool]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, ast.Constant) and other.value is None:
                return one, True
    if isinstance(node, ast.Subscript) and _last(node.value) == "Optional":
        return node.slice, True
    return node, False


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _literal(node: ast.expr, what: str) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        hint = _("Write the value itself: a number, a text, True, False or None.")
        raise _refuse(
            "literal_expected", _("%(what)s must be a plain value.") % {"what": what}, node.lineno, hint
        ) from error


def _told(node: ast.FunctionDef) -> tuple[str, str]:
    """Title and help. Sections about arguments are told at the inputs instead."""
    text = ast.get_docstring(node) or ""
    text = re.split(r"\n\s*(?:Args|Arguments|Parameters|Returns|Yields|Raises):?\s*\n", text)[0].strip()
    return _title(node.name), text


def _argument_helps(docstring: str) -> dict[str, str]:
    """Of the lines `name: help` or `name (type): help` below `Args:`, or of `:param name: help`."""
    found = dict(re.findall(r":param\s+(?:\w+\s+)?(\w+):\s*(.+)", docstring))
    section = re.search(r"(?:^|\n)\s*(?:Args|Arguments|Parameters):?\s*\n(?:\s*-+\n)?((?:[ \t]+.*\n?|\n)+)", docstring)
    for line in (section[1] if section else "").splitlines():
        one = re.match(r"\s+(\w+)\s*(?:\([^)]*\))?:\s+(.+)", line)
        if one:
            found[one[1]] = one[2].strip()
    return found


def _title(name: str) -> str:
    text = name.strip("_").replace("_", " ")
    return text[:1].upper() + text[1:]


def _refuse(code: str, message: str, line: int | None, hint: str = "") -> Refusal:
    if line:
        message = _("Line %(line)s of the file: %(message)s") % {"line": line, "message": message}
    return Refusal(code, message, hint=hint, status=422, where=Where(row=line))
