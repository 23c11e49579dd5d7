"""``bin/prove``: run one proof or all of them; each prints one line or fails loudly.

``--quick`` runs the small form, ``--seed=N`` throws the dice of an earlier run again.
"""

import random
import sys
from collections.abc import Callable

import structlog

from tests.proofs import catalogues, crash, crash_celery, doors, enumeration, leases, oversell

PROOFS: dict[str, Callable[[bool, int], str]] = {
    "oversell": lambda quick, _seed: oversell.prove(quick),
    "crash": crash.prove,
    "crash-celery": crash_celery.prove,
    "leases": leases.prove,
    "doors": doors.prove,
    "enumeration": enumeration.prove,
    "catalogues": catalogues.prove,
}


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    seeds = [int(one.removeprefix("--seed=")) for one in arguments if one.startswith("--seed=")]
    seed = seeds[0] if seeds else random.randrange(1_000_000)
    names = [name for name in arguments if not name.startswith("-")] or list(PROOFS)
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        sys.stderr.write(f"There is no proof {unknown[0]}: {', '.join(PROOFS)}\n")
        return 2
    # What shops of this process have to say is not the proof's line.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    failed = 0
    for name in names:
        try:
            sys.stdout.write(f"{PROOFS[name](quick, seed)}\n")
        except AssertionError as fault:
            sys.stderr.write(f"FAILED {name} (seed {seed}): {fault}\n")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
