"""The device's one process: keeps the present bundle's server behind the front, counts, reports, updates, goes back."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from pathlib import Path

import msgspec

from mlops.device.channel import Channel
from mlops.device.counts import Counts, since
from mlops.device.front import Front
from mlops.device.home import Current, Home
from mlops.device.reports import Waiting
from mlops.device.segments import hand_over
from mlops.device.server import ScoringServer
from mlops.device.unpacking import read_manifest, unpack
from mlops.formats.bundle import MOST_REPORTS, BundleManifest, BundleOffer, DeviceReport
from mlops.formats.refusal import Refusal

COUNT_SECONDS = 5.0
MOST_SILENT_REPORTS = 12
"""A period without a request is reported only every so often."""
MOST_FAILURES = 3
"""So many starts in a row that did not become ready: a newer bundle is given up for the one before."""
MOST_BACKOFF_SECONDS = 60.0


class Agent:
    def __init__(self, home: Home, bundle: Path, *, server: str, period_seconds: float) -> None:
        self.home = home
        self.front = Front()
        self.state = "starting"
        self._bundle = bundle
        self._manifest = read_manifest(bundle)
        self._url = server
        self._period = period_seconds
        self._scoring: ScoringServer | None = None
        self._waiting = Waiting(home.folder / "reports.jsonl")
        self._seen, self._counted = Counts(), Counts()
        self._since = time.time()
        self._restarts, self._rejected, self._silent = 0, 0, 0
        self._messages: list[str] = []
        self._refused = ""
        self._switching = asyncio.Lock()

    async def run(self) -> None:
        """Until it is cancelled."""
        jobs = (self._keep(), self._count(), self._tell())
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._look()
            self._close_period(always=False)
            await self.front.close()
            if self._scoring is not None:
                await self._scoring.stop()

    # -- keeping the server alive

    async def _keep(self) -> None:
        failures = 0
        while True:
            scoring = await self._started()
            why = await scoring.became_ready()
            if why:
                failures += 1
                self.state = "failing"
                self._say(f"{self._manifest.model} is not ready: {why}")
                await scoring.stop()
                if failures >= MOST_FAILURES and self._go_back(why):
                    failures = 0
                    continue
                await asyncio.sleep(min(2.0**failures, MOST_BACKOFF_SECONDS))
                continue
            failures, self.state, self.front.backend = 0, "ready", scoring.port
            await self._ended(scoring)

    async def _started(self) -> ScoringServer:
        async with self._switching:
            scoring = self._scoring = self._server(self._bundle)
            await scoring.start()
            return scoring

    async def _ended(self, scoring: ScoringServer) -> None:
        """Returns when the present server has ended; an update puts another in its place."""
        while True:
            await scoring.wait()
            async with self._switching:
                present = self._scoring
                if present is scoring or present is None:
                    break
                scoring = present
        self.front.backend, self.state = None, "starting"
        self._seen = Counts()
        self._restarts += 1
        last = scoring.said[-1] if scoring.said else "without a word"
        self._say(f"The server ended and is started again: {last}")

    def _server(self, bundle: Path) -> ScoringServer:
        return ScoringServer(bundle, cache=self.home.folder / "cache", spool=self.home.spool)

    def _go_back(self, why: str) -> bool:
        """To the bundle before, where there is one."""
        current = self.home.current
        if current is None or not current.previous or current.folder != str(self._bundle):
            return False
        if not Path(current.previous).is_dir():
            return False
        failed = self._manifest.serial
        self._take(Path(current.previous), rejected=(*current.rejected, failed))
        self._rejected = failed
        self._say(f"Went back to bundle {self._manifest.serial}: {failed} failed: {why}")
        return True

    def _take(self, bundle: Path, *, previous: Path | None = None, rejected: tuple[int, ...] = ()) -> None:
        older = read_manifest(previous).serial if previous else 0
        self._bundle, self._manifest = bundle, read_manifest(bundle)
        self.home.keep_current(
            Current(
                folder=str(bundle),
                serial=self._manifest.serial,
                previous=str(previous or ""),
                previous_serial=older,
                rejected=rejected,
            )
        )

    # -- counting

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(min(COUNT_SECONDS, self._period))
            await self._look()

    async def _look(self) -> None:
        scoring = self._scoring
        now = await scoring.counts() if scoring is not None and scoring.is_running else None
        if now is not None and scoring is self._scoring:
            self._add(since(self._seen, now))
            self._seen = now

    def _add(self, new: Counts) -> None:
        old = self._counted
        self._counted = Counts(
            requests=old.requests + new.requests,
            errors=old.errors + new.errors,
            refused=old.refused + new.refused,
            rows=old.rows + new.rows,
            seconds_sum=old.seconds_sum + new.seconds_sum,
        )

    def _say(self, text: str) -> None:
        print(text, flush=True)
        self._messages.append(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}")

    def _close_period(self, *, always: bool = False) -> None:
        happened = self._counted != Counts() or self._messages or self._restarts or self._rejected
        self._silent = 0 if happened else self._silent + 1
        if not happened and not always and self._silent % MOST_SILENT_REPORTS != 1:
            return
        now = time.time()
        self._waiting.add(
            DeviceReport(
                install=self.home.install,
                number=0,
                since=self._since,
                until=now,
                serial=self._manifest.serial,
                model=self._manifest.model,
                state=self.state,
                restarts=self._restarts,
                rejected_serial=self._rejected,
                messages=tuple(self._messages),
                **msgspec.structs.asdict(self._counted),
            )
        )
        self._since, self._counted, self._messages = now, Counts(), []
        self._restarts = self._rejected = 0

    # -- talking to the server

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self._period)
            await self._look()
            self._close_period()
            if not self._url or not self.home.token:
                continue
            try:
                offer = await self._hand_over()
                await self._hand_over_collected()
                if offer is not None:
                    await self._update(offer)
            except Refusal as refusal:
                if refusal.code != "no_network":
                    print(f"{refusal.message} {refusal.hint}", flush=True)

    async def _hand_over(self) -> BundleOffer | None:
        channel = Channel(self._url, token=self.home.token)
        while True:
            told = self._waiting.oldest(MOST_REPORTS)
            answer = await asyncio.to_thread(
                channel.report, told, platform=self._manifest.platform, serial=self._manifest.serial
            )
            self._waiting.forget(answer.accepted)
            if not answer.accepted or not len(self._waiting):
                return answer.offer

    async def _hand_over_collected(self) -> None:
        channel = Channel(self._url, token=self.home.token)
        refused = await asyncio.to_thread(hand_over, self.home.spool, channel)
        if refused and refused != self._refused:
            self._say(refused)
        self._refused = refused

    async def _update(self, offer: BundleOffer) -> None:
        current = self.home.current
        rejected = current.rejected if current else ()
        if offer.serial <= self._manifest.serial or offer.serial in rejected:
            return
        archive = self.home.folder / "download"
        try:
            channel = Channel(self._url, token=self.home.token)
            await asyncio.to_thread(channel.fetch, offer, platform=self._manifest.platform, file=archive)
            bundle = await asyncio.to_thread(
                unpack, archive, self.home.versions, key=self.home.key, running=self._manifest
            )
            await self._try(bundle)
        except Refusal as refusal:
            if refusal.code == "no_network":
                raise
            self._reject(offer.serial, refusal.message)
        finally:
            archive.unlink(missing_ok=True)

    async def _try(self, bundle: Path) -> None:
        """Starts it beside the present one, and changes over only when it answers as it was recorded."""
        new = read_manifest(bundle)
        trial = self._server(bundle)
        await trial.start()
        why = await trial.became_ready()
        if why:
            await trial.stop()
            shutil.rmtree(bundle, ignore_errors=True)
            raise Refusal("bundle_failed", f"Bundle {new.serial} ({new.model}) did not become ready: {why}")
        async with self._switching:
            await self._look()
            old, before, seen = self._scoring, self._bundle, self._seen
            self._scoring, self.front.backend, self._seen = trial, trial.port, Counts()
            rejected = self.home.current.rejected if self.home.current else ()
            self._take(bundle, previous=before, rejected=rejected)
            self.state = "ready"
        self._say(f"Updated to bundle {new.serial} ({new.model}).")
        if old is not None:
            await self._retire(old, seen)
        self._tidy()

    async def _retire(self, old: ScoringServer, seen: Counts) -> None:
        """Lets it finish what it has in hand, and counts that too."""
        await self.front.drained(old.port)
        late = await old.counts()
        if late is not None:
            self._add(since(seen, late))
        await old.stop()

    def _reject(self, serial: int, why: str) -> None:
        self._rejected = serial
        self._say(f"Stays with bundle {self._manifest.serial}: {why}")
        current = self.home.current
        rejected = (*(current.rejected if current else ()), serial)
        if current is None:
            current = Current(folder=str(self._bundle), serial=self._manifest.serial)
        self.home.keep_current(msgspec.structs.replace(current, rejected=rejected))

    def _tidy(self) -> None:
        """Bundles that are neither the present nor the one before go."""
        current = self.home.current
        kept = {current.folder, current.previous} if current else set()
        with contextlib.suppress(OSError):
            for folder in self.home.versions.iterdir():
                if str(folder) not in kept:
                    shutil.rmtree(folder, ignore_errors=True)

    @property
    def manifest(self) -> BundleManifest:
        return self._manifest
