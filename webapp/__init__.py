"""Vitrine: a self-hosted online shop in one process.

Start reading at ``main.py``, which builds the application from its settings, and at
``features.py``, which lists what the shop can do in the order in which one part may use
another. Below the features stand three floors: ``kit`` (pure values), ``runtime`` (the
database, jobs, files and everything else with I/O) and ``web`` (how a page is served).
"""

import os

# Else pydantic looks through all that is installed for plugins to it, at every start; we use none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

__version__ = "0.1.0"
