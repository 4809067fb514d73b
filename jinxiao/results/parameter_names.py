"""What readers see for an uncertain number: its meaning for the model's own, instrument and field for a lever's."""

from jinxiao.calibration.parameters import load_parameters
from jinxiao.files.errors import InputError
from jinxiao.scenarios.plan import load_plan


def parameter_names(plan: str, lang: str) -> dict[str, str]:
    """Return names by key: of the model's parameters, and of the levers' where the plan is one of the catalogue.

    A parameter whose meaning is not written in Chinese has its English one.
    """
    own = {
        key: _capital(record.meaning_zh if lang == "zh" and record.meaning_zh else record.meaning)
        for key, record in load_parameters().records.items()
    }
    return own | _lever_names(plan, lang)


def _lever_names(plan: str, lang: str) -> dict[str, str]:
    try:
        measures = load_plan(plan).measures
    except (InputError, OSError):
        return {}
    found = {}
    for number, measure in measures.items():
        for key, path, parameter, spec in measure.parameters():
            field = (spec.zh if lang == "zh" else spec.en) if spec else path
            where = measure.instruments[key].name[lang] if key in measure.instruments else key
            if not spec and parameter.meaning and lang == "en":
                field = parameter.meaning
            found[f"measures.{number}.{key}.{path}"] = f"{number} {where}" + (
                f"：{field}" if lang == "zh" else f": {field}"
            )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
