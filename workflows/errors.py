"""What can go wrong with a complaint, in words for people. The docstring of a class is its title."""

from engine.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchCase(NotFound):
    """There is no such case, or not for you"""


class NoSuchTask(NotFound):
    """There is no such task, or not for you"""


class NotAllowed(Forbidden):
    """Your role or department may not do this"""


class LockedOut(Forbidden):
    """You are named in this complaint and may not take part in it"""


class FourEyes(Forbidden):
    """Proposer, approver and payer must be different people"""


class OverAuthority(Forbidden):
    """The amount or the severity is above your authority"""


class GateClosed(Forbidden):
    """Legal review or an approval is still missing; this gate cannot be skipped"""


class PlanFrozen(Conflict):
    """The plan was approved and is frozen; a change needs a new approval"""


class NoSuchFilter(NotFound):
    """There is no such filter, or it is not yours"""


class TooLate(Conflict):
    """The process has gone on: this step can no longer be taken back"""


class CaseClosed(Conflict):
    """The case is closed"""


class BadFile(Invalid):
    """The file cannot be accepted"""


class BadComplaint(Invalid):
    """The complaint cannot be registered as it stands"""


class StillBusy(Conflict):
    """This person still has open tasks: hand them over first"""
