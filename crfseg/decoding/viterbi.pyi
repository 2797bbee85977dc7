"""Types of viterbi.pyx."""

MAX_NATS: int
