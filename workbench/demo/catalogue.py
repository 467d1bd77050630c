"""What the company of the generated book sells: categories with the margins that are usual in them."""

from decimal import Decimal

from .book import Product

# category: (cost in percent of the price, {product: price})
CATEGORIES = {
    "Hand tools": (
        58,
        {
            "Torque wrench set": "89.00",
            "Screwdriver set": "24.50",
            "Socket set, 94 pieces": "129.00",
            "Pliers set": "46.00",
        },
    ),
    "Power tools": (
        76,
        {
            "Cordless drill": "149.00",
            "Angle grinder": "98.00",
            "Rotary hammer": "265.00",
            "Circular saw": "189.00",
        },
    ),
    "Fasteners": (47, {"Wood screws, box": "14.80", "Anchor bolts, box": "32.40", "Rivets, box": "11.20"}),
    "Safety gear": (54, {"Safety helmet": "18.90", "Work gloves, 12 pairs": "27.60", "Fall arrest kit": "112.00"}),
    "Workshop equipment": (
        66,
        {
            "Workbench": "420.00",
            "Tool trolley": "298.00",
            "Air compressor": "640.00",
            "Welding set": "880.00",
        },
    ),
    "Machines": (84, {"Pillar drill": "1450.00", "Band saw": "2380.00", "Lathe": "6900.00"}),
}


def products():
    """All products, dearer ones last."""
    found = [
        Product(f"p{group}{number}", name, category, Decimal(price), _cost(price, cost))
        for group, (category, (cost, prices)) in enumerate(CATEGORIES.items())
        for number, (name, price) in enumerate(prices.items())
    ]
    return tuple(sorted(found, key=lambda product: product.price))


def _cost(price, percent):
    return (Decimal(price) * percent / 100).quantize(Decimal("0.01"))
