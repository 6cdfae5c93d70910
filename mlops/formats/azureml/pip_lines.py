"""Requirements as pip reads them: files within files, constraints, hashes, markers, extras and options."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mlops.formats.azureml.environment_parts import Mapped, ReadFile, beside
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

UNDERSTOOD = {"--index-url", "--extra-index-url", "--find-links", "--no-index", "--no-binary", "--only-binary", "--pre"}
SHORT = {"-i": "--index-url", "-f": "--find-links", "-r": "--requirement", "-c": "--constraint", "-e": "--editable"}
WITHOUT_VALUE = {"--pre", "--no-index", "--prefer-binary", "--require-hashes"}
URLS = {"--index-url", "--extra-index-url", "--find-links"}
HASH = re.compile(r"\s--hash[= ]\s*(\S+)")
REPOSITORY = re.compile(r"(git|hg|svn|bzr)\+\S+")
DEEPEST = 10


class Pip(msgspec.Struct, kw_only=True):
    packages: list[str] = []
    constraints: list[str] = []
    options: list[str] = []
    hashes: dict[str, tuple[str, ...]] = {}
    report: list[Mapped] = []
    warnings: list[str] = []


def read_pip(lines: Iterable[str], *, name: str, read_file: ReadFile, base: str = "") -> Pip:
    """`name` is what the lines are from, `base` the file that paths in them are relative to.

    Raises Refusal `package_unreadable` with file and line."""
    found = Pip()
    _read(found, lines, name=name, base=base, read_file=read_file, constrains=False, depth=0)
    return found


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their number, joined at a backslash, without comments and blank ones."""
    joined: list[tuple[int, str]] = []
    held, began = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        began = began if held else number
        line = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        if whole := (held + line).strip():
            joined.append((began, whole))
        held = ""
    return [*joined, (began, held.strip())] if held.strip() else joined


def _read(
    found: Pip, lines: Iterable[str], *, name: str, base: str, read_file: ReadFile, constrains: bool, depth: int
) -> None:
    for number, line in logical_lines("\n".join(lines)):
        place = _("%(name)s, line %(number)s") % {"name": name, "number": number}
        if not line.startswith("-"):
            _package(found, line, place=place, constrains=constrains)
            continue
        option, value = _option(line)
        if option in ("--requirement", "--constraint"):
            if depth >= DEEPEST:
                raise _refused(
                    place,
                    _("“%(value)s” is named by itself.") % {"value": value},
                    _("Take the circle of -r lines out."),
                )
            inner = beside(base, value)
            inner_constrains = constrains or option == "--constraint"
            texts = read_file(inner).splitlines()
            _read(
                found,
                texts,
                name=inner,
                base=inner,
                read_file=read_file,
                constrains=inner_constrains,
                depth=depth + 1,
            )
        elif option == "--editable":
            _editable(found, value, place=place)
        elif option in UNDERSTOOD:
            _check_url(option, value, place)
            found.options.append(f"{option} {value}".strip())
        else:
            found.warnings.append(f"{place}: “{option}” has no meaning here.")
            found.report.append(Mapped(asked=line, how="dropped", why=_("An option without a meaning here.")))


def _option(line: str) -> tuple[str, str]:
    option, _blank, value = re.sub(r"^(-\w)(?=\S)", r"\1 ", line).partition(" ")
    if "=" in option:
        option, _equals, value = option.partition("=")
    option = SHORT.get(option, option)
    return option, "" if option in WITHOUT_VALUE else value.strip().strip("\"'")


def _package(found: Pip, line: str, *, place: str, constrains: bool) -> None:
    hashes = tuple(HASH.findall(line))
    plain = re.sub(r"\s--(hash|config-settings?|global-option)[= ]\s*\S+", "", line).strip()
    if REPOSITORY.match(plain):
        return _editable(found, plain, place=place)
    try:
        wanted = Requirement(plain)
    except InvalidRequirement as error:
        if _is_local(plain):
            return _local(found, plain, place=place)
        reason = str(error).splitlines()[0]
        hint = _("One package a line, such as scikit-learn==1.6.1.")
        raise _refused(
            place, _("“%(plain)s” names no package: %(reason)s.") % {"plain": plain[:200], "reason": reason}, hint
        ) from error
    if wanted.url and wanted.url.startswith(("file:", ".", "/")):
        return _local(found, plain, place=place)
    if constrains:
        found.constraints.append(plain)
        return None
    found.packages.append(plain)
    found.report.append(Mapped(asked=plain, got=plain))
    if hashes:
        key = str(canonicalize_name(wanted.name))
        found.hashes[key] = (*found.hashes.get(key, ()), *hashes)
    return None


def _editable(found: Pip, value: str, *, place: str) -> None:
    """`-e git+https://…#egg=name` and the same without `-e`."""
    if not REPOSITORY.match(value):
        return _local(found, value, place=place)
    url, _hash, fragment = value.partition("#")
    egg = re.search(r"(?:^|&)egg=([A-Za-z0-9._\[\],-]+)", fragment)
    name = egg[1] if egg else re.sub(r"(\.git)?(@[^/@]*)?/?$", "", url).rsplit("/", 1)[-1]
    below = re.search(r"(?:^|&)(subdirectory=[^&]+)", fragment)
    line = f"{name} @ {url}{'#' + below[1] if below else ''}"
    _check_url("repository", url.partition("+")[2], place)
    found.packages.append(line)
    found.report.append(
        Mapped(asked=value, got=line, how="mapped", why=_("Installed from its repository, not as an editable one."))
    )
    return None


def _local(found: Pip, value: str, *, place: str) -> None:
    found.warnings.append(
        f"{place}: “{value}” is a folder or file of one machine and is left out: "
        "put the package into the job's code folder, or build a wheel and name its address."
    )
    found.report.append(Mapped(asked=value, how="dropped", why=_("A folder or file of one machine.")))


def _is_local(line: str) -> bool:
    return line.startswith((".", "/", "~", "file:")) or line.endswith((".whl", ".tar.gz", ".zip"))


def _check_url(option: str, value: str, place: str) -> None:
    if option not in URLS and option != "repository":
        return
    url = urlsplit(value)
    if url.password or (url.username and option != "repository"):
        hint = _("Take them out, and give them to the worker: UV_INDEX_…_USERNAME and …_PASSWORD, or a .netrc file.")
        raise _refused(place, _("The address of “%(option)s” has credentials in it.") % {"option": option}, hint)
    if option in URLS and url.scheme not in ("http", "https"):
        hint = _("Give an http(s) address, or set UV_FIND_LINKS for the worker.")
        raise _refused(
            place,
            _("“%(value)s” of “%(option)s” is no address of a package index.") % {"value": value, "option": option},
            hint,
        )


def _refused(place: str, message: str, hint: str) -> Refusal:
    return Refusal("package_unreadable", f"{place}: {message}", hint=hint, status=422)
