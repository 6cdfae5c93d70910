"""From the input to the output: each message is scored by the server beside us; a refusal is an answer, too."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
from collections.abc import Callable

from mlops.formats.refusal import Refusal
from mlops.scoring.edge_module.identity import TOKEN_SECONDS, Identity
from mlops.scoring.edge_module.mqtt import Broken, Connection, connect

INPUT, OUTPUT = "amlInput", "amlOutput"
PORT = 8883
MOST_BACKOFF_SECONDS = 60.0
SCORE_SECONDS = 65.0
RENEWED_SECONDS = TOKEN_SECONDS * 0.8


def _say(text: str) -> None:
    print(text, flush=True)


class Bridge:
    def __init__(
        self, identity: Identity, *, scoring_port: int, hub_port: int = PORT, is_secure: bool = True,
        say: Callable[[str], None] = _say,
    ) -> None:  # fmt: skip
        self._identity = identity
        self._scoring_port = scoring_port
        self._hub_port = hub_port
        self._is_secure = is_secure
        self._say = say

    async def run(self) -> None:
        """For ever: connects again with growing pauses. The hub keeps messages meanwhile."""
        pause = 1.0
        while True:
            try:
                connection = await self._connected()
                self._say(f"Connected to the hub as {self._identity.client_id}.")
                pause = 1.0
                async with asyncio.timeout(RENEWED_SECONDS):
                    await self._serve(connection)
            except TimeoutError:
                continue  # with a fresh token
            except (Broken, OSError, Refusal, ssl.SSLError) as error:
                self._say(f"Not connected to the hub: {error}. Tried again in {pause:.0f} s.")
                await asyncio.sleep(pause)
                pause = min(2 * pause, MOST_BACKOFF_SECONDS)

    async def _connected(self) -> Connection:
        identity = self._identity
        token = await asyncio.to_thread(identity.token)
        tls = None
        if self._is_secure:
            tls = ssl.create_default_context(cadata=await asyncio.to_thread(identity.trusted))
        return await connect(
            identity.gateway,
            self._hub_port,
            client_id=identity.client_id,
            user=identity.user,
            password=token,
            tls=tls,
        )

    async def _serve(self, connection: Connection) -> None:
        async def take(topic: str, content: bytes) -> None:
            name, _slash, _properties = topic.partition("/inputs/")[2].partition("/")
            if name != INPUT:
                return
            status, answer = await asyncio.to_thread(self._score, content)
            # as Azure's own modules mark a good answer
            told = {"AzureMLResponse": "OK"} if status == 200 else {"status": str(status)}
            await connection.publish(self._identity.output(OUTPUT, **told), answer)

        running = asyncio.create_task(connection.run(take))
        try:
            await connection.subscribe(self._identity.inputs)
            await running
        finally:
            running.cancel()

    def _score(self, content: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._scoring_port, timeout=SCORE_SECONDS)
        try:
            connection.request("POST", "/score", body=content, headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError as error:
            problem = {"status": 503, "code": "not_ready", "detail": f"The scoring server does not answer: {error}."}
            return 503, json.dumps(problem).encode()
        finally:
            connection.close()
