"""A clock that jumps: a library of a few lines that processes load first, and a file that says how far it is off.

Debian's `faketime` does as much, but breaks the sleep of Python where time that passes is told truly."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile int64_t *off;
static int (*true_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    true_clock = dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("CLOCK_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *found = file < 0 ? MAP_FAILED : mmap(0, sizeof *off, PROT_READ, MAP_SHARED, file, 0);
    off = found == MAP_FAILED ? 0 : found;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    if (!true_clock) true_clock = dlsym(RTLD_NEXT, "clock_gettime");
    int status = true_clock(which, now);
    if (!status && which == CLOCK_REALTIME && off) now->tv_sec += *off;
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec found;
    int status = clock_gettime(CLOCK_REALTIME, &found);
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return status;
}

time_t time(time_t *kept) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (kept) *kept = found.tv_sec;
    return found.tv_sec;
}
"""


class Clock:
    """`variables`: for a process that is to go by it. Time that passes is told truly, as on a machine whose clock is
    set: only what hour it is jumps. Needs a C compiler."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "off"
        self._file.write_bytes(struct.pack("q", 0))
        library, source = folder / "clock.so", folder / "clock.c"
        source.write_text(SOURCE)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}

    def jump(self, seconds: int) -> None:
        with self._file.open("r+b") as file:  # in place: processes have it in their memory
            file.write(struct.pack("q", seconds))
