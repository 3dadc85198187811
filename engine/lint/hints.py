"""What to do about a finding, by its code: every finding of the gate carries a hint in Chinese and English.

A rule which knows better (the name that was meant, an example) writes its own hint; what is here is for the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.findings import Finding

_FILE = {
    "bad_manifest": ("按文档填写 key、name.zh、name.en、process", "Fill in key, name.zh, name.en and process"),
    "bad_path": ("文件放在包的最上层，名称只用字母、数字、-、_、.", "Put files at the top level, with plain names"),
    "doctype": ("删除 DOCTYPE 与实体声明后重新导出", "Remove the DOCTYPE and entities, then export again"),
    "duplicate_file": ("每个文件只打包一次", "Pack every file once"),
    "encoding": (
        "另存为 UTF-8 或 GB18030，并在首行声明",
        "Save it as UTF-8 or GB18030 and declare that in the first line",
    ),
    "no_bundle": ("选择含 .bpmn 文件的文件夹或 zip", "Choose a folder or zip with a .bpmn file"),
    "no_manifest": ("在包中加入 bundle.json", "Add a bundle.json to the bundle"),
    "not_bpmn": ("从建模工具导出 BPMN 2.0 XML", "Export BPMN 2.0 XML from the modeller"),
    "not_xml": ("用建模工具重新导出文件", "Export the file again from the modeller"),
    "not_zip": ("重新打包后上传", "Pack it again and upload it"),
    "nul": ("用建模工具重新导出文件", "Export the file again from the modeller"),
    "too_big": ("拆分为较小的文件，删除嵌入的图片", "Split it into smaller files and remove embedded pictures"),
    "too_long": ("改短，长文字写在说明或表单中", "Make it shorter; long texts belong into documentation or a form"),
    "too_deep": ("拆分流程，减少嵌套", "Split the process and nest less"),
    "unknown_kind": (
        "只接受 .bpmn、.dmn、.form 或 bundle.json",
        "Only .bpmn, .dmn, .form and bundle.json are accepted",
    ),
    "unreadable": ("检查文件是否完整", "Look whether the file is whole"),
    "wrong_key": ("让 bundle.json 的 key 与草稿一致", "Let the key in bundle.json be that of the draft"),
}
_STRUCTURE = {
    "boundary_without_host": ("把它拖到任务或子流程的边上", "Drag it onto the edge of a task or subprocess"),
    "dangling_flow": ("删除这条连线，或重新连到元素上", "Delete the flow or connect it to an element again"),
    "duplicate_id": ("给其中一个换编号", "Give one of the two another id"),
    "duplicate_process": ("给其中一个流程换编号", "Give one of the two processes another id"),
    "event_subprocess_start": (
        "只留一个带定时、消息等触发器的开始事件",
        "Keep one start event, with a timer, message or other trigger",
    ),
    "flow_into_boundary": ("删除进入它的连线", "Delete the flow into it"),
    "flow_into_start": ("改连到开始事件之后的元素", "Lead the flow to the element behind the start event"),
    "flow_out_of_end": ("改用中间事件，或删除连线", "Use an intermediate event, or delete the flow"),
    "flow_at_event_subprocess": ("删除连线；它由触发器启动", "Delete the flows: its trigger starts it"),
    "no_id": ("填写编号；连线可删除后重画", "Fill in an id; a flow can be deleted and drawn again"),
    "no_main_process": (
        "把 bundle.json 的 process 改为图中的流程编号",
        "Let bundle.json name a process id of the diagram",
    ),
    "no_start": ("画一个开始事件", "Draw a start event"),
    "subprocess_start": ("只留一个没有触发器的开始事件", "Keep one start event without a trigger"),
    "two_starts": ("只留一个空开始事件，其余设触发器", "Keep one plain start event and give the others triggers"),
}
_FLOWS = {
    "default_with_condition": ("删除条件，或取消默认连线", "Remove the condition, or let another flow be the default"),
    "event_gateway_flows": ("至少连到两个捕获事件", "Lead it to two catching events at least"),
    "event_gateway_target": (
        "网关后直接放捕获事件，且只由网关连入",
        "Put catching events right behind it, reached from it alone",
    ),
    "link_partner": ("成对使用同名的链接抛出与捕获事件", "Use link events in pairs of the same name"),
    "link_flow": ("删除这条连线，由链接代替", "Delete that flow: the link takes its place"),
    "missing_condition": ("写上条件，或设为默认连线", "Write a condition, or make it the default flow"),
    "wrong_default": ("重新选择默认连线", "Choose the default flow again"),
}
_ELEMENTS = {
    "bad_id": ("以字母开头，只用字母、数字、_、-、.", "Begin with a letter; use letters, digits, _, - and ."),
    "bad_boolean": ("填写 true 或 false", "Write true or false"),
    "bad_maximum": ("填写 1 以上的整数，或改用循环条件", "Write a whole number from 1 on, or use a condition"),
    "bad_mapping": ("每行都填来源和目标", "Fill in source and target of every line"),
    "cancel_without_transaction": ("把它放进事务，或附着在事务上", "Put it into a transaction, or onto one"),
    "endless_loop": ("填写循环条件或最多次数", "Fill in a condition or a maximum"),
    "foreign_extension": (
        "导入时能转换的已经转换；其余的请删除，需要时在属性面板改用对应的设置（尚未导入的文件先导入）",
        "An import translates what it can; remove the rest, and set in the properties panel what it was for"
        " (a file which was not imported yet: import it first)",
    ),
    "multi_instance": (
        "填写集合（或次数）以及成对的输出",
        "Fill in a collection (or a number), and both outputs or none",
    ),
    "must_interrupt": ("设为中断事件", "Let it interrupt"),
    "expression_language": ("改写为 FEEL，并删除语言声明", "Write it in FEEL, and remove the language"),
    "bad_retries": ("填写 0 以上的整数", "Write a whole number from 0 on"),
    "gateway_direction": ("改正方向，或调整连线", "Correct the direction, or the flows"),
    "unreadable_name": ("只用字母、数字、_，不以 = 开头", "Use letters, digits and _, without = before it"),
    "no_called_process": ("在属性面板选择被调用流程", "Choose the called process in the properties panel"),
    "no_code": ("填写代码", "Fill in the code"),
    "no_condition": ('填写条件，例如 =risk = "high"', 'Fill in a condition, for example =risk = "high"'),
    "no_correlation": ("例如 =case_id", "For example =case_id"),
    "no_event_name": ("选择或新建消息、信号", "Choose or create a message or signal"),
    "no_name": ("填写名称", "Fill in a name"),
    "no_english_name": ("填写英文名称", "Fill in the English name"),
    "no_result_variable": (
        "填写表达式（或决策编号）和结果变量",
        "Fill in the expression (or decision id) and the result variable",
    ),
    "no_time": ("填写时间，例如 PT1H", "Fill in a time, for example PT1H"),
    "not_executed": (
        "删除该设置，用支持的元素表达，见 BPMN 支持表",
        "Remove it and draw it with what is executed: see the table of BPMN elements",
    ),
    "no_work": ("选择函数、脚本、决策或消息", "Choose a function, script, decision or message"),
    "not_text": ("只写表达式文本，删除其中的元素", "Write the text alone, and remove the elements in it"),
    "said_twice": ("只留一个，删除其余", "Keep one and delete the others"),
    "script_language": ("改写为 zeebe:script 中的 FEEL", "Write it as FEEL in zeebe:script"),
    "too_many_rounds": ("减少次数，或改为循环调用子流程", "Use fewer rounds"),
    "two_lanes": ("只放在一个泳道中", "Put it into one lane only"),
    "unheard_element": ("在属性面板中填写对应设置", "Use the settings of the properties panel instead"),
    "unknown_extension": ("删除它，或用支持的设置表达", "Delete it, or use a setting which counts here"),
    "unknown_reference": ("重新选择消息、信号、错误或升级", "Choose the message, signal, error or escalation again"),
    "opens_again": (
        "若不应重复：让它通向单独的结束事件，或在前面放包容汇合网关",
        "If it shall be done once: lead the event to an end of its own, or put an inclusive join before it",
    ),
    "unsupported_element": (
        "换成支持的元素，见 BPMN 支持表",
        "Use an element that is executed: see the table of BPMN elements",
    ),
    "unsupported_event": (
        "换成此处支持的事件，见 BPMN 支持表",
        "Use an event that is executed here: see the table of BPMN elements",
    ),
    "untyped_task": ("改成用户任务或服务任务", "Make it a user task or a service task"),
}
_REFERENCES = {
    "bad_decision": ("在决策编辑器中打开并修正", "Open it in the decision editor and correct it"),
    "bad_expression": (
        "在表达式编辑器中改正；语法见 FEEL 说明",
        "Correct it in the expression editor; the FEEL guide has the syntax",
    ),
    "cyclic_call": ("改用循环连线，或拆开流程", "Loop by a sequence flow, or take the processes apart"),
    "fails": ("按上面的路径重走并修正该元素", "Follow the path above and correct the element"),
    "no_form": ("在属性面板选择表单", "Choose a form in the properties panel"),
    "unknown_decision": ("把决策加入包，或改正编号", "Add the decision to the bundle, or correct its id"),
    "unknown_feel_function": ("改用 FEEL 或日历函数", "Use a function of FEEL or of the calendar"),
    "unknown_form": ("把表单加入包，或改正编号", "Add the form to the bundle, or correct its id"),
    "unknown_function": ("从函数列表中选择", "Choose one of the list of functions"),
    "unknown_letter": ("从信函模板列表中选择", "Choose one of the list of letter templates"),
}
_DECISIONS = {
    "decision_arguments": ("参数与被调用的函数一致", "Let the arguments be those of what is called"),
    "decision_duplicate-entry": ("给其中一个条目换名称", "Give one of the two entries another name"),
    "decision_empty": ("填写表达式；空值写 null", "Fill in the expression; write null for nothing"),
    "decision_external": ("改写为 FEEL", "Write it in FEEL"),
    "decision_language": ("表达式语言选 FEEL", "Choose FEEL as the expression language"),
    "decision_missing": ("提供该输入", "Give it this input"),
    "decision_not-a-function": ("调用函数或业务知识模型", "Call a function or a business knowledge model"),
    "decision_not-allowed": ("使用允许值中的值", "Use one of the allowed values"),
    "decision_not-iterable": ("改用列表、数字区间或日期区间", "Use a list, or a range of numbers or of dates"),
    "decision_not-boolean": ("条件须得出真或假", "Let the condition be true or false"),
    "decision_requirement": ("画出信息需求连线，或改正名称", "Draw the information requirement, or correct the name"),
    "decision_syntax": ('例如 "高", "中" 或 [1..5] 或 > 100', 'For example "high", "medium" or [1..5] or > 100'),
    "decision_type": ("让值符合声明的类型", "Let the value fit its declared type"),
    "decision_gap": ("补一条规则；“否则”写成最后一条全为 - 的规则", "Add a rule; the last resort is a rule of dashes"),
    "decision_overlap": ("缩小其中一条规则，或换命中策略", "Narrow one of the rules, or choose another hit policy"),
    "decision_unreachable": ("删除或修改这条规则", "Delete or change this rule"),
}
_FORMS = {
    "bad-default": ("改正或删除默认值", "Correct or remove the default value"),
    "bad-feel": ("在表达式编辑器中改正", "Correct it in the expression editor"),
    "bad-key": ("只用字母、数字、_，以字母开头", "Use letters, digits and _, beginning with a letter"),
    "bad-limit": ("填写数字或日期", "Fill in a number or a date"),
    "bad-path": ("只用字母、数字、_，以 . 分隔", "Use letters, digits and _, with dots between"),
    "bad-pattern": ("改正正则表达式", "Correct the regular expression"),
    "bad-property": ("改正或删除该属性", "Correct or remove the property"),
    "condition-cycle": ("让其中一个字段不再依赖其他字段", "Let one of them depend on none of the others"),
    "default-not-offered": ("从选项中选默认值", "Choose the default from the options"),
    "duplicate-id": ("复制的组件换 id", "Give the copied component another id"),
    "duplicate-key": ("给其中一个字段换 key", "Give one of the two fields another key"),
    "duplicate-option": ("删除重复的选项", "Remove the option which is there twice"),
    "foreign-pattern": ("改用 JavaScript 的写法", "Write it as JavaScript does"),
    "heavy-pattern": ("减少重复次数，或改用长度限制", "Repeat less, or use the limits of length"),
    "hidden-required": ("取消必填，或修改隐藏条件", "Do not require it, or change when it is hidden"),
    "layout-component": ("改用分组", "Use a group"),
    "limits": ("对调最小值与最大值", "Exchange minimum and maximum"),
    "misplaced-rule": ("删除该校验规则", "Remove the rule"),
    "numeric-key": ("改用字母开头", "Begin it with a letter"),
    "opens-too-large": ("减少初始行数", "Open the lists with fewer rows"),
    "no-expression": ("填写表达式", "Fill in the expression"),
    "no-key": ("填写 key", "Fill in the key"),
    "no-label": ("填写标签", "Fill in a label"),
    "no-options": ("填写选项，或给出选项表达式", "Fill in options, or an expression for them"),
    "no-path": ("填写 path", "Fill in the path"),
    "not-a-component": ("在表单编辑器中重做该组件", "Make the component again in the form editor"),
    "not-a-form": ("用表单编辑器新建表单", "Create a form in the form editor"),
    "not-feel": ("以 = 开头", "Begin with ="),
    "not-json": ("用表单编辑器重新导出", "Export it again from the form editor"),
    "option-without-value": ("给选项填写值", "Give the option a value"),
    "schema-version": ("用配套版本的表单编辑器保存", "Save it with the form editor that comes with Redress"),
    "too-deep": ("减少分组层数", "Use fewer groups inside each other"),
    "too-large": ("拆分表单", "Split the form"),
    "too-many": ("拆分表单", "Split the form"),
    "too-much-feel": ("拆分表单，或减少表达式和正则表达式", "Split the form, or use fewer expressions and patterns"),
    "two-option-sources": ("只留一种选项来源", "Keep one source of options"),
    "unknown-component": ("换成表单编辑器提供的组件", "Use a component of the form editor"),
}  # fmt: skip

HINTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {**_FILE, **_STRUCTURE, **_FLOWS, **_ELEMENTS, **_REFERENCES, **_DECISIONS, **_FORMS}
)
"""Code -> Chinese and English hint."""


def hinted(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those without a hint of their own with that of their code."""
    return [_hinted(finding) for finding in findings]


def _hinted(finding: Finding) -> Finding:
    if finding.hint_zh and finding.hint_en:
        return finding
    zh, en = HINTS.get(finding.code, ("", ""))
    return replace(finding, hint_zh=finding.hint_zh or zh, hint_en=finding.hint_en or en)
