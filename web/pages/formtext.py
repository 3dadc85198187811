"""Forms in the reader's language: a form carries its English texts beside the Chinese ones.

A component's `properties` may hold `label-en`, `description-en`, `text-en`, `placeholder-en`; an option of `values`
may hold `label-en`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from web.i18n import language
from web.pages.words import label, value_text

_PARTS: Final = ("label", "dateLabel", "timeLabel", "description", "text", "alt")


def in_language(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its texts in the language of this request; without a translation the text stays.

    Times are shown by 24 hours unless the form says otherwise.
    """
    return with_24_hours(dict(schema) if language() == "zh" else english(schema))


def with_24_hours(component: Mapping[str, Any]) -> dict[str, Any]:
    """The schema whose fields for times ask by 24 hours."""
    changed = dict(component)
    if changed.get("type") == "datetime":
        changed.setdefault("use24h", True)
    if isinstance(changed.get("components"), list):
        changed["components"] = [with_24_hours(one) for one in changed["components"] if isinstance(one, Mapping)]
    return changed


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


CODED: Final = {"case.plan.remedy": "remedy", "case.nature": "nature", "case.risk": "risk", "case.channel": "channel"}
"""What a form's texts may show of the case that is a code: `{{path}}` -> group of `words.CODES`."""


def with_words(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The schema whose texts show codes of the case as words; expressions still see the codes."""
    component = dict(schema)
    if component.get("type") == "text" and isinstance(component.get("text"), str):
        for path, group in CODED.items():
            component["text"] = component["text"].replace(f"{{{{{path}}}}}", label(group, _at(data, path)))
    if isinstance(component.get("components"), list):
        component["components"] = [
            with_words(one, data) if isinstance(one, Mapping) else one for one in component["components"]
        ]
    return component


def _at(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def answers(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What somebody sent with a form, as (label, text) in the order of the form; choices by their labels."""
    fields = {str(one["key"]): one for one in keyed(schema)}
    known = [(key, one) for key, one in fields.items() if data.get(key) not in (None, "", [])]
    told = [(label_of(one) or key, _answer(one, data[key])) for key, one in known]
    return told + [(key, value_text(value)) for key, value in data.items() if key not in fields and value is not None]


def keyed(component: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The fields of a form which have a key, in its order."""
    for below in component.get("components") or ():
        if isinstance(below, Mapping):
            if below.get("key"):
                yield below
            yield from keyed(below)


def label_of(component: Mapping[str, Any]) -> str:
    """What a field is called; empty where it has no name."""
    return str(component.get("label") or component.get("dateLabel") or component.get("timeLabel") or "")


def _answer(component: Mapping[str, Any], value: Any) -> str:
    names = {
        one.get("value"): str(one.get("label")) for one in component.get("values") or () if isinstance(one, Mapping)
    }
    if isinstance(value, list):
        return value_text([names.get(one, one) if isinstance(one, str) else one for one in value])
    return names.get(value, value_text(value)) if isinstance(value, str) else value_text(value)


def _appearance(appearance: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: texts.get(f"{key}-en", value) for key, value in appearance.items()}
