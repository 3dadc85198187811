"""Fills any form from its schema, the way a sensible person would; keys of our own process get sensible choices."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from engine.clock import now
from engine.forms import Component, Form, FormError, Kind
from workflows.simulation import stories

Context = Mapping[str, Any]
Choice = Callable[[Random, Context], Any]
_TEXTS = {Kind.TEXTFIELD, Kind.TEXTAREA}


def _weighted(**weights: int) -> Choice:
    return lambda rng, _context: rng.choices(list(weights), weights=list(weights.values()))[0]


def _kept(key: str, otherwise: Choice) -> Choice:
    """What the process proposes already."""
    return lambda rng, context: context[key] if context.get(key) not in (None, "") else otherwise(rng, context)


def _offer(rng: Random, context: Context) -> float:
    claimed = float(context.get("amount_claimed") or 0)
    return round(min(claimed * rng.choice((0.3, 0.5, 0.8, 1.0)), 60_000), 2) if claimed else 0.0


def _remedy(rng: Random, context: Context) -> str:
    if float(context.get("amount_claimed") or 0) > 0:
        return rng.choices(("refund", "voucher", "compensate"), weights=(7, 2, 1))[0]
    return rng.choice(("apology", "repair", "replace", "improve", "explain"))


def _rarely(share: float) -> Choice:
    return lambda rng, _context: rng.random() < share


def _no(_rng: Random, _context: Context) -> bool:
    return False


CHOICES: Mapping[str, Choice] = {
    "verified": _weighted(verified=90, unverified=8, false=2),
    "accept_outcome": _weighted(accepted=88, transferred=3, refused=3, duplicate=2, solved=4),
    "nature": _kept("nature", _weighted(product=1, service=1)),
    "issue": _kept("issue", _weighted(function_defect=1, attitude=1)),
    "severity": _kept("severity", lambda rng, _: rng.choice((1, 1, 2, 2, 3))),
    "impact": _kept("impact", lambda rng, _: rng.choice((1, 1, 2))),
    "amount_claimed": _kept("amount_claimed", lambda _rng, _context: 0),
    "risk_floor": _weighted(ordinary=90, medium=8, high=2),
    **{flag: _kept(flag, _no) for flag in ("litigation", "media", "personal_data", "safety", "regulated")},
    "emotion": _kept("emotion", lambda _rng, _context: None),
    "intensity": _kept("intensity", lambda rng, _: rng.randint(1, 3)),
    "upheld": _kept("upheld", _weighted(full=5, partly=4, none=1)),
    "cause": _kept("cause", _weighted(product=4, process=3, person=2, external=1)),
    "systemic": _rarely(0.03),
    "affected": lambda _rng, context: 1 if int(context.get("impact") or 1) == 1 else 12,
    "cost": lambda rng, context: round(_offer(rng, context) * 1.1, 2),
    "remedy": _remedy,
    "amount_offered": _offer,
    "other_measures": _rarely(0.4),
    "legal_outcome": _weighted(passed=9, returned=1),
    "approval_outcome": _weighted(approved=9, returned=1),
    "recall_approval": _weighted(approved=9, returned=1),
    "customer_answer": _weighted(accepted=84, negotiates=11, refused=5),
    "mediation_outcome": _weighted(settled=3, failed=1),
    "plan_changed": _rarely(0.3),
    "execution_result": _weighted(done=11, failed=1),
    "satisfaction": _weighted(satisfied=6, basically=3, unsatisfied=1),
}


def fill(form: Form, context: Context, rng: Random) -> dict[str, Any]:
    """Values which the form accepts: generic by type, `CHOICES` by key, corrected until the server's check is content.

    Raises AssertionError naming the fields where no values are found (the form asks for something impossible).
    """
    data: dict[str, Any] = {}
    for component in form.fields:
        _put(data, component, _value(form, component, context, rng))
    for _ in range(6):
        checked = form.validate(data, context=context)
        if not checked.problems:
            return data
        for problem in checked.problems:
            for wrong in (one for one in form.fields if ".".join(one.path) == problem.path):
                _put(data, wrong, _generic(form, wrong, context, rng))
    raise AssertionError(f"form {form.id}: {[(problem.path, problem.code) for problem in checked.problems]}")


def _put(data: dict[str, Any], component: Component, value: Any) -> None:
    if value is None or component.kind is Kind.EXPRESSION:
        return
    place = data
    for part in component.path[:-1]:
        place = place.setdefault(part, {})
    place[component.path[-1]] = value


def _value(form: Form, component: Component, context: Context, rng: Random) -> Any:
    choose = CHOICES.get(component.path[-1]) if component.path else None
    if choose is None:
        return _generic(form, component, context, rng)
    wanted = choose(rng, context)
    allowed = _options(form, component, context)
    return wanted if not allowed or wanted in allowed else rng.choice(allowed)


def _options(form: Form, component: Component, context: Context) -> list[Any]:
    if component.options is not None:
        return [option.value for option in component.options]
    if not component.options_key and component.options_formula is None:
        return []
    try:
        return [option.value for option in form.options(".".join(component.path), context)]
    except FormError:
        return []


def _generic(form: Form, component: Component, context: Context, rng: Random) -> Any:
    kind = component.kind
    if kind in {Kind.RADIO, Kind.SELECT}:
        allowed = _options(form, component, context)
        return rng.choice(allowed) if allowed else None
    if kind in {Kind.CHECKLIST, Kind.TAGLIST}:
        allowed = _options(form, component, context)
        return rng.sample(allowed, rng.randint(1, min(2, len(allowed)))) if allowed else None
    if kind is Kind.CHECKBOX:
        return True
    if kind is Kind.NUMBER:
        low = component.rules.min if isinstance(component.rules.min, int | float) else 1
        most = component.rules.max if isinstance(component.rules.max, int | float) else low + 4
        return rng.randint(int(low), max(int(low), min(int(most), int(low) + 99)))
    if kind is Kind.DATETIME:
        return _moment(component)
    if kind in _TEXTS:
        return _text(component, rng)
    return None


def _moment(component: Component) -> str:
    moment = now() + timedelta(hours=8) - timedelta(minutes=5)
    shape = str(component.settings.get("subtype") or "date")
    if shape == "time":
        return f"{moment:%H:%M}"
    if shape == "date":
        return f"{moment:%Y-%m-%d}"
    offset = "+08:00" if component.settings.get("timeSerializingFormat") == "utc_offset" else ""
    return f"{moment:%Y-%m-%dT%H:%M}{offset}"


def _text(component: Component, rng: Random) -> str:
    if component.rules.validation_type == "email":
        return "reply@mail.example"
    if component.rules.validation_type == "phone":
        return "+86 13800138000"
    text = stories.sentence(rng, component.label)
    least, most = component.rules.min_length, component.rules.max_length
    while isinstance(least, int) and len(text) < least:
        text += stories.sentence(rng, component.label)
    return text[:most] if isinstance(most, int) else text
