"""Claims of speed and memory, each measured against a floor in the same run; docs/reference/benchmarks.md says more."""
