"""JSON schemas of the files people write, for completion and checking in editors."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from jinxiao.scenarios.measure import Measure
from jinxiao.scenarios.plan import PlanFile
from jinxiao.scenarios.scenario_file import ScenarioFile

MODELS: dict[str, type[BaseModel]] = {"measure": Measure, "plan": PlanFile, "scenario": ScenarioFile}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the schema of a ``measure``, ``plan`` or ``scenario`` file.

    In a measure, ``source`` may also name an entry of ``sources``, and a record may be ``{same_as: PATH}``.
    """
    schema = MODELS[kind].model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = schema.get("$defs", {})
    if "Source" in definitions:
        definitions["Source"] = {"anyOf": [{"type": "string"}, definitions["Source"]]}
    if "Parameter" in definitions:
        definitions["Parameter"].pop("required", None)
    return schema


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind in MODELS:
        file = folder / f"{kind}.schema.json"
        file.write_text(json.dumps(json_schema(kind), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        files.append(file)
    return files
