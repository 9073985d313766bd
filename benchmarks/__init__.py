"""`make bench`: how fast the product is, as ratios against baselines of the same run (see docs/benchmarks.md)."""
