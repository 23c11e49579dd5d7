"""``python -m webapp``: the command line."""

from webapp.cli import main

main()
