"""An uplift of the small plan on the slow fake engine, written as the command writes it, for processes that are killed.

``python slow_command.py JOBS`` writes ``out`` in the current folder.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from failing_engine import SLOWLY
from fake_province import small_plan

from jinxiao.experiments.uplift import uplift
from jinxiao.files.writing import MANIFEST, results_folder, write_csv, write_json, write_parquet

if __name__ == "__main__":
    found = uplift(small_plan(), (5, 15), draws=6, jobs=int(sys.argv[1]), engine=SLOWLY)
    with results_folder("out") as folder:
        write_csv(folder / "uplift.csv", found.table)
        write_parquet(folder / "uplift_draws.parquet", found.draws)
        write_csv(folder / "variance.csv", found.variance)
        write_json(folder / MANIFEST, found.settings)
