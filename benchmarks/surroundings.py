"""Says what the figures were measured with."""

import os
import platform
from importlib.metadata import version

from benchmarks.cores import Cores
from benchmarks.failure import BenchmarkFailure
from benchmarks.programs import version_of
from benchmarks.under_test import THREADS, WORKERS


def describe(cores: Cores) -> str:
    """Return versions, cores and settings as lines."""
    return "\n".join(
        [
            f"Python {platform.python_version()} ({platform.python_compiler()})",
            f"gunicorn {version('gunicorn')}, Flask {version('flask')}",
            f"{version_of('nginx', '-v')}; caddy {_version_of_caddy()}; {version_of('wrk', '-v')}",
            f"{os.cpu_count()} cores, {cores.describe()}",
            f"{WORKERS} gthread worker, {THREADS} threads, preload",
        ]
    )


def _version_of_caddy() -> str:
    try:
        return version_of("caddy", "version")
    except BenchmarkFailure:
        # The cases without it can be measured all the same.
        return "is not installed"
