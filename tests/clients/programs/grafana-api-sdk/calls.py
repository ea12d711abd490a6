"""For each line: makes its calls with a new APIModel, and prints what each gave, or raised and logged."""

import importlib
import json
import logging
import sys
from typing import Any

from grafana_api import model

# The library's own 10 seconds can pass while a busy disk of a test machine finishes one write.
TIMEOUT_SECONDS = 60.0


class LastLogged(logging.Handler):
    """The library's exceptions are bare: what the server answered is in its log."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the newest sentence only."""
        self.text = record.getMessage()


LOGGED = LastLogged(logging.ERROR)
logging.getLogger().addHandler(LOGGED)


def argument(value: Any) -> Any:
    """What JSON cannot say: an object with one member named for a class of the library is made one."""
    if isinstance(value, dict) and len(value) == 1:
        [(name, members)] = value.items()
        if isinstance(getattr(model, name, None), type):
            return getattr(model, name)(**members)
    return value


def connection(asked: dict[str, Any]) -> model.APIModel:
    """With a token, or with a login and its password, or with neither."""
    credential = asked["credential"]
    if isinstance(credential, list):
        login, password = credential
        return model.APIModel(host=asked["url"], username=login, password=password, timeout=TIMEOUT_SECONDS)
    return model.APIModel(host=asked["url"], token=credential, timeout=TIMEOUT_SECONDS)


def outcomes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What each call gave or raised; a method is called as ``module.Class.method``."""
    connected, found = connection(asked), []
    for method, arguments, keywords in asked["calls"]:
        module, part, name = method.split(".")
        LOGGED.text = ""
        try:
            instance = getattr(importlib.import_module(f"grafana_api.{module}"), part)(connected)
            found.append({"gave": getattr(instance, name)(*map(argument, arguments), **keywords)})
        except Exception as error:
            found.append({"raised": type(error).__name__, "said": LOGGED.text or str(error)})
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(outcomes(json.loads(line))), flush=True)
