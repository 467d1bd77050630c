"""A book: the customers, products and documents of a company, apart from Odoo."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Customer:
    key: str
    name: str
    country: str = ""
    city: str = ""
    salesperson: str = ""


@dataclass(frozen=True)
class Product:
    key: str
    name: str
    category: str
    price: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Payment:
    date: date
    amount: Decimal


@dataclass(frozen=True)
class Document:
    """An invoice, or a refund when `refund_of` or `is_refund` says so. It has one product line."""

    number: str
    date: date
    due: date
    customer: str
    product: str
    quantity: int
    price: Decimal
    is_refund: bool = False
    refund_of: str = ""
    payments: tuple = ()

    @property
    def amount(self):
        return self.price * self.quantity

    @property
    def signed_amount(self):
        return -self.amount if self.is_refund else self.amount


@dataclass(frozen=True)
class Book:
    title: str
    currency: str  # ISO code; empty: the company's own
    customers: tuple
    products: tuple
    documents: tuple = field(repr=False)
    salespeople: tuple = ()
    company: str = ""  # empty: as it is

    @property
    def years(self):
        """Years with invoices or refunds, ascending."""
        return sorted({document.date.year for document in self.documents})

    def dump(self):
        """The book as JSON text, always the same text for the same book."""
        return json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)

    @property
    def content_hash(self):
        return hashlib.sha256(self.dump().encode()).hexdigest()[:12]


def login(name):
    """A salesperson's login, which is the password too."""
    return name.lower().replace(" ", ".")
