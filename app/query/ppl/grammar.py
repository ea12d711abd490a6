"""The part of PPL that is understood, for lark's LALR parser.

OpenSearch: OpenSearchPPLParser.g4. Keywords are words only where they may stand, so a metric or label may have their
names; elsewhere lark's contextual lexer does not look for them.
"""

GRAMMAR = r"""
?start: show | describe | search

show: SHOW _DATA_SOURCES filter*
describe: _DESCRIBE name
search: [SEARCH] _SOURCE _EQUAL name [arguments] filter* [stats]

name: part ("." part)*
part: NAME | BACKQUOTED
arguments: "(" [argument ("," argument)*] ")"
argument: [NAME _EQUAL] literal

filter: "|" _WHERE conditions
conditions: condition (_AND condition)*
?condition: comparison | group
group: "(" conditions ")"
comparison: part COMPARISON literal
literal: STRING | NUMBER | _TIMESTAMP "(" STRING ")"

stats: "|" _STATS aggregations [_BY groups]
aggregations: aggregation ("," aggregation)*
aggregation: NAME "(" [part] ")" [_AS part]
groups: grouping ("," grouping)*
?grouping: span | label
span: _SPAN "(" part "," (DURATION | NUMBER) ")" [_AS part]
label: part [_AS part]

SHOW: /show(?![\w-])/i
_DATA_SOURCES: /(datasources|catalogs)(?![\w-])/i
_DESCRIBE: /describe(?![\w-])/i
SEARCH: /search(?![\w-])/i
_SOURCE: /(source|index)(?![\w-])/i
_WHERE: /where(?![\w-])/i
_STATS: /stats(?![\w-])/i
_AND: /and(?![\w-])/i
_BY: /by(?![\w-])/i
_AS: /as(?![\w-])/i
_SPAN.1: /span(?=\s*\()/i
_TIMESTAMP: /timestamp(?=\s*\()/i
_EQUAL: "="
COMPARISON: /<=|>=|<>|!=|==|=|<|>/
NAME: /@?[^\W\d][\w:-]*/
BACKQUOTED: /`(?:[^`\\]|\\.|``)+`/s
STRING: /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/s
DURATION.1: /\d+[a-z]+/i
NUMBER: /-?\d+(?:\.\d+)?/
%ignore /\s+/
"""
