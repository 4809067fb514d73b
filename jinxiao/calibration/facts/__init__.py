"""Facts: what a run of 2024 says beside what was published, figure by figure, each with its source.

Every figure of the model is counted as officials count it: incomes and consumption by the definitions of the
household survey, sales where the seller is, residents where they live. Where a definition differs the row is
a *bridge*: its source begins with ``bridge:`` and says what differs, and it is no test of the model. A row is
*fitted* where its level is an input of the synthesis or of the fit, and an *outcome* where nothing was fitted
to it.
"""

from jinxiao.calibration.facts.published import BRIDGE, Fact
from jinxiao.calibration.facts.table import BANDS, BLOCKS, COLUMNS, compare, summary
from jinxiao.calibration.facts.year import MONTHS, Year2024

__all__ = ["BANDS", "BLOCKS", "BRIDGE", "COLUMNS", "MONTHS", "Fact", "Year2024", "compare", "summary"]
