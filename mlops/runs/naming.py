"""Names for runs that nobody named: two words and a number, easy to say and to tell apart."""

from __future__ import annotations

import secrets

HOW = (
    "amber brave bright calm clever crisp eager early fair fleet fond gentle glad golden grand hardy honest humble"
    " keen kind lively lucid mellow merry mild nimble noble patient plain prompt proud quick quiet rapid ready robust"
    " rustic serene sharp silent silver simple sleek smart solid steady stout subtle sunny swift tidy tranquil true"
    " upbeat vivid warm wise witty young zesty"
)
WHAT = (
    "alder aspen badger beech birch bison brook canyon cedar cliff comet coral crane creek dale delta dune eagle elm"
    " falcon fern finch fjord fox glade grove harbor hare hawk heron hill ibex island jay kite lagoon lake larch lark"
    " lynx maple marten meadow mesa moor moss oak otter owl pine plover pond quail raven reef ridge river robin salmon"
    " seal sparrow spruce stork stream swan tern thrush tulip vale willow wren"
)


def made_up_name() -> str:
    """Such as `calm-heron-417`."""
    return f"{secrets.choice(HOW.split())}-{secrets.choice(WHAT.split())}-{secrets.randbelow(900) + 100}"
