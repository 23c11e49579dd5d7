"""Starting without the collector, and handing memory back that was freed."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """While a process is put together nearly all that is made stays: looking for the rest meanwhile
    only takes time (a fifth of the start)."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back() -> None:
    """Return free heap pages to the system. Milliseconds; nothing where there is no glibc."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
