"""The HTTP edge: how any feature's page is served. ``edge.install`` puts it around an application.

What it keeps on ``app.state`` and who sets it is listed in ``edge``.
"""
