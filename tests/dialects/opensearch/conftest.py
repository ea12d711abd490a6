"""The same examples in every run, and failures as found: to make them smaller (Phase.shrink) can take minutes."""

from hypothesis import Phase, settings

settings.register_profile(
    "sluice", deadline=None, derandomize=True, database=None, max_examples=100, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("sluice")
