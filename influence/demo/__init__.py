"""An invented world to try Influence with (`seed_demo`), and the whole story told in a terminal (`demo`)."""
