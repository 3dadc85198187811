"""What can go wrong on the way out; whether a later try may help decides the class."""


class Undeliverable(Exception):
    """The message cannot be delivered, now or later"""


class NotNow(Exception):
    """The other side does not take the message now; a later try may succeed"""
