"""Handing memory back to the system, where the C library keeps what was freed for later use."""

import ctypes
import gc


def give_back() -> None:
    """Return free heap pages to the system. Milliseconds; nothing where there is no glibc."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
