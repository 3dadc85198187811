"""What the law gives a consumer beyond the damage, as advice for whoever drafts a plan; a person decides."""

from typing import Final

FRAUD_TIMES: Final = 3
FRAUD_LEAST: Final = 500_00


def fraud_addition(price: int) -> int:
    """The addition for fraud, in fen, for goods or a service of this price in fen; the refund comes on top.

    消费者权益保护法 article 55 (1): three times the price paid, and CNY 500 where that is less. Raises ValueError for a
    negative price.
    """
    if price < 0:
        raise ValueError("a price is not negative")
    return max(FRAUD_TIMES * price, FRAUD_LEAST)
