"""Processes of our own that work for another: how many there may be, and that they end with it. Knows no work."""

from __future__ import annotations

import multiprocessing
import os
import threading


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_parent() -> None:
    """One that was killed cannot tell anybody: its queue stays open in us, and we would wait for ever."""
    threading.Thread(target=_end_after, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_after(parent: multiprocessing.process.BaseProcess | None) -> None:
    if parent:
        parent.join()
        os._exit(1)
