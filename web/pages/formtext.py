"""Forms in the reader's language: a form carries its English texts beside the Chinese ones.

A component's `properties` may hold `label-en`, `description-en`, `text-en`, `placeholder-en`; an option of `values`
may hold `label-en`.
"""

from collections.abc import Mapping
from typing import Any, Final

from web.i18n import language

_PARTS: Final = ("label", "description", "text", "alt")


def in_language(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its texts in the language of this request; without a translation the text stays."""
    return dict(schema) if language() == "zh" else english(schema)


def english(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with English texts wherever it has them."""
    component = dict(schema)
    given = component.get("properties")
    texts: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    for part in _PARTS:
        if translated := texts.get(f"{part}-en") or component.get(f"{part}-en"):
            component[part] = translated
    for below in ("components", "values"):
        if isinstance(component.get(below), list):
            component[below] = [english(one) if isinstance(one, Mapping) else one for one in component[below]]
    if "appearance" in component and isinstance(component["appearance"], Mapping):
        component["appearance"] = _appearance(component["appearance"], texts)
    if isinstance(component.get("validate"), Mapping) and texts.get("patternErrorMessage-en"):
        component["validate"] = {**component["validate"], "patternErrorMessage": texts["patternErrorMessage-en"]}
    return component


def _appearance(appearance: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: texts.get(f"{key}-en", value) for key, value in appearance.items()}
