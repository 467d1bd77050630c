"""The invoices, refunds and payments of one customer of the generated book."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .book import Document, Payment

TERM_DAYS = 30
# habit: (chance of paying late, most days late, chance of not paying at all)
HABITS = {"good": (0.05, 12, 0.005), "slow": (0.5, 35, 0.03), "bad": (0.8, 90, 0.15)}


def documents_of(profile, last_year, catalogue, rng):
    """All documents of one customer; payments after the book's last day are left out, so those invoices are open."""
    found = []
    for index in profile.years:
        year = last_year - 1 + index
        for amount in _amounts(profile, index, rng):
            invoice = _invoice(profile, _day(year, rng), amount, catalogue, len(found), rng)
            found += _settled(profile, invoice, date(last_year, 12, 31), rng)
    return found


def _amounts(profile, index, rng):
    """What the customer spends in a year, cut into invoices of similar size."""
    if profile.one_off:
        return [profile.one_off, 350.0]
    volume = profile.volume * (profile.growth if index else 1)
    count = max(1, int(profile.invoices + 0.5 * rng.random()))
    weights = [0.7 + 0.6 * rng.random() for _ in range(count)]
    return [volume * weight / sum(weights) for weight in weights]


def _day(year, rng):
    return date(year, 1, 1) + timedelta(days=int(rng.random() * 365))


def _invoice(profile, day, amount, catalogue, place, rng):
    product = _product(amount, catalogue, profile, rng)
    price = (product.price * (100 - profile.discount) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Document(
        number=f"{profile.customer.key}-{place + 1:02d}",
        date=day,
        due=day + timedelta(days=TERM_DAYS),
        customer=profile.customer.key,
        product=product.key,
        quantity=max(1, round(amount / float(price))),
        price=price,
    )


def _product(amount, catalogue, profile, rng):
    """Something that fits the amount; who gets a big discount buys machines, where there is no margin left to give."""
    if profile.discount:
        return rng.choice([product for product in catalogue if product.category == "Machines"])
    fitting = [product for product in catalogue if product.price <= Decimal(amount) / 2] or catalogue[:3]
    return rng.choice(fitting)


def _settled(profile, invoice, last_day, rng):
    """The invoice with its payment, and the refund when goods came back."""
    refund = _refund(profile, invoice, last_day, rng)
    open_amount = invoice.amount - (refund.amount if refund else 0)
    payments = tuple(payment for payment in _payments(profile, invoice, open_amount, rng) if payment.date <= last_day)
    paid = Document(**{**vars(invoice), "payments": payments})
    return [paid, refund] if refund else [paid]


def _refund(profile, invoice, last_day, rng):
    quantity = round(invoice.quantity * profile.returned)
    day = invoice.date + timedelta(days=5 + int(rng.random() * 20))
    if rng.random() >= profile.returns or not quantity or day > last_day:
        return None
    return Document(
        number=f"{invoice.number}R",
        date=day,
        due=day,
        customer=invoice.customer,
        product=invoice.product,
        quantity=quantity,
        price=invoice.price,
        is_refund=True,
        refund_of=invoice.number,
    )


def _payments(profile, invoice, open_amount, rng):
    """One payment, in time or late; now and then two halves, or none."""
    late_chance, most_days, unpaid_chance = HABITS[profile.punctuality]
    is_late, days, fate = rng.random() < late_chance, rng.random(), rng.random()
    if fate < unpaid_chance or open_amount <= 0:
        return []
    day = invoice.due + timedelta(days=1 + int(days * most_days) if is_late else -int(days * 20))
    if fate > 0.96 and open_amount > 1000:
        half = (open_amount / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return [Payment(invoice.due, half), Payment(max(day, invoice.due), open_amount - half)]
    return [Payment(day, open_amount)]
