"""Draw the demo shop's pictures: python webapp/demo/studio/draw.py [NAME ...].

Without names it draws every picture that is not there yet, main pictures first. A name may end
in * for all that begin with it. Needs the `bpy`, `numpy` and `pillow` packages.
"""

import argparse
import fnmatch
import sys
import time
from pathlib import Path

import candles
import ceramics
import downloads
import garden
import glassware
import groups
import kitchen
import larder
import lighting
import linen
import stationery
import vases
from stage import PICTURES, take

ROOMS = (
    ceramics,
    vases,
    glassware,
    kitchen,
    larder,
    lighting,
    candles,
    linen,
    stationery,
    garden,
    downloads,
    groups,
)


def order(name: str) -> tuple[int, str]:
    main = 0 if name.endswith("-1") else 1 if not name[-1:].isdigit() else 2
    return main, name


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("names", nargs="*")
    ask.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "pictures")
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--scale", type=float, default=1.0, help="0.5 draws at half size, for a look")
    ask.add_argument("--enlarge", action="store_true", help="draw at --scale, save at full size")
    ask.add_argument("--samples", type=int, default=0)
    ask.add_argument("--list", action="store_true")
    args = ask.parse_args()
    if args.names:
        wanted = [n for n in PICTURES if any(fnmatch.fnmatch(n, w) for w in args.names)]
    else:
        wanted = [n for n in PICTURES if not (args.out / f"{n}.webp").exists()]
    wanted.sort(key=order)
    if args.list:
        print("\n".join(wanted))
        return 0
    for name in wanted:
        began = time.monotonic()
        made = take(
            name,
            args.out,
            threads=args.threads,
            scale=args.scale,
            samples=args.samples,
            enlarge=args.enlarge,
        )
        print(f"{name} {time.monotonic() - began:.1f}s {made.stat().st_size // 1024}KB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
