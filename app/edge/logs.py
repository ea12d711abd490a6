"""Log lines for people and machines: time, level, message, then the event's fields as key=value."""

import json
import logging
import sys

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class FieldFormatter(logging.Formatter):
    """Appends whatever was given as ``extra``; values that need quotes get JSON's."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without its traceback."""
        fields = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        line = super().formatMessage(record)
        return line + "".join(f" {name}={_text(value)}" for name, value in fields.items())


def log_to_stderr(level: str) -> None:
    """Sends the app's log lines to standard error, from ``level`` (debug, info, warn, error) up."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(FieldFormatter())
    logger = logging.getLogger("app")
    logger.handlers = [stream]
    logger.setLevel({"warn": "WARNING"}.get(level, level.upper()))
    logger.propagate = False


def _text(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and text and not set(text) & {" ", '"', "="} else json.dumps(text)
