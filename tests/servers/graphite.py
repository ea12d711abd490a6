"""A real Graphite for a test: its web application over whisper files with the samples of ``servers.samples``."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from servers.missing import need
from servers.ports import LOOPBACK, free_port
from servers.processes import running
from servers.requests import FORM, ask
from servers.samples import HOUR, METRIC, SAMPLES

TARGET = f"house.attic.{METRIC}"
# It is known by its tags and has no samples.
TAGGED = f"{METRIC};room=cellar"

# Debian's Graphite is made of packages for Debian's own Python.
_PYTHON = "/usr/bin/python3"
_YEARS = 20

_SETTINGS = """\
SECRET_KEY = "of a test"
CONF_DIR = LOG_DIR = STORAGE_DIR = {home!r}
WHISPER_DIR = {whisper!r}
STANDARD_DIRS = [WHISPER_DIR]
INDEX_FILE = {home!r} + "/index"
LOG_ROTATION = False
# No carbon: everything is in the files.
CARBONLINK_HOSTS = []
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {home!r} + "/graphite.db"}}}}
"""

_PROGRAM = """\
import json, os, sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

import whisper
from django.core.management import call_command
from django.db.backends.signals import connection_created
from graphite.wsgi import application

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

def trust_the_disk(connection, **_):
    # Its tables take a hundred writes, each of which would wait for the disk.
    connection.cursor().execute("PRAGMA synchronous = OFF")

connection_created.connect(trust_the_disk)
given = json.loads(sys.argv[1])
os.makedirs(os.path.dirname(given["file"]))
whisper.create(given["file"], [tuple(given["archive"])])
whisper.update_many(given["file"], given["samples"])
call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
make_server(given["host"], given["port"], application, Server).serve_forever()
"""


@contextlib.contextmanager
def graphite_server(directory: Path) -> Iterator[str]:
    """Run a server that lets everybody in, and yield its URL, without a slash at its end.

    Data and configuration are in ``directory/graphite``, the log is ``directory/graphite.log``.
    Raises RuntimeError with the tail of the log when the server does not start. Skips the test when Graphite is not
    installed.
    """
    need("graphite-manage", "graphite-web")
    home = directory / "graphite"
    whisper = home / "whisper"
    home.mkdir(parents=True)
    (home / "settings_of_graphite.py").write_text(_SETTINGS.format(home=str(home), whisper=str(whisper)))
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    given = {
        "file": str(whisper.joinpath(*TARGET.split(".")).with_suffix(".wsp")),
        "archive": [HOUR, _YEARS * 365 * 24],
        "samples": SAMPLES,
        "host": LOOPBACK,
        "port": port,
    }
    with running(
        [_PYTHON, "-c", _PROGRAM, json.dumps(given)],
        lambda: ask(f"{url}/version", {}).status == 200,
        home,
        log=directory / "graphite.log",
        environ={"GRAPHITE_SETTINGS_MODULE": "settings_of_graphite", "PYTHONPATH": str(home)},
    ):
        tagged = ask(f"{url}/tags/tagSeries", FORM, method="POST", body=urlencode({"path": TAGGED}))
        assert tagged.status == 200, tagged
        yield url
