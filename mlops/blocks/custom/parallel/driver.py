"""Hands the mini-batches of a parallel job to its worker processes, tries failed ones again, and counts errors.

Standard library only: it runs in the Python of the component's environment, within the step's walls. It is called with
the folder of the exchange: `settings.json` and `batches.jsonl` in, `progress.json`, `result.txt` and `report.json` out.
Where more fails than is allowed, it ends with exit code 1 and the report says why."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from typing import Any

from mlops.formats.spoken import gettext as _

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")
START_SECONDS = 600.0
"""How long the import of the script and its init() may take."""

MOST_TOLD = 20


class Failed(Exception):
    """Of one try."""


class Unloadable(Exception):
    """The script cannot be loaded: no other mini-batch will go better."""


class Worker:
    """One process; begun anew after a timeout or its death."""

    def __init__(self, name: str, settings: dict[str, Any], settings_file: str, log: Any) -> None:
        self.name, self.settings, self.settings_file, self.log = name, settings, settings_file, log
        self.process: subprocess.Popen[bytes] | None = None
        self.rest = b""

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Raises Failed, Unloadable."""
        if self.process is None:
            self._begin()
        assert self.process is not None
        try:
            os.write(self.to, (json.dumps(message) + "\n").encode())
        except OSError:
            raise self._died() from None
        answer = self._answer(seconds)
        if answer is None:
            self.end(kill=True)
            raise Failed(f"run() took longer than {seconds:g} s")
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def end(self, *, kill: bool = False) -> None:
        if self.process is None:
            return
        os.close(self.to)
        if kill:
            self.process.kill()
        try:
            self.process.wait(START_SECONDS)  # of shutdown()
        finally:
            self.process.kill()
        os.close(self.source)
        self.process = None
        self.listener.join(2.0)  # what it said last; a process that it left behind may keep the pipe open

    def _begin(self) -> None:
        asked, self.to = os.pipe()
        self.source, answered = os.pipe()
        self.rest = b""
        words = [sys.executable, WORKER, self.settings_file, str(asked), str(answered)]
        environ = {**os.environ, "MLOPS_PARALLEL_WORKER": self.name}
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(asked, answered),
            env=environ,
        )
        os.close(asked)
        os.close(answered)
        self.listener = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.listener.start()
        answer = self._answer(START_SECONDS)
        if answer is None or "error" in answer:
            self.end(kill=True)
            raise Unloadable(answer["error"] if answer else f"init() took longer than {START_SECONDS:g} s")

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        """None after that time. Raises Failed where the process has died."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.source], [], [], left)[0]:
                return None
            read = os.read(self.source, 65536)
            if not read:
                raise self._died()
            self.rest += read
        line, self.rest = self.rest.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> Failed:
        assert self.process is not None
        status = self.process.wait()
        self.end(kill=True)
        return Failed(f"its process {'was killed by signal' if status < 0 else 'ended with exit code'} {abs(status)}")

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """What it prints goes to the step's log and to a file of its own."""
        assert process.stdout is not None
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            self.log(self.name, text)


class Driver:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.settings_file = os.path.join(folder, "settings.json")
        with open(self.settings_file, encoding="utf-8") as opened:
            self.settings = json.load(opened)
        self.lock = threading.Lock()
        self.batches: queue.Queue[dict[str, Any]] = queue.Queue()
        self.total = 0
        with open(os.path.join(folder, "batches.jsonl"), encoding="utf-8") as opened:
            for line in opened:
                self.batches.put(json.loads(line))
                self.total += 1
        self.done = self.failed = self.items = self.succeeded = self.errors = self.retries = 0
        self.told: list[str] = []
        self.over = ""
        self.logs = os.path.join(os.getcwd(), "logs", "user")
        os.makedirs(self.logs, exist_ok=True)
        self.files: dict[str, Any] = {}
        self.workers: list[Worker] = []
        self.result = open(self.settings["result"], "ab") if self.settings["result"] else None  # noqa: SIM115

    def run(self) -> int:
        count = max(1, min(self.settings["concurrency"], self.total))
        self.say(f"{self.total} mini-batches for {count} processes.")
        threads = [threading.Thread(target=self.work, args=(f"process{n:03d}",)) for n in range(count)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        if self.result is not None:
            self.result.close()
        if not self.over and self.failed == self.total and not self.succeeded:
            self.over = "No mini-batch succeeded"
        report = {
            "over": self.over, "mini_batches": self.total, "failed": self.failed, "items": self.items,
            "succeeded": self.succeeded, "errors": self.errors, "retries": self.retries, "told": self.told,
        }  # fmt: skip
        self.write("report.json", report)
        self.say(
            f"{self.done - self.failed} of {self.total} mini-batches succeeded; {self.succeeded} of {self.items} items "
            f"have a result; {self.retries} retries."
        )
        return 1 if self.over else 0

    def work(self, name: str) -> None:
        worker = Worker(name, self.settings, self.settings_file, self.log)
        self.workers.append(worker)
        try:
            while not self.over:
                try:
                    batch = self.batches.get_nowait()
                except queue.Empty:
                    break
                self.one(worker, batch)
        except Unloadable as error:
            self.stop(f"The entry script does not load: {error}")
        except Exception as error:
            self.stop(f"{type(error).__name__}: {error}")
        finally:
            worker.end(kill=bool(self.over))

    def one(self, worker: Worker, batch: dict[str, Any]) -> None:
        tries = 1 + self.settings["max_retries"]
        out = os.path.join(self.folder, f"out-{batch['number']}.txt")
        why = ""
        for attempt in range(1, tries + 1):
            if self.over:
                return
            try:
                answer = worker.ask({**batch, "out": out if self.result else ""}, self.settings["timeout"])
            except Failed as failed:
                why = str(failed)
                self.say(f"Mini-batch {batch['number']} failed at attempt {attempt} of {tries}: {why}.")
                with self.lock:
                    self.retries += attempt < tries
                continue
            self.take(batch, answer, out)
            return
        self.count(batch, items=batch["items"], succeeded=0, why=why)

    def take(self, batch: dict[str, Any], answer: dict[str, Any], out: str) -> None:
        if self.result is not None and os.path.exists(out):
            with open(out, "rb") as rows, self.lock:
                self.result.write(rows.read())
            os.unlink(out)
        missing = answer["items"] - answer["succeeded"]
        why = (
            (
                _("run() returned %(succeeded)s results for %(items)s items")
                % {"succeeded": answer["succeeded"], "items": answer["items"]}
            )
            if missing > 0
            else ""
        )
        self.count(batch, items=answer["items"], succeeded=answer["succeeded"], why=why)

    def count(self, batch: dict[str, Any], *, items: int, succeeded: int, why: str) -> None:
        """A mini-batch with fewer results than items has failed, as Azure ML counts it."""
        with self.lock:
            self.done += 1
            self.items += items
            self.succeeded += succeeded
            self.errors += max(0, items - succeeded)
            self.failed += bool(why)
            if why:
                if len(self.told) < MOST_TOLD:
                    self.told.append(f"mini-batch {batch['number']}: {why}")
                with open(os.path.join(self.logs, "error.txt"), "a", encoding="utf-8") as errors:
                    names = ", ".join(batch.get("files", [])[:5]) or batch.get("table", "")
                    errors.write(f"mini-batch {batch['number']}: {why} ({names})\n")
            self.write("progress.json", {"done": self.done, "total": self.total, "failed": self.failed})
        self.judge()

    def judge(self) -> None:
        allowed, errors = self.settings["mini_batch_error_threshold"], self.settings["error_threshold"]
        share = 100.0 * self.failed / max(1, self.total)
        if 0 <= allowed < self.failed:
            self.stop(f"{self.failed} mini-batches failed, and mini_batch_error_threshold is {allowed}.")
        elif 0 <= errors < self.errors:
            self.stop(f"{self.errors} items have no result, and error_threshold is {errors}.")
        elif share > self.settings["allowed_failed_percent"]:
            most = self.settings["allowed_failed_percent"]
            self.stop(f"{share:.1f} % of the mini-batches failed, and allowed_failed_percent is {most:g}.")

    def stop(self, why: str) -> None:
        with self.lock:
            self.over = self.over or why
            going = [one.process for one in self.workers if one.process is not None]
        for process in going:
            process.kill()

    def say(self, text: str) -> None:
        with self.lock, open(os.path.join(self.logs, "..", "overview.txt"), "a", encoding="utf-8") as overview:
            overview.write(text + "\n")
            print(text, flush=True)

    def log(self, name: str, text: str) -> None:
        with self.lock:
            if name not in self.files:
                path = os.path.join(self.logs, f"{name}.txt")
                self.files[name] = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115
            self.files[name].write(text + "\n")
            print(f"[{name}] {text}", flush=True)

    def write(self, name: str, value: dict[str, Any]) -> None:
        path = os.path.join(self.folder, name)
        with open(path + ".part", "w", encoding="utf-8") as opened:
            json.dump(value, opened)
        os.replace(path + ".part", path)


if __name__ == "__main__":
    sys.exit(Driver(sys.argv[1]).run())
