"""Parameters as Telegram's specification wants them: names, types, what is required, limits."""

import json
from pathlib import Path
from typing import Any

FACTS = json.loads((Path(__file__).parent / "facts.json").read_text("utf-8"))


class Refused(Exception):
    """A 400: the description, and whether a correct bot could not have asked for it."""

    def __init__(self, description: str, is_violation: bool = True) -> None:
        super().__init__(description)
        self.is_violation = is_violation


def parameters(method: str, form: dict[str, str]) -> dict[str, Any]:
    """The form's values in their types. Raises Refused for what the specification does not know."""
    known = FACTS["methods"].get(method)
    if known is None:
        raise Refused(f"method {method} is not in the extract of the specification")
    return _checked(method, form, known, from_form=True)


def _checked(where: str, given: dict[str, Any], known: dict[str, Any], from_form: bool) -> dict[str, Any]:
    unknown = set(given) - set(known)
    if unknown:
        raise Refused(f"{where} has no parameter {sorted(unknown)}")
    missing = [name for name, fact in known.items() if fact["required"] and name not in given]
    if missing:
        raise Refused(f"{where} needs {missing}")
    return {
        name: _value(f"{where}.{name}", value, known[name]["types"], from_form)
        for name, value in given.items()
    }


def _value(where: str, value: Any, types: list[str], from_form: bool) -> Any:
    if from_form and not ({"String"} & set(types) and len(types) == 1):
        try:
            value = json.loads(value)
        except ValueError:
            if "String" not in types:
                raise Refused(f"{where}: {value!r} is not {types}") from None
    for kind in types:
        fits, converted = _fits(where, value, kind)
        if fits:
            return converted
    raise Refused(f"{where}: {value!r} is not {types}")


def _fits(where: str, value: Any, kind: str) -> tuple[bool, Any]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return False, None
        return True, [_value(where, entry, [kind.removeprefix("Array of ")], False) for entry in value]
    if kind in FACTS["types"]:
        if not isinstance(value, dict):
            return False, None
        return True, _checked(kind, value, FACTS["types"][kind], from_form=False)
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool), value
        case "Boolean":
            return isinstance(value, bool), value
        case "String":
            return isinstance(value, str), value
    return isinstance(value, dict), value  # a type outside the extract
