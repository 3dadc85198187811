"""Context functions (DMN 1.5, 10.3.4.12)."""

from typing import Any

from engine.feel.builtins.registry import Failed, builtin
from engine.feel.values import Value


@builtin("get value", "m: context, key: string")
def get_value(m: dict[str, Value], key: str) -> Value:
    """The value of a key, null without it."""
    return m.get(key)


@builtin("get entries", "m: context", run=True)
def get_entries(run: Any, m: dict[str, Value]) -> Value:
    """A list of contexts with `key` and `value`."""
    run.meter.grow(3 * len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list", run=True)
def context(run: Any, entries: list[Value]) -> Value:
    """The context of a list of `{key, value}`; null when an entry is not of that form or a key comes twice."""
    run.meter.grow(len(entries))
    out: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            raise Failed("an entry has no key or no value")
        if entry["key"] in out:
            raise Failed("a key comes twice")
        out[entry["key"]] = entry["value"]
    return out


@builtin("context put", "context: context, key: string, value: any", run=True)
def context_put(run: Any, context: dict[str, Value], key: str, value: Value) -> Value:
    """The context with the entry set."""
    run.meter.grow(len(context) + 1)
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any", run=True)
def context_put_path(run: Any, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """The context with the entry at the end of a path of keys set."""
    if not keys or not all(isinstance(key, str) for key in keys):
        raise Failed("the keys are no strings")
    run.meter.grow(len(keys))
    result = dict(context)
    here = result
    for key in keys[:-1]:
        inner = here.get(key)
        if not isinstance(inner, dict):
            raise Failed("a key on the way holds no context")
        run.meter.grow(len(inner))
        here[key] = dict(inner)
        here = here[key]
    here[keys[-1]] = value
    return result


@builtin("context merge", "contexts: list", run=True)
def context_merge(run: Any, contexts: list[Value]) -> Value:
    """All entries of all contexts, later ones win."""
    out: dict[str, Value] = {}
    for item in contexts:
        if not isinstance(item, dict):
            raise Failed("an item is no context")
        run.meter.grow(len(item))
        out.update(item)
    return out
