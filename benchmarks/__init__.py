"""Measures Sluice beside its references in one run: ``python -m benchmarks``; only loopback, no verdicts."""
