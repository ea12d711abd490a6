"""Sets rows of text in aligned columns, as a simple table of reStructuredText that docs/performance.rst can take."""

from collections.abc import Sequence


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table; the first column is set to the left, the others to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    rule = ["=" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (rule, head, rule, *rows, rule))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return " ".join([first, *rest]).rstrip()
