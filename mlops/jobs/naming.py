"""Names for jobs whose files have none: an adjective, a noun and ten letters, as Azure ML makes them up."""

from __future__ import annotations

import re
import secrets

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

ADJECTIVES = (
    "amber", "ashen", "bold", "brave", "bright", "calm", "clever", "cool", "coral", "dapper", "eager", "elated",
    "frank", "gentle", "gifted", "green", "happy", "helpful", "honest", "ivory", "jolly", "keen", "kind", "lemon",
    "loving", "lucid", "magenta", "mighty", "modest", "neat", "nifty", "olive", "patient", "placid", "polite", "proud",
    "quiet", "ready", "red", "rosy", "sharp", "shy", "silver", "sleepy", "strong", "sunny", "tender", "upbeat", "vivid",
    "warm", "willing", "witty", "yellow", "zen",
)  # fmt: skip
NOUNS = (
    "acorn", "apple", "arch", "basil", "bay", "bean", "bell", "boat", "brush", "cabin", "candle", "carrot", "cloud",
    "clover", "comet", "dolphin", "drum", "eagle", "engine", "fern", "fig", "flute", "forest", "garlic", "glacier",
    "grape", "guitar", "hamster", "island", "jewel", "kettle", "kite", "ladder", "lamp", "leaf", "lemon", "library",
    "maple", "moon", "nut", "oasis", "onion", "orange", "owl", "panda", "peach", "pear", "pebble", "pepper", "pillow",
    "plum", "quill", "rain", "river", "roof", "school", "seal", "spoon", "star", "stem", "sugar", "tail", "tent",
    "thread", "tiger", "truck", "turtle", "vase", "violet", "wall", "wheel", "window", "yak", "zebra",
)  # fmt: skip
LETTERS = "bcdfghjklmnpqrstvwxyz0123456789"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")


def made_up() -> str:
    """Such as `calm_river_k7f0x2m9tq`."""
    letters = "".join(secrets.choice(LETTERS) for _place in range(10))
    return f"{secrets.choice(ADJECTIVES)}_{secrets.choice(NOUNS)}_{letters}"


def checked_name(name: str) -> str:
    """Raises Refusal `job_name_invalid`."""
    if NAME.fullmatch(name):
        return name
    raise Refusal(
        "job_name_invalid",
        _("“%(name)s” cannot name a job.") % {"name": name[:300]},
        hint=_("Use up to 255 letters, digits, “-”, “_” and “.”, beginning with a letter or digit."),
        status=422,
    )
