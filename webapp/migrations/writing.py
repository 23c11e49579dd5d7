"""``bin/migration``: write the next revision from what the models have and the migrations lack."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from webapp.kit.slugs import slugify
from webapp.migrations import VERSIONS, head, upgrade
from webapp.runtime.db import Database


def write(message: str) -> Path:
    """Create ``versions/NNNN_message.py`` and return its path."""
    number = int(head()) + 1 if any(VERSIONS.glob("[0-9]*.py")) else 1
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/compare.db")
        if number > 1:
            upgrade(database)
        config = Config()
        config.set_main_option("script_location", str(VERSIONS.parent))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        database.dispose()
    path = next(VERSIONS.glob(f"{number:04}_*.py"))
    path = path.rename(VERSIONS / f"{number:04}_{slugify(message).replace('-', '_')}.py")
    ruff = str(Path(sys.executable).with_name("ruff"))
    subprocess.run([ruff, "format", "-q", str(path)], check=True)
    subprocess.run([ruff, "check", "-q", "--fix", str(path)], check=True)
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write(' '.join(sys.argv[1:]) or 'change')}\n")
