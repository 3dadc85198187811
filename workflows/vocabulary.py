"""Names which diagrams may use: process data of complaints, and what the read-only `case` shows.

ARCHITECTURE.md lists the same names with their values; `workflows.cases.view` builds the view.
"""

PROCESS_DATA = frozenset(
    """
    case_id channel nature issue severity impact risk urgency vip amount_claimed confidence fast_path systemic
    accept_outcome lead_department departments cause upheld remedy amount_offered needs_legal legal_outcome
    approval_levels approval_outcome customer_answer rounds mediation_outcome plan_changed satisfaction reopened outcome
    litigation media personal_data safety
    """.split()  # noqa: SIM905 (a list of words reads better than a list of texts)
)

_VIEW = {
    "": "number summary narrative channel received_at promised_at product order_no batch_no demand amount_claimed",
    "complainant": "name phone tier kind",
    "flags": "litigation personal_data media safety legal_gate",
    "plan": "remedy amount cost approved",
}

CASE_PATHS = frozenset(
    f"{part}.{name}" if part else name for part, names in _VIEW.items() for name in names.split()
) | {part for part in _VIEW if part}
