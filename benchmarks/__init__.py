"""Benchmarks: each figure beside a peer's, measured in the same run on the same servers. No thresholds, no tests."""
