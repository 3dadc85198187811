"""Sentences about a form itself, in Chinese and English, by code; they become `engine.findings.Finding`."""

from engine.findings import Finding

_SENTENCES: dict[str, tuple[str, str]] = {
    "not-json": ("表单不是有效的 JSON", "The form is not valid JSON"),
    "too-large": ("表单文件过大", "The form file is too large"),
    "not-a-form": ("不是 form-js 表单", "This is not a form-js form"),
    "schema-version": ("表单版本 {found} 比支持的版本新", "The schema version {found} is newer than the supported one"),
    "too-deep": ("组件嵌套过深", "Components are nested too deeply"),
    "too-many": ("组件过多", "There are too many components"),
    "too-much-feel": ("表达式和正则表达式过多", "There are too many expressions and patterns"),
    "not-a-component": ("组件不是对象", "A component is not an object"),
    "unknown-component": ("未知组件类型 {found}", "Unknown component type {found}"),
    "layout-component": (
        "浏览器表单不认识布局组件 {found}，请用分组代替",
        "The browser's forms do not know the layout component {found}; use a group",
    ),
    "no-key": ("组件缺少 key", "The component has no key"),
    "bad-key": ("key {found} 无效", "The key {found} is not valid"),
    "bad-path": ("path {found} 无效", "The path {found} is not valid"),
    "no-path": ("动态列表缺少 path", "The dynamic list has no path"),
    "duplicate-key": ("key {found} 重复", "The key {found} is used twice"),
    "duplicate-id": ("id {found} 重复", "The id {found} is used twice"),
    "numeric-key": (
        "{found}：只有最前面的一段可以是数字",
        "{found}: only its very first part may be a number",
    ),
    "misplaced-rule": ("{found} 不适用于这种组件", "{found} does not fit this kind of component"),
    "opens-too-large": (
        "表单打开时的字段和行超过 {limit} 个",
        "The form opens with more than {limit} fields and rows",
    ),
    "condition-cycle": (
        "{found} 的条件或公式互相依赖",
        "The conditions or formulas of {found} depend on each other",
    ),
    "bad-feel": ("{found} 不是有效的 FEEL 表达式：{reason_zh}", "{found} is not valid FEEL: {reason_en}"),
    "not-feel": ("{found} 必须以 = 开头", "{found} must begin with ="),
    "no-expression": ("表达式组件缺少表达式", "The expression component has no expression"),
    "bad-pattern": ("正则表达式无效", "The pattern is not a regular expression"),
    "foreign-pattern": (
        "正则表达式中的 {found} 在浏览器中无效或含义不同",
        "{found} means nothing, or something else, in a pattern of the browser",
    ),
    "heavy-pattern": (
        "正则表达式的重复次数相乘超过 {limit}",
        "The repeats of the pattern multiply to more than {limit}",
    ),
    "bad-limit": ("{found} 不是有效的限制值", "{found} is not a valid limit"),
    "limits": ("最小值大于最大值", "The minimum is greater than the maximum"),
    "no-options": ("没有选项来源", "There is no source of options"),
    "two-option-sources": ("选项来源多于一个", "There is more than one source of options"),
    "option-without-value": ("选项 {found} 没有值", "The option {found} has no value"),
    "duplicate-option": ("选项值 {found} 重复", "The option value {found} appears twice"),
    "no-label": ("组件没有标签", "The component has no label"),
    "bad-default": ("默认值与组件类型不符", "The default value does not fit the component"),
    "default-not-offered": ("默认值不在选项中", "The default value is not one of the options"),
    "bad-property": ("{found} 的值无效", "The value of {found} is not valid"),
    "hidden-required": ("始终隐藏的组件不应为必填", "A component which is always hidden should not be required"),
}

CODES = frozenset(_SENTENCES)
"""Every code there is."""


def finding(element: str, code: str, severity: str = "error", **facts: str) -> Finding:
    """A finding by code; facts fill the sentence."""
    zh, en = _SENTENCES[code]
    return Finding(element, code, severity, zh.format_map(facts), en.format_map(facts))
