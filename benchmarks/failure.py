"""What keeps a figure from being measured, in words for the person who runs the benchmarks."""


class BenchmarkFailure(Exception):
    """A program is missing, a server did not start, or its answers were not the expected ones."""
