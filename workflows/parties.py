"""Complainants: found again by phone or mail without keeping either in clear."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.clock import now
from workflows import masking
from workflows.crypto import blind, normal_mail, normal_phone
from workflows.models import Party as Party


@dataclass(frozen=True, slots=True)
class Identity:
    """Who complains. kind: consumer, employee, partner, supplier, regulator. tier: ordinary or vip."""

    name: str = ""
    phone: str = ""
    mail: str = ""
    address: str = ""
    kind: str = "consumer"
    tier: str = "ordinary"
    locale: str = "zh"


def find(session: Session, *, phone: str = "", mail: str = "") -> list[Party]:
    """Parties with this phone number or mail address, oldest first."""
    wanted = []
    if phone_index := blind("phone", normal_phone(phone)):
        wanted.append(Party.phone_index == phone_index)
    if mail_index := blind("mail", normal_mail(mail)):
        wanted.append(Party.mail_index == mail_index)
    if not wanted:
        return []
    return list(session.scalars(select(Party).where(or_(*wanted), Party.erased_at.is_(None)).order_by(Party.id)))


def find_or_create(session: Session, identity: Identity, *, verified: bool = True) -> Party:
    """The party with this phone or mail (gaps filled from `identity`), or a new one.

    The name must agree where both are known, so that a family's shared number does not merge two people. verified: one
    of us has talked to them; else whoever knows a name and a phone number could add a mail address of their own, and
    be sent the letters of another's case: what is not known yet then makes a new party.
    """
    for party in find(session, phone=identity.phone, mail=identity.mail):
        if not party.name or not identity.name or party.name == identity.name:
            if not verified and _adds_contact(party, identity):
                continue
            _complete(party, identity)
            return party
    party = Party(kind=identity.kind, tier=identity.tier, locale=identity.locale, created_at=now())
    _write(party, {key: getattr(identity, key) for key in ("name", "phone", "mail", "address")})
    session.add(party)
    session.flush()
    return party


def _adds_contact(party: Party, identity: Identity) -> bool:
    phone, mail = normal_phone(identity.phone), normal_mail(identity.mail)
    return bool(phone and phone != normal_phone(party.phone)) or bool(mail and mail != normal_mail(party.mail))


def _complete(party: Party, identity: Identity) -> None:
    known = dict(party.identity or {})
    fresh = {key: known.get(key) or getattr(identity, key) for key in ("name", "phone", "mail", "address")}
    if fresh != known:
        _write(party, fresh)
    if identity.tier == "vip":
        party.tier = "vip"


def _write(party: Party, identity: dict[str, str]) -> None:
    party.identity = identity
    party.phone_index = blind("phone", normal_phone(identity["phone"]))
    party.mail_index = blind("mail", normal_mail(identity["mail"]))


def masked(party: Party) -> dict[str, str]:
    """What everybody may see of a complainant."""
    return {
        "name": masking.name(party.name),
        "phone": masking.phone(party.phone),
        "mail": masking.mail(party.mail),
        "address": masking.address(party.address),
        "kind": party.kind,
        "tier": party.tier,
    }
