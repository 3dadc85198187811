"""Every sentence of the language package, in English and Chinese, by code."""

MESSAGES: dict[str, tuple[str, str]] = {
    # syntax
    "too_long": ("The expression is longer than {limit} characters", "表达式超过 {limit} 个字符"),
    "too_deep": ("The expression is nested too deeply", "表达式嵌套过深"),
    "bad_character": ("Unexpected character {found!r}", "意外的字符 {found!r}"),
    "open_string": ("The string is not closed", "字符串没有结束引号"),
    "open_comment": ("The comment is not closed", "注释没有结束"),
    "bad_escape": ("Unknown escape {found!r} in the string", "字符串中有未知的转义 {found!r}"),
    "expected": ("Expected {wanted}, found {found}", "此处应为 {wanted}，实际为 {found}"),
    "bad_literal": ("{found!r} is no date, time or duration", "{found!r} 不是日期、时间或时长"),
    "bad_type": ("{found!r} is no type", "{found!r} 不是类型"),
    "duplicate_key": ("The key {found!r} appears twice", "键 {found!r} 重复出现"),
    "mixed_arguments": ("Named and positional arguments are mixed", "具名参数与位置参数不能混用"),
    "external": ("External functions are not allowed", "不允许外部函数"),
    # evaluation
    "budget": ("The evaluation exceeds its budget of {what} ({limit})", "求值超出了 {what} 的预算（{limit}）"),
    "unknown_name": ("There is no variable {name!r}", "没有变量 {name!r}"),
    "unknown_function": ("There is no function {name!r}", "没有函数 {name!r}"),
    "not_a_function": ("A value of type {found} cannot be called", "类型为 {found} 的值不能调用"),
    "no_entry": ("{found} has no entry {name!r}", "{found} 没有条目 {name!r}"),
    "operator": (
        "The operator {operator!r} is not defined for {left} and {right}",
        "运算符 {operator!r} 不适用于 {left} 和 {right}",
    ),
    "negation": ("A value of type {found} cannot be negated", "类型为 {found} 的值不能取负"),
    "arithmetic": ("The result of {operator!r} is not a number", "{operator!r} 的结果不是数"),
    "arguments": (
        "The function {name!r} does not accept these arguments: {found}",
        "函数 {name!r} 不接受这些参数：{found}",
    ),
    "function_failed": ("The function {name!r} has no result: {reason}", "函数 {name!r} 没有结果：{reason}"),
    "wrong_type": ("Expected {wanted}, found {found}", "应为 {wanted}，实际为 {found}"),
    "not_boolean": ("Expected true or false, found {found}", "应为 true 或 false，实际为 {found}"),
    "not_iterable": ("A value of type {found} cannot be iterated", "类型为 {found} 的值不能遍历"),
    "index": ("The list has no item {index}", "列表没有第 {index} 项"),
    "range": ("{low} and {high} are no ends of one range", "{low} 与 {high} 不能构成区间"),
    # conversion
    "not_a_value": ("{path}: a Python {found} is no FEEL value", "{path}：Python 的 {found} 不是 FEEL 值"),
}
