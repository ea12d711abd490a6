"""Speaks the Model Context Protocol with mcp-grafana over its standard input and output: JSON-RPC, a message a line."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

from clients import environments

_PROTOCOL = "2025-06-18"
_STOP_SECONDS = 10
# Without these it would report its use to its makers.
_QUIET = {"GRAFANA_USAGE_STATS": "disabled", "DO_NOT_TRACK": "1"}


@dataclass(frozen=True)
class ToolAnswer:
    """What a tool answered: its text, and whether it says that it failed."""

    text: str
    is_error: bool

    @property
    def json(self) -> Any:
        """The text, read as JSON; the test fails when the tool says that it failed."""
        assert not self.is_error, self.text
        return json.loads(self.text)


class Session:
    """A session that is initialized already."""

    def __init__(self, to_server: IO[str], from_server: IO[str]) -> None:
        self._to_server = to_server
        self._from_server = from_server
        self._ids = count(1)
        client = {"name": "tests", "version": "1"}
        self.server: Mapping[str, Any] = self._request(
            "initialize", {"protocolVersion": _PROTOCOL, "capabilities": {}, "clientInfo": client}
        )
        self._send({"method": "notifications/initialized"})

    def tools(self) -> list[str]:
        """The names of the tools that the server offers."""
        names: list[str] = []
        cursor: Mapping[str, str] = {}
        while True:
            page = self._request("tools/list", cursor)
            names += [tool["name"] for tool in page["tools"]]
            if not page.get("nextCursor"):
                return names
            cursor = {"cursor": page["nextCursor"]}

    def call(self, tool: str, **arguments: object) -> ToolAnswer:
        """Calls a tool. Raises RuntimeError when the call itself is refused, as for a tool that is not there."""
        result = self._request("tools/call", {"name": tool, "arguments": arguments})
        texts = [content["text"] for content in result["content"] if content["type"] == "text"]
        return ToolAnswer("\n".join(texts), bool(result.get("isError")))

    def _request(self, method: str, params: Mapping[str, Any]) -> Any:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        for line in self._from_server:
            message = json.loads(line)
            if message.get("id") != number or "method" in message:
                continue  # a notification of the server's
            if "error" in message:
                raise RuntimeError(f"{method}: {message['error']}")
            return message["result"]
        raise RuntimeError(f"{method}: the program ended without an answer")

    def _send(self, message: Mapping[str, Any]) -> None:
        self._to_server.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._to_server.flush()


@contextlib.contextmanager
def mcp_grafana(url: str, directory: Path, *arguments: str, **settings: str) -> Iterator[Session]:
    """Runs mcp-grafana for the server at ``url``, in ``directory``, with these arguments and settings and no others.

    What it logs is in ``directory/log``. It ends because its input does.
    """
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen(
            [environments.program("mcp-grafana", "mcp-grafana"), *arguments],
            env={"HOME": str(directory), "GRAFANA_URL": url, **_QUIET, **settings},
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Session(process.stdin, process.stdout)
            process.stdin.close()
            process.wait(_STOP_SECONDS)
        finally:
            process.kill()
