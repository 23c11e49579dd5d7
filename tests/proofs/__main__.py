"""``bin/prove``: run the proofs that are named, or ``all``; each prints one line or fails loudly.
Without a name it says which there are.

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
SHOWN = {
    "oversell": "fifty buyers at once of something of which there are ten",
    "crash": "a hundred kills of the server during five hundred orders",
    "crash-celery": "the same, of Celery workers and of what they have begun",
    "leases": "no job twice at once, by servers and workers that are killed and stopped",
    "doors": "every page, call and command, tried as everybody",
    "enumeration": "nobody learns who has an account",
    "catalogues": "other people’s catalogues, brought in whole and out again",
}
USAGE = "bin/prove NAME... [--quick] [--seed=N], or bin/prove all (an hour and more)"


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    seeds = [int(one.removeprefix("--seed=")) for one in arguments if one.startswith("--seed=")]
    seed = seeds[0] if seeds else random.randrange(1_000_000)
    names = [name for name in arguments if not name.startswith("-")]
    if not names:
        lines = [f"  {name:<13} {SHOWN[name]}" for name in PROOFS]
        sys.stderr.write("\n".join([USAGE, *lines, ""]))
        return 2
    if names == ["all"]:
        names = list(PROOFS)
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        sys.stderr.write(f"There is no proof {unknown[0]}: {', '.join(PROOFS)}, all\n")
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
