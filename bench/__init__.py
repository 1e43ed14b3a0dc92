"""The measurements of the design's section 7: ``make bench`` writes ``docs/benchmarks.md``."""
