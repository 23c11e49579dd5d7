"""How often somebody may do something: a bucket of tokens for each, or a wait that grows with every
failure. All of it is counted behind one door, ``Limits``, which knows where."""

from webapp.runtime.limits.counting import Buckets, Delays, Limits
from webapp.runtime.limits.places import AWAY_S, PATIENCE_S

__all__ = ["AWAY_S", "PATIENCE_S", "Buckets", "Delays", "Limits"]
