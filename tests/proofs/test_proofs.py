"""The quick form of each long proof."""

import subprocess
import sys

import pytest

from tests.proofs.__main__ import PROOFS, main
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


def test_without_a_name_nothing_runs_and_each_is_told_in_a_line(capsys):
    assert main(["--quick"]) == 2

    told = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in told[1:]] == list(PROOFS)
    assert all(len(line.split()) > 3 for line in told)
