"""Plan -> PromQL. Whatever stands in a plan, it cannot become more than a name or a text of the query."""

from collections.abc import Iterable

from app.query.ppl.plan import Equal, Grouped

_METRIC = "__name__"
# Prometheus reads the replacement character as a sign of broken UTF-8, unless it is escaped.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\ufffd": "\\ufffd"})


def selector(metric: str, labels: Iterable[Equal] = ()) -> str:
    """The series of a metric. Its name is a text, so that no name need be refused; those of labels were checked."""
    matchers = [Equal(_METRIC, metric), *labels]
    return "{" + ",".join(f"{matcher.column}={_quoted(matcher.text)}" for matcher in matchers) + "}"


def aggregation(series: str, grouped: Grouped) -> str:
    """OpenSearch: the function over the time of a span, then the same function over the series.

    So ``count()`` counts series, not samples, and ``avg`` is an average of averages.
    """
    by = f" by({', '.join(label for label, _ in grouped.labels)})" if grouped.labels else ""
    return f"{grouped.function}{by} ({grouped.function}_over_time({series}[{grouped.span}]))"


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
