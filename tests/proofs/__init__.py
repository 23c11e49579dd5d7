"""Long proofs: races and kills against real servers. ``bin/prove NAME [--quick]``."""
