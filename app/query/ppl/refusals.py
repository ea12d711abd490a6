"""What is said of a text that the grammar does not know: that it is no query, or one that is not answered here."""

from collections.abc import Iterable

from app.query.errors import NotSupported, QueryMalformed, QueryRefused

END = "$END"

QUERIES = (
    "show datasources | where COLUMN = 'text'; "
    "describe <data source>.<metric>; "
    "source = <data source>.<metric> | where <label> = 'text' and @timestamp >= 'yyyy-MM-dd HH:mm:ss' "
    "| stats avg|max|min|sum|count(@value) by span(@timestamp, 15s), <label>; "
    "source = <data source>.query_range(query, starttime, endtime, step); "
    "source = <data source>.query_exemplars(query, starttime, endtime); "
    "source = <data source>.information_schema.tables"
)
CONDITIONS = (
    "where with = on labels, <, <=, > and >= on @timestamp, joined by and; "
    "to the right of them numbers, texts and timestamp('...')"
)

# Commands of PPL, and the words with which queries of other languages begin.
_COMMANDS = frozenset(
    word
    for words in (
        "ad addcoltotals addtotals append appendcol appendpipe bin chart convert dedup desc describe eval eventstats",
        "expand explain fieldformat fields fieldsummary fillnull flatten from grok head join kmeans lookup makemv ml",
        "multisearch mvcombine mvexpand nomv parse patterns rare regex rename replace reverse rex search select show",
        "sort source spath stats streamstats subquery table tail timechart top transpose trendline where with",
        "alter create delete drop insert update",
    )
    for word in words.split()
)
_IN_CONDITIONS = frozenset(
    {"between", "case", "exists", "false", "in", "is", "like", "not", "null", "or", "regexp", "rlike", "true", "xor"}
)

_WORDS = {
    "SHOW": "show",
    "_DATA_SOURCES": "datasources",
    "_DESCRIBE": "describe",
    "SEARCH": "search",
    "_SOURCE": "source",
    "_WHERE": "where",
    "_STATS": "stats",
    "_AND": "and",
    "_BY": "by",
    "_AS": "as",
    "_SPAN": "span(",
    "_EQUAL": "=",
    "COMPARISON": "a comparison",
    "NAME": "a name",
    "BACKQUOTED": "a name in backquotes",
    "STRING": "a text in quotes",
    "DURATION": "a duration such as 15s",
    "NUMBER": "a number",
    "VBAR": "|",
    "DOT": ".",
    "COMMA": ",",
    "LPAR": "(",
    "RPAR": ")",
    END: "the end",
}
_SHOWN = 50


def refusal(text: str, position: int, found: str, terminals: Iterable[str]) -> QueryRefused:
    """Of ``text``, where at ``position`` stands ``found`` instead of one of the grammar's ``terminals``; an empty
    ``found`` is the end of the text."""
    expected = set(terminals)
    word = _word_at(text, position).lower()
    before = text[:position].rstrip()
    if (not before or before.endswith("|")) and word in _COMMANDS:
        return NotSupported(f"{word} here", QUERIES)
    if found == "|" and END in expected:
        return NotSupported("Another command after this one", QUERIES)
    if word in _IN_CONDITIONS or _last_word(before).lower() == "not":
        return NotSupported(word if word in _IN_CONDITIONS else "not", CONDITIONS)
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    said = f"[{(_word_at(text, position) or found)[:_SHOWN]}]" if position < len(text) else "The end"
    names = sorted(_WORDS[terminal] for terminal in expected if terminal in _WORDS)
    return QueryMalformed(said, position=position, line=line, column=column, expected=names)


def _word_at(text: str, position: int) -> str:
    end = position
    while end < len(text) and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    return text[position:end]


def _last_word(text: str) -> str:
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:]
