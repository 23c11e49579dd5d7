"""Vitrine: a self-hosted online shop in one process.

Start reading at ``main.py``, which builds the application from its settings, and at
``features.py``, which lists what the shop can do in the order in which one part may use
another. Below the features stand three floors: ``kit`` (pure values), ``runtime`` (the
database, jobs, files and everything else with I/O) and ``web`` (how a page is served).
"""

__version__ = "0.1.0"
