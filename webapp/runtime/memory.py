"""Starting without the collector, and handing memory back that was freed."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def for_good() -> Iterator[None]:
    """What is made inside stays: the collector looks neither for it meanwhile nor at it later.

    Nearly all that a start makes is kept (of 240,000 objects fewer than a thousand are not), and
    to look through it once takes as long as an eighth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def give_back() -> None:
    """Collect, and return free heap pages to the system; nothing where there is no glibc."""
    gc.collect()
    trim()


def trim() -> None:
    """Return what is free already. Well under a millisecond."""
    trim_heap = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim_heap is not None:
        trim_heap(0)
