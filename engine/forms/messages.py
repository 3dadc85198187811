"""Every sentence about submitted data, in Chinese and English, by code; `{label}` is the field's label."""

MESSAGES: dict[str, tuple[str, str]] = {
    "not-an-object": ("提交的数据必须是一个对象", "The submitted data must be an object"),
    "too-large": ("提交的数据过大", "The submitted data is too large"),
    "too-complex": ("表单的表达式计算量过大", "The form's expressions ask for too much computation"),
    "unsettled": (
        "表单中显示、只读或计算的条件互相矛盾",
        "The form's conditions and calculations contradict each other",
    ),
    "required": ("“{label}”为必填项", "“{label}” is required"),
    "type": ("“{label}”的值类型不正确，应为{wanted_zh}", "“{label}” has the wrong type: {wanted_en} is expected"),
    "characters": ("“{label}”含有不允许的字符", "“{label}” contains characters which are not allowed"),
    "min-length": ("“{label}”至少需要 {limit} 个字符", "“{label}” needs at least {limit} characters"),
    "max-length": ("“{label}”最多 {limit} 个字符", "“{label}” may have at most {limit} characters"),
    "pattern": ("“{label}”的格式不正确", "“{label}” does not have the right format"),
    "email": ("“{label}”不是有效的电子邮箱", "“{label}” is not a valid e-mail address"),
    "phone": (
        "“{label}”不是有效的国际电话号码（如 +8613800138000）",
        "“{label}” is not a valid international phone number (such as +8613800138000)",
    ),
    "limit": ("“{label}”的限制值不是数字", "The limit of “{label}” is not a number"),
    "min": ("“{label}”不能小于 {limit}", "“{label}” must not be less than {limit}"),
    "max": ("“{label}”不能大于 {limit}", "“{label}” must not be greater than {limit}"),
    "decimals": ("“{label}”最多 {limit} 位小数", "“{label}” may have at most {limit} decimal places"),
    "increment": ("“{label}”必须是 {limit} 的整数倍", "“{label}” must be a multiple of {limit}"),
    "precision": ("“{label}”的数字位数过多", "“{label}” has too many digits"),
    "option": ("“{label}”的选项无效", "“{label}” has a choice which is not offered"),
    "duplicate": ("“{label}”的选项重复", "“{label}” has the same choice twice"),
    "date": ("“{label}”不是有效日期（YYYY-MM-DD）", "“{label}” is not a valid date (YYYY-MM-DD)"),
    "time": ("“{label}”不是有效时间（HH:MM）", "“{label}” is not a valid time (HH:MM)"),
    "datetime": ("“{label}”不是有效的日期时间", "“{label}” is not a valid date and time"),
    "zone": ("“{label}”的时区写法不符合要求", "“{label}” does not give the time zone as required"),
    "past": ("“{label}”不能早于今天", "“{label}” must not lie in the past"),
    "file": ("“{label}”的文件信息无效", "“{label}” has invalid file information"),
    "file-type": ("“{label}”不接受该类型的文件", "“{label}” does not accept files of this type"),
    "file-count": ("“{label}”只能上传一个文件", "“{label}” takes one file only"),
    "items": ("“{label}”最多 {limit} 行", "“{label}” may have at most {limit} rows"),
    "rows": (
        "无法确定“{label}”中的行是原来的哪一行，请重新打开表单",
        "It is not clear which rows of “{label}” are which of those known; open the form again",
    ),
    "fixed-items": ("“{label}”不能增加或删除行", "Rows cannot be added to or removed from “{label}”"),
}

KINDS: dict[str, tuple[str, str]] = {
    "text": ("文本", "text"),
    "number": ("数字", "a number"),
    "boolean": ("是或否", "true or false"),
    "list": ("列表", "a list"),
    "object": ("对象", "an object"),
    "choice": ("选项", "one of the choices"),
}
