"""``bin/prove``: run one proof or all of them; each prints one line or fails loudly."""

import sys

from tests.proofs import oversell

PROOFS = {"oversell": oversell.prove}


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(PROOFS)
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        sys.stderr.write(f"There is no proof {unknown[0]}: {', '.join(PROOFS)}\n")
        return 2
    failed = 0
    for name in names:
        try:
            sys.stdout.write(f"{PROOFS[name](quick)}\n")
        except AssertionError as fault:
            sys.stderr.write(f"FAILED {name}: {fault}\n")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
