"""What the servers of time series are loaded with: the temperature of one room, at three hours long past."""

METRIC = "temperature"
# A space and a letter beyond ASCII: query strings and forms have ways of their own to write them.
ROOM = "the Dachstübchen"
HOUR = 3600
# 22 o'clock, on the hour: Graphite keeps one value an hour.
FIRST = 1_699_999_200
LAST = FIRST + 2 * HOUR
SAMPLES = ((FIRST, 20.5), (FIRST + HOUR, 21.25), (LAST, 19.75))
