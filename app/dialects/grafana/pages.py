"""Query parameters of searches. Unknown ones are ignored."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load

from app.edge.schemas import Text
from app.identity.people_store import Page

_PER_PAGE = 1_000
_MOST_PER_PAGE = 5_000
_MOST_PAGES = 1_000_000
_LONGEST = 190


class _Number(fields.Integer):
    """A number from 1 to ``most``; anything else counts as not given, as in Grafana's searches."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = str(value)
        if not text.isascii() or not text.isdigit() or len(text) > len(str(self._most)) or not int(text):
            return self.load_default
        return min(int(text), self._most)


class PageQuery(Schema):
    """``query`` matches a part in any case; pages begin at 1."""

    query = Text(load_default="", longest=_LONGEST)
    page = _Number(load_default=1, most=_MOST_PAGES)
    perpage = _Number(load_default=_PER_PAGE, most=_MOST_PER_PAGE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """``page`` as the use cases take it, beside what a subclass adds."""
        page = Page(query=data.pop("query"), number=data.pop("page"), size=data.pop("perpage"))
        return {**data, "page": page}


class NamedPageQuery(PageQuery):
    """``name`` matches the whole name."""

    name = Text(load_default="", longest=_LONGEST)
