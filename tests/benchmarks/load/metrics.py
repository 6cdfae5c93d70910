"""The training code: MLflow's log-batch at a steady rate, from a few callers with a run each."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import httpx

BASE = "/api/2.0/mlflow/runs/"
IN_A_BATCH = 100
CALLERS = 4
PATIENCE_SECONDS = 60.0


@dataclass
class Logged:
    metrics: int = 0
    failures: int = 0
    seconds: list[float] = field(default_factory=list)


async def log(url: str, token: str, experiment: str, told: Logged, *, a_second: float, until: float) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE_SECONDS) as client:
        await asyncio.gather(*(_logs(client, experiment, told, a_second / CALLERS, until) for _one in range(CALLERS)))


async def _logs(client: httpx.AsyncClient, experiment: str, told: Logged, a_second: float, until: float) -> None:
    began, sent = time.monotonic(), 0
    answer = await client.post(f"{BASE}create", json={"experiment_id": experiment, "start_time": 0})
    answer.raise_for_status()
    run = answer.json()["run"]["info"]["run_id"]
    while (now := time.monotonic()) < until:
        due = began + sent / a_second
        if due > now:
            await asyncio.sleep(due - now)
        at = int(time.time() * 1000)
        batch = [{"key": f"loss{place % 5}", "value": place / 100, "timestamp": at, "step": sent + place}
                 for place in range(IN_A_BATCH)]  # fmt: skip
        asked = time.perf_counter()
        try:
            answer = await client.post(f"{BASE}log-batch", json={"run_id": run, "metrics": batch})
            is_taken = answer.status_code == 200
        except httpx.HTTPError:
            is_taken = False
        told.seconds.append(time.perf_counter() - asked)
        told.metrics += IN_A_BATCH * is_taken
        told.failures += not is_taken
        sent += IN_A_BATCH
    await client.post(f"{BASE}update", json={"run_id": run, "status": "FINISHED"})
