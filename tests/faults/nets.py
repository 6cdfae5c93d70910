"""A network of its own for one worker, which can be unplugged: nothing is refused then, nothing comes back."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
from dataclasses import dataclass, field


@dataclass
class Net:
    """`before`: words before a command that runs in it. `host`: where this machine is from there. Needs root."""

    name: str = field(default_factory=lambda: f"f{secrets.token_hex(4)}")
    number: int = field(default_factory=lambda: secrets.randbelow(200) + 20)

    @property
    def host(self) -> str:
        return f"10.213.{self.number}.1"

    @property
    def before(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def make(self) -> None:
        out, inside = f"{self.name}o", f"{self.name}i"
        _ip("netns", "add", self.name)
        _ip("link", "add", out, "type", "veth", "peer", "name", inside, "netns", self.name)
        _ip("addr", "add", f"{self.host}/30", "dev", out)
        _ip("link", "set", out, "up")
        for words in (("addr", "add", f"10.213.{self.number}.2/30", "dev", inside), ("link", "set", "lo", "up")):
            _ip("-n", self.name, *words)
        self.plug_in()

    def unplug(self) -> None:
        _ip("-n", self.name, "link", "set", f"{self.name}i", "down")

    def plug_in(self) -> None:
        _ip("-n", self.name, "link", "set", f"{self.name}i", "up")

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("netns", "delete", self.name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
