"""Pure values that every floor above may use.

Standard library only; no I/O, no database, no HTTP and no knowledge of what a shop sells.
"""
