"""SSH for dulwich: one key, one host whose key is known or told, no agent, no files of this machine."""

from __future__ import annotations

import io
import socket
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.orders import Login, Place
from mlops.repositories.git.pinned import socket_to

SECONDS = 30.0


class Vendor:
    """What dulwich calls to run `git-upload-pack` at the host. `shown` is the key that the host showed."""

    def __init__(self, place: Place, login: Login) -> None:
        self._place, self._login = place, login
        self.shown = ""

    def run_command(self, host: str, command: bytes, username: str | None = None, **_more: Any) -> Channel:
        import paramiko

        transport = paramiko.Transport(self._socket())
        transport.banner_timeout = transport.auth_timeout = SECONDS
        try:
            transport.start_client(timeout=SECONDS)
            self._check(transport.get_remote_server_key())
            key = paramiko.Ed25519Key.from_private_key(io.StringIO(self._login.private_key))
            transport.auth_publickey(username or "git", key)
            channel = transport.open_session(timeout=SECONDS)
            channel.settimeout(SECONDS)
            channel.exec_command(command)  # nosec B601
        except paramiko.AuthenticationException as error:
            transport.close()
            raise Refusal(
                "repository_login_refused",
                _("%(host)s does not know the deploy key.") % {"host": host},
                hint=_("Add the public key that is shown here to the repository's deploy keys."),
                status=422,
            ) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            transport.close()
            raise Refusal(
                "repository_unreachable",
                _("SSH to %(host)s failed: %(error)s.") % {"host": host, "error": error or type(error).__name__},
                hint=_("See whether the address and the port are right, and whether the host answers."),
                status=422,
            ) from error
        except BaseException:
            transport.close()
            raise
        return Channel(transport, channel)

    def _socket(self) -> socket.socket:
        try:
            return socket_to(self._place, SECONDS)
        except OSError as error:
            raise Refusal(
                "repository_unreachable",
                _("%(host)s does not answer: %(error)s.") % {"host": self._place.host, "error": error},
                hint=_("See whether the host runs and can be reached from here."),
                status=422,
            ) from error

    def _check(self, key: Any) -> None:
        """Raises Refusal `host_key_changed`, before anything of ours is sent."""
        self.shown = f"{key.get_name()} {key.get_base64()}"
        known = self._login.host_key
        if known and known.split()[:2] != self.shown.split():
            raise Refusal(
                "host_key_changed",
                _("%(host)s shows another key than before: somebody may stand between.") % {"host": self._place.host},
                hint=_("If it was changed on purpose, set the repository's host_key to: %(shown)s")
                % {"shown": self.shown},
                status=422,
            )


class Channel:
    """A file of what the command says and hears."""

    def __init__(self, transport: Any, channel: Any) -> None:
        self._transport, self._channel = transport, channel
        self._read = channel.makefile("rb")
        self.stderr = channel.makefile_stderr("rb")

    def read(self, size: int = -1) -> bytes:
        found: bytes = self._read.read(size)
        return found

    def write(self, data: bytes) -> int:
        self._channel.sendall(data)
        return len(data)

    def can_read(self) -> bool:
        return bool(self._channel.recv_ready())

    def close(self) -> None:
        self._channel.close()
        self._transport.close()
