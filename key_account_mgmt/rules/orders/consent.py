"""The terms of a consent as plain values to store, and whether an order is still within them."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from ..exact import EXACT, text
from .judgement import DiscountLine, Judgement, LineJudgement

_FINE = Decimal("0.000000000001")
Basis = Mapping[str, Any]
Then = Mapping[str, Any]


def terms(judgement: Judgement, basis: Basis) -> dict[str, Any]:
    """Return the terms of ``judgement`` as plain JSON values with numbers as text.

    ``basis``: what a later order must share to be comparable, such as its currency.
    """
    return {"basis": dict(basis), "total": text(judgement.total), "lines": [_kept(one) for one in judgement.lines]}


def _kept(judged: LineJudgement) -> dict[str, Any]:
    line = judged.line
    return {
        "key": line.key,
        "product": line.product,
        "quantity": text(line.quantity),
        "unit_net": text(line.unit_net),
        "given_pct": _text(judged.given_pct, ROUND_CEILING),
        "margin_pct": _text(judged.margin_pct, ROUND_FLOOR),
        "beyond": text(judged.beyond),
    }


def _text(pct: Decimal | None, rounding: str) -> str | None:
    """Spell a percentage with 12 decimals, rounded so that the exact percentage is within it."""
    return None if pct is None else text(pct.quantize(_FINE, rounding, EXACT))


def covered(judgement: Judgement, basis: Basis, terms: Then) -> bool:
    """Return whether an order is within ``terms``: it is not over, or has the same ``basis`` and no worse lines.

    - For each line that is over: the same product, no greater quantity, and no lower price (or no higher discount, no
      lower margin: whichever of the two limits is broken).
    - For a whole order that is over: no greater excess over its allowance than in the terms. Or nothing but reference
      prices and rates has changed: lines that leave room are as they were, no line that takes room has grown, no line
      has a lower price, and new lines take no room.
    """
    if not judgement.over:
        return True
    if basis != terms.get("basis"):
        return False
    known = {one["key"]: one for one in terms["lines"]}
    if not all(_line_covered(one, known.get(one.line.key)) for one in judgement.lines if one.over):
        return False
    return not judgement.order_over or judgement.total <= Decimal(terms["total"]) or _only_worth(judgement, known)


def _line_covered(judged: LineJudgement, then: Then | None) -> bool:
    line = judged.line
    if then is None or line.product != then["product"] or line.quantity > Decimal(then["quantity"]):
        return False
    if line.unit_net >= Decimal(then["unit_net"]):
        return True
    same_discount = not judged.over_cap or judged.given_pct <= Decimal(then["given_pct"] or "-Infinity")
    return same_discount and (not judged.below_floor or _same_margin(judged.margin_pct, then["margin_pct"]))


def _same_margin(now: Decimal | None, then: str | None) -> bool:
    return now is not None and (then is None or now >= Decimal(then))


def _only_worth(judgement: Judgement, known: Mapping[Any, Then]) -> bool:
    """Return whether the order would be within the terms if reference prices and rates had not changed."""
    lines = {one.line.key: one for one in judgement.lines}
    gone = [then for key, then in known.items() if key not in lines]
    if any(Decimal(then["beyond"]) < 0 or Decimal(then["quantity"]) < 0 for then in gone):
        return False
    return all(_no_worse(one, known.get(key)) for key, one in lines.items())


def _no_worse(judged: LineJudgement, then: Then | None) -> bool:
    line: DiscountLine = judged.line
    if then is None:
        return judged.beyond <= 0
    quantity, price = Decimal(then["quantity"]), Decimal(then["unit_net"])
    if line.product != then["product"]:
        return False
    if quantity <= 0 or line.quantity <= 0 or Decimal(then["beyond"]) < 0:
        return line.quantity == quantity and (line.unit_net == price if quantity < 0 else line.unit_net >= price)
    return line.quantity <= quantity and line.unit_net >= price


def no_worse(judgement: Judgement, basis: Basis, before: Judgement, basis_before: Basis) -> bool:
    """Return whether a change made an order no worse: all that is over now was over ``before``, by no less.

    A line that was not over before excuses nothing: removing lines from an order that earned its caps by its size
    makes the caps of the smaller order apply.
    """
    was_over = {one.line.key for one in before.lines if one.over}
    if any(one.over and one.line.key not in was_over for one in judgement.lines):
        return False
    if judgement.order_over and not before.order_over:
        return False
    return covered(judgement, basis, terms(before, basis_before))
