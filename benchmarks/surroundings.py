"""Says what the figures were measured with."""

import os
import platform
from importlib.metadata import version

from benchmarks.cores import Cores
from benchmarks.programs import version_of
from benchmarks.under_test import THREADS, WORKERS


def describe(cores: Cores) -> str:
    """Return versions, cores and settings as lines."""
    return "\n".join(
        [
            f"Python {platform.python_version()} ({platform.python_compiler()})",
            f"gunicorn {version('gunicorn')}, Flask {version('flask')}",
            f"{version_of('nginx', '-v')}; {version_of('wrk', '-v')}",
            f"{os.cpu_count()} cores, {cores.describe()}",
            f"{WORKERS} gthread worker, {THREADS} threads, preload",
        ]
    )
