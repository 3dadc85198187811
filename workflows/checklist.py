"""Evidence first: what must lie in the case file before a step may be done, as its diagram says.

Property `redress:evidence` of a user task: kinds of evidence (`workflows.evidence.KINDS`) separated by blanks, or
`any` for at least one item; `redress:evidence-service`, `-quality`, `-major` say it for one urgency class.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.findings import Finding
from engine.models import UserTask
from engine.spiff.model import Diagram, Node
from workflows import evidence, gates
from workflows.models import Case, Evidence

PROPERTY = gates.EVIDENCE


def missing(session: Session, case: Case, task: UserTask) -> list[str]:
    """The kinds which are asked for and not in the file, in the order of the diagram; `any` where it is empty."""
    node = gates.node_of(session, task)
    wanted = _wanted(node, case.urgency) if node is not None else []
    if not wanted:
        return []
    there = set(session.scalars(select(Evidence.kind).where(Evidence.case_id == case.id).distinct()))
    return [kind for kind in wanted if (not there if kind == "any" else kind not in there)]


def require(session: Session, case: Case, task: UserTask) -> None:
    """Nothing, or Invalid with a problem for every kind which is missing."""
    lacking = missing(session, case, task)
    if lacking:
        raise Invalid(
            f"evidence is missing: {', '.join(lacking)}",
            problems=[
                {
                    "path": "evidence",
                    "code": f"missing_{kind}",
                    "message_zh": "请先上传证据" if kind == "any" else f"缺少必需的证据：{kind}",
                    "message_en": "add evidence first" if kind == "any" else f"evidence of this kind is needed: {kind}",
                }
                for kind in lacking
            ],
        )


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Kinds of evidence a diagram asks for which do not exist."""
    for _, node in diagram.walk():
        for name, value in node.properties.items():
            unknown = [kind for kind in value.split() if kind not in {"any", *evidence.KINDS}]
            if (name == PROPERTY or name.startswith(f"{PROPERTY}-")) and unknown:
                yield Finding(
                    element=node.id,
                    code="unknown_evidence",
                    severity="error",
                    message_zh=f"没有名为「{unknown[0]}」的证据种类",
                    message_en=f"There is no kind of evidence {unknown[0]!r}",
                    hint_zh=f"可用：any {' '.join(evidence.KINDS)}",
                    hint_en=f"Known: any {' '.join(evidence.KINDS)}",
                )


def _wanted(node: Node, urgency: str | None) -> list[str]:
    properties = node.properties
    return (properties.get(f"{PROPERTY}-{urgency}") or properties.get(PROPERTY) or "").split()
