"""Reads one member of a zip archive as a table."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mlops.blocks.bundles import archive_of, sources_of
from mlops.blocks.importing import format_of, read_as_table
from mlops.env import read
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Bundle, Table

PARAMETER = "dataset_to_unpack"


def unpacked(call: Call) -> Table:
    bundle = cast("Bundle", call.inputs["dataset"])
    call.work_dir.mkdir(parents=True, exist_ok=True)
    file = call.work_dir / "unpacked"
    with zipfile.ZipFile(archive_of(bundle, port="dataset")) as archive:
        member = _member(archive, (call.parameters[PARAMETER] or "").strip())
        _extract(archive, member, file)
    chosen = call.parameters["data_format"]
    format = (format_of(member.filename) or "csv") if chosen == "auto" else chosen
    table = read_as_table(
        file,
        format,
        has_header=call.parameters["has_header"],
        source=member.filename,
        folder=call.work_dir / "read",
        sources=sources_of(bundle),
    )
    file.unlink()
    call.report.log(f"Read {table.height} rows with {len(table.schema.columns)} columns from {member.filename}.")
    return table


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    found = [member for member in members if member.filename == name] if name else members
    if len(found) == 1:
        return found[0]
    names = [member.filename for member in members]
    listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    if name:
        message, hint = (
            _("The archive has no file '%(name)s'.") % {"name": name},
            nearest(name, names) or (_("Its files are: %(listed)s.") % {"listed": listed}),
        )
    else:
        message, hint = (
            _("The archive holds %(count)s files.") % {"count": len(names)},
            _("Name one of them: %(listed)s.") % {"listed": listed or _("none")},
        )
    raise Refusal("file_not_found", message, hint=hint, status=422, where=Where(parameter=PARAMETER, value=name))


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Counts what comes out, whatever the archive says of it."""
    most = int(read("MLOPS_IMPORT_MOST_BYTES"))
    where, size = Where(port="dataset", value=member.filename), 0
    try:
        with archive.open(member) as packed, target.open("wb") as file:
            while chunk := packed.read(1 << 20):
                size += len(chunk)
                if size > most:
                    message = _("'%(filename)s' is larger than %(most)s bytes.") % {
                        "filename": member.filename,
                        "most": f"{most:,}",
                    }
                    hint = _("Upload it as a dataset of its own, or an administrator raises MLOPS_IMPORT_MOST_BYTES.")
                    raise Refusal("file_too_large", message, hint=hint, status=422, where=where)
                file.write(chunk)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        shutil.rmtree(target, ignore_errors=True)
        message = _("'%(filename)s' cannot be unpacked: %(error)s.") % {"filename": member.filename, "error": error}
        hint = _("Pack it anew, without a password.")
        raise Refusal("zip_unreadable", message, hint=hint, status=422, where=where) from error
