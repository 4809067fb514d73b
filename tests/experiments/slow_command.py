"""The command line on the slow fake engine: ``python slow_command.py uplift ...``, for processes that are killed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from failing_engine import SLOWLY

from jinxiao.cli import main
from jinxiao.experiments import uplift
from jinxiao.results import report

if __name__ == "__main__":
    uplift.Engine = lambda: SLOWLY  # type: ignore[misc,assignment]
    report.Uplift.figures = lambda self, lang="en": {}  # type: ignore[method-assign]
    main()
