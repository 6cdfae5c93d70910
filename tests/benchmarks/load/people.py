"""The people: each has a page open with its socket, and goes to another one every few seconds."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx
import websockets

PAGES = ("/", "/runs/", "/runs/?filter=state%3Dcompleted", "/runs/rows/", "/models/", "/datasets/", "/experiments/",
         "/runs/{run}/", "/runs/{run}/?tab=metrics", "/models/{model}/", "/alerts/", "/alerts/bell/", "/projects/",
         "/search/hits/?text=boost", "/api/v1/runs/?limit=50", "/api/v1/models/?limit=50", "/designer/",
         "/lineage/", "/monitoring/", "/endpoints/")  # fmt: skip
PATIENCE_SECONDS = 60.0
MOST_SAID, SAID_CHARACTERS = 5, 400


@dataclass
class Seen:
    """What all of them met with: seconds of each page's answers, failures by what they were, and notices."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    said: list[str] = field(default_factory=list)
    """By the first of those that failed: the ends of their answers."""
    notices: int = 0
    sockets_lost: int = 0

    @property
    def answers(self) -> int:
        return sum(len(times) for times in self.seconds.values())


@dataclass(frozen=True)
class Person:
    cookie: str
    project: str
    run: str
    model: str


async def work(url: str, people: list[Person], seen: Seen, *, until: float, think_seconds: float) -> None:
    """`until` by the monotonic clock."""
    limits = httpx.Limits(max_connections=len(people), max_keepalive_connections=len(people))
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, limits=limits) as client:
        await asyncio.gather(
            *(_clicks(client, one, seen, until, think_seconds) for one in people),
            *(_listens(url, one, seen, until) for one in people),
        )


async def _clicks(client: httpx.AsyncClient, person: Person, seen: Seen, until: float, think_seconds: float) -> None:
    await asyncio.sleep(random.random() * think_seconds)
    while time.monotonic() < until:
        page = random.choice(PAGES)
        address = page.format(run=person.run, model=person.model)
        if "rows" in page or "/runs/?" in page:
            address += f"{'&' if '?' in address else '?'}project={person.project}"
        began = time.perf_counter()
        try:
            answer = await client.get(address, headers={"Cookie": f"sessionid={person.cookie}"})
            if answer.status_code != 200:
                seen.failures[f"{page}: {answer.status_code}"] += 1
                if len(seen.said) < MOST_SAID:
                    seen.said.append(f"{page}: {answer.status_code} {_text(answer.text)[-SAID_CHARACTERS:]}")
        except httpx.HTTPError as error:
            seen.failures[f"{page}: {type(error).__name__}"] += 1
        else:
            seen.seconds[page].append(time.perf_counter() - began)
        await asyncio.sleep(random.expovariate(1 / think_seconds))


def _text(page: str) -> str:
    """Without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).strip()


async def _listens(url: str, person: Person, seen: Seen, until: float) -> None:
    address = f"ws{url.removeprefix('http')}/ws/notices/?project={person.project}"
    while time.monotonic() < until:
        try:
            async with websockets.connect(
                address, additional_headers={"Cookie": f"sessionid={person.cookie}"}, open_timeout=PATIENCE_SECONDS
            ) as socket:
                while (left := until - time.monotonic()) > 0:
                    try:
                        await asyncio.wait_for(socket.recv(), left)
                        seen.notices += 1
                    except TimeoutError:
                        return
        except (OSError, websockets.WebSocketException, TimeoutError):
            seen.sockets_lost += 1
            await asyncio.sleep(1.0)
