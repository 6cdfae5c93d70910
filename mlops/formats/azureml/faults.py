"""All faults of a file together, so that somebody mends them in one go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from mlops.formats.azureml.lines import Path, Source
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


class Faulty(Refusal):
    """Carries every fault, each with its line."""

    def __init__(self, faults: list[Refusal], *, ending: str = "Nothing was created.") -> None:
        first = faults[0]
        several = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        super().__init__(
            first.code if len(faults) == 1 else "file_faulty",
            f"{first.message.removesuffix(ending).rstrip('. ')}{several}. {ending}",
            hint=first.hint,
            status=422,
            where=first.where,
        )
        problems = [{"code": one.code, "message": one.message, "hint": one.hint} for one in faults]
        self.extra = {"problems": problems}


def told_in_full(refusal: Refusal) -> str:
    """Every fault of a file with its line, one a line; of any other refusal its message."""
    if not isinstance(refusal, Faulty):
        return refusal.message
    return "\n".join(one["message"] for one in refusal.extra["problems"])[:4000]


class Faults:
    """Collects what is wrong; `raised` at the end refuses all of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Refusal] = []

    @contextmanager
    def collected(self, at: Path = ()) -> Iterator[None]:
        """A refusal within goes to the others, and reading goes on after it."""
        try:
            yield
        except Refusal as refusal:
            self.add(refusal)
        except (msgspec.ValidationError, ValueError, TypeError, AttributeError, KeyError) as error:
            self.found.append(
                self.source.refuse("yaml_unfit", _("This cannot be read: %(error)s.") % {"error": error}, at=at)
            )

    def add(self, refusal: Refusal) -> None:
        problems = getattr(refusal, "extra", {}).get("problems")
        if problems:
            self.found += [Refusal(one["code"], one["message"], hint=one["hint"], status=422) for one in problems]
        else:
            self.found.append(refusal)

    def raised(self) -> None:
        """Raises Faulty where there are any."""
        if self.found:
            raise Faulty(self.found)
