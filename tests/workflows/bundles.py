"""A main process in small: every gate of the real one, no forms, so that the domain can be tested on its own."""

from tests import builders as b
from tests.builders import Element, props, zeebe

_HIGHER = '=approval_outcome = "approved" and list contains(approval_levels, "management")'


def _choice(key: str, *values: object) -> dict[str, object]:
    options = [{"label": str(value), "value": value} for value in values]
    return {"type": "select", "id": key, "key": key, "label": key, "values": options, "validate": {"required": True}}


def _field(key: str, kind: str, **rules: object) -> dict[str, object]:
    return {"type": kind, "id": key, "key": key, "label": key, "validate": {"required": True, **rules}}


FORMS = {
    "accept": [_choice("accept_outcome", "accepted"), _field("read_back", "checkbox")],
    "plan": [
        _choice("upheld", "full", "partly", "none"),
        _choice("remedy", "apology", "refund", "compensation"),
        _field("amount_offered", "number", min=0, max=100_000),
        _field("basis", "textarea", minLength=10),
    ],
    "legal": [_choice("legal_outcome", "passed"), _field("opinion", "textarea", minLength=60)],
    "approve_head": [_choice("approval_outcome", "approved", "returned"), _field("reason", "textfield", maxLength=20)],
    "approve_management": [_choice("approval_outcome", "approved")],
    "pay": [_field("execution_result", "textfield"), _field("paid_on", "datetime")],
    "revisit": [_choice("satisfaction", "satisfied", "basically", "unsatisfied")],
}


def _task(node_id: str, role: str, policy: str, *, department: str = "customer_service") -> Element:
    extension = zeebe("taskSchedule", dueDate=f'=deadline("{policy}")')
    extension += zeebe("assignmentDefinition", candidateGroups=department)
    return b.user(node_id, extension=extension + props(role=role, policy=policy))


def with_forms() -> dict[str, bytes]:
    """The same with a form for every task."""
    files = complaint()
    text = files["main.bpmn"].decode()
    for policy in FORMS:
        text = text.replace(
            f'<zeebe:taskSchedule dueDate="=deadline(&quot;{policy}&quot;)">',
            f'<zeebe:formDefinition formId="{policy}"/><zeebe:taskSchedule dueDate="=deadline(&quot;{policy}&quot;)">',
        ).replace(
            f"<zeebe:taskSchedule dueDate='=deadline(\"{policy}\")'>",
            f'<zeebe:formDefinition formId="{policy}"/><zeebe:taskSchedule dueDate=\'=deadline("{policy}")\'>',
        )
    drawn = {f"{policy}.form": b.form(policy, *fields) for policy, fields in FORMS.items()}
    return {**files, "main.bpmn": text.encode(), **drawn}


def complaint(*, bypass: bool = False) -> dict[str, bytes]:
    """accept, plan, legal (if needed), head, management (if needed), release, offer, pay, revisit, close.

    bypass: a wrong version, in which a flow leads round the gates.
    """
    chain = [
        b.start(),
        b.service("Service_Acknowledge", "acknowledge"),
        b.service("Service_Propose", "propose_classification"),
        _task("Task_Accept", "staff", "accept"),
        b.service("Service_Record", "record_classification"),
        b.gateway("exclusive", "Gateway_Plan"),
        _task("Task_Plan", "staff", "plan"),
        b.service("Service_Plan", "record_plan"),
        b.gateway("exclusive", "Gateway_Legal"),
        _task("Task_Legal", "legal", "legal", department="legal"),
        b.service("Service_Legal", "record_legal"),
        b.gateway("exclusive", "Gateway_Reviewed"),
        _task("Task_ApproveHead", "head", "approve_head"),
        b.service("Service_Head", "record_approval", level="head"),
        b.gateway("exclusive", "Gateway_Head"),
        _task("Task_ApproveManagement", "management", "approve_management", department="management"),
        b.service("Service_Management", "record_approval", level="management"),
        b.gateway("exclusive", "Gateway_Approved"),
        b.service("Service_Release", "release_plan"),
        b.service("Service_Offer", "notify_complainant", template="offer"),
        _task("Task_Pay", "finance", "pay", department="finance"),
        b.gateway("exclusive", "Gateway_Paid"),
        b.service("Service_Execution", "record_execution"),
        b.catch("Timer_Revisit", b.timer(date='=deadline("revisit_wait")')),
        _task("Task_Revisit", "staff", "revisit"),
        b.service("Service_Satisfaction", "record_satisfaction"),
        b.service("Service_Close", "close_case"),
        b.end(),
    ]
    ids = [element.id for element in chain]
    process = b.process(
        "Complaint",
        *chain,
        b.path(*ids[: ids.index("Gateway_Legal") + 1]),
        b.flow("Gateway_Legal", "Task_Legal", "=needs_legal"),
        b.flow("Gateway_Legal", "Gateway_Reviewed", default=True),
        b.path("Task_Legal", "Service_Legal", "Gateway_Reviewed", "Task_ApproveHead", "Service_Head", "Gateway_Head"),
        b.flow("Gateway_Head", "Task_ApproveManagement", _HIGHER),
        b.flow("Gateway_Head", "Gateway_Plan", '=approval_outcome = "returned"'),
        b.flow("Gateway_Head", "Gateway_Approved", default=True),
        b.path("Task_ApproveManagement", "Service_Management", "Gateway_Approved"),
        b.path(*ids[ids.index("Gateway_Approved") : ids.index("Gateway_Paid") + 1]),
        b.flow("Gateway_Paid", "Task_Pay", '=execution_result = "failed"'),
        b.flow("Gateway_Paid", "Service_Execution", default=True),
        b.path(*ids[ids.index("Service_Execution") :]),
        [b.flow("Gateway_Head", "Task_Pay", '=urgency = "x"')] if bypass else [],
        b.boundary("Timer_Late", "Task_Accept", b.timer(date='=deadline("accept")'), interrupting=False),
        b.service("Service_Escalate", "escalate", step="accept"),
        b.end("End_Late"),
        b.path("Timer_Late", "Service_Escalate", "End_Late"),
    )
    return b.bundle(process, key="complaint", main="Complaint")
