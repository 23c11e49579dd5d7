"""The quick form of each long proof."""

import subprocess
import sys

import pytest

from tests.proofs.__main__ import PROOFS
from tests.proofs.servers import ROOT


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_holds(name: str):
    """In a process of its own: it starts servers and has an event loop."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.proofs", name, "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith(f"{name}:")
