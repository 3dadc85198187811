"""Signers beside an open user task (加签, 减签), in memory; `engine.signers` makes steps of it.

Where the task is a round of a parallel multi-instance (会签, 或签, 票签) a signer is one more round: the completion
condition and the output collection count it. A task that stands alone gets the signer's token below its own: signers
sign in any order, the task itself comes last, and its values alone become process data.

Notes: `signer` (who was added); on what they sign under: `signed` (who has signed), `joined` (a signer was added).
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.feel.values import Value
from engine.spiff.tasks import UserTask
from engine.spiff.values import decode
from engine.spiff.workflow import ROOT, Token, cancel

MAX_SIGNERS = 50


REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "too_many_signers": (
            f"同时会签的最多 {MAX_SIGNERS} 人",
            f"At most {MAX_SIGNERS} people sign at a time",
        ),
        "signs_already": ("此人已在会签中", "This person is to sign already"),
        "signed_already": ("此人已经签署，不能重复签署", "This person has signed already; nobody signs twice"),
        "one_by_one": (
            "此步骤逐人依次办理，不能并行加签",
            "Here people sign one after the other: nobody can be added at the same time",
        ),
        "not_a_signer": (
            "此任务是流程图规定的，不能减签；可以转办、移动或终止",
            "The diagram itself demands this task: transfer it, move the token or cancel instead",
        ),
        "last_signer": ("最后一名未签人不能减签", "The last open signer cannot be removed: somebody has to sign"),
        "comes_last": (
            "加签人尚未全部签署，此任务须在其后办结",
            "Added signers have not signed yet: this task is completed after them",
        ),
        "moves_with": (
            "加签人的令牌不能单独移动，请移动原任务",
            "An added signer's token does not move by itself: move that of the task it was added to",
        ),
    }
)
"""Why a signer cannot be added or removed, or may not sign now: code -> Chinese and English."""


def refusal(code: str) -> Conflict:
    """The conflict with that code (`REASONS`)."""
    zh, en = REASONS[code]
    return Conflict(en, code=code, message_zh=zh, message_en=en)


def added(token: Token) -> bool:
    """Whether it was added as a further signer."""
    return "signer" in token.internal_data


def group_of(token: Token) -> Token | None:
    """What a user task is signed under with others: the body of parallel rounds, the task a signer was added to."""
    above = token.workflow.tasks.get(token._parent)
    if above is None or above.id == ROOT:
        return None
    if "round" in token.internal_data and not _in_parallel(token.task_spec):
        return None
    return above


def add(token: Token, signer: str) -> Token:
    """One more signer beside an open user task; the new task's token. Raises Conflict."""
    group = group_of(token) or token
    notes = group.internal_data
    if len(_open_under(group)) >= MAX_SIGNERS:
        raise refusal("too_many_signers")
    if signer in notes.get("signed", ()):
        raise refusal("signed_already")
    if "total" in notes:
        made: Token = group.task_spec.loop.widen(group, _item(group, token, signer))
    elif "round" in token.internal_data:
        raise refusal("one_by_one")
    else:
        made = Token(group.workflow, group.task_spec, group, state=TaskState.READY)
    made.internal_data["signer"] = signer
    notes["joined"] = True
    return made


def remove(token: Token) -> None:
    """Take an open signer away; what they sign together may be complete by that. Raises Conflict."""
    group = group_of(token)
    if group is None:
        raise refusal("not_a_signer")
    if "total" not in group.internal_data:
        cancel(token)
        return
    if len(_open_under(group)) == 1 and not (added(token) and group.internal_data["done"]):
        raise refusal("last_signer")
    group.task_spec.loop.narrow(token)


def sign(token: Token, actor: str) -> None:
    """Note that somebody signs. Raises Conflict for a task which waits for its signers, and for a second signature of
    the same person where a signer was added."""
    group = group_of(token) or token
    notes = group.internal_data
    if group is token and "joined" not in notes:
        return
    if group is token and _open_under(group):
        raise refusal("comes_last")
    if actor in notes.get("signed", ()) and "joined" in notes:
        raise refusal("signed_already")
    notes["signed"] = [*notes.get("signed", ()), actor]


def _open_under(group: Token) -> list[Token]:
    """Open tasks which are signed under a group; of a task which stands alone, those of its added signers."""
    below = (group.workflow.tasks.get(child) for child in group._children)
    return [token for token in below if token is not None and token.task_spec is group.task_spec]


def _in_parallel(node: UserTask) -> bool:
    return node.loop is not None and not node.loop.drawn.sequential and not node.loop.drawn.standard


def _item(group: Token, token: Token, signer: str) -> Value:
    """What the new round is over: the signer, where the rounds are over the people who do them; else what `token`'s is
    over, and for a number of rounds the next number."""
    loop, node = group.task_spec.loop, group.task_spec
    if loop.collection is None:
        return Decimal(group.internal_data["total"] + 1)
    person = node.assignee.text.lstrip("= ").strip() if node.assignee is not None else ""
    if loop.drawn.element and person == loop.drawn.element:
        return signer
    return decode(group.internal_data["items"][token.internal_data["round"]])
