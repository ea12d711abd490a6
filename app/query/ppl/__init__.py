"""OpenSearch's Piped Processing Language, as far as it is understood here: text -> syntax -> plan."""
