"""jsonData: a JSON object of the user's that is kept, and given back, exactly as it was sent."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


class JsonData(Mapping[str, Any]):
    """A JSON object held as text and read only when somebody looks inside.

    The text is what keeps integers of any size and the difference of 1 and 1.0, and what lets a list of a
    thousand data sources be written without reading a thousand documents.
    """

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str = "{}") -> None:
        self.text = text
        self._parsed: dict[str, Any] | None = None

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "JsonData":
        """From parsed members; raises ValueError for numbers that JSON has no words for."""
        return cls(json.dumps(dict(members), ensure_ascii=False, separators=(",", ":"), allow_nan=False))

    def __getitem__(self, key: str) -> Any:
        return self._members()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members())

    def __len__(self) -> int:
        return len(self._members())

    def __eq__(self, other: object) -> bool:
        # By text, as it is given back: to Python 1, 1.0 and true are equal, to those who read it they are not.
        if isinstance(other, JsonData):
            return self.text == other.text
        return super().__eq__(other)

    def __repr__(self) -> str:
        return f"JsonData({self.text!r})"

    def _members(self) -> dict[str, Any]:
        if self._parsed is None:
            self._parsed = json.loads(self.text)
        return self._parsed
