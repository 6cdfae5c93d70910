"""`mlops storage gc`: what nothing holds any more is found, and removed after its grace."""

from __future__ import annotations

import argparse
from datetime import timedelta

from mlops.env import choose_data_dir
from mlops.server.loading import load_django


def define(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    gc = verbs.add_parser("gc", help="remove stored bytes that nothing holds")
    gc.add_argument("--data-dir", help="where everything is kept (default: MLOPS_DATA_DIR)")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    gc.add_argument(
        "--grace-hours",
        type=float,
        help="how long bytes stay that nothing holds (default: MLOPS_GARBAGE_GRACE_HOURS); 0: remove them now, while "
        "nobody uses the server",
    )
    gc.set_defaults(act=collect_garbage)


def collect_garbage(arguments: argparse.Namespace) -> int:
    choose_data_dir(arguments.data_dir)
    load_django()
    from mlops.bin.collecting import collect_and_tell
    from mlops.blobs.garbage import find

    grace = None if arguments.grace_hours is None else timedelta(hours=arguments.grace_hours)
    if arguments.dry_run:
        found = find(grace=grace)
        print(f"{found.condemned} blobs with {found.condemned_bytes:,} bytes are held by nothing. Nothing was removed.")
        return 0
    done = collect_and_tell(grace=grace)
    print(f"Removed {done.removed} blobs with {done.removed_bytes:,} bytes, and {done.strays} stray files.")
    print(f"{done.condemned} blobs with {done.condemned_bytes:,} bytes are held by nothing and go after the grace.")
    return 0
