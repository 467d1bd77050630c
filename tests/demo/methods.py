"""What holds of every method on any book."""

import json
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "key_account_mgmt" / "data" / "templates"


def check_methods(methods, customers):
    """Each template that ships was there, and gave every customer one of its tiers."""
    tiers = {policy["name"]: [tier["name"] for tier in policy["tiers"]] for policy in _policies()}
    assert {method["name"] for method in methods} == set(tiers)
    for method in methods:
        given = dict(method["tiers"])
        assert method["customers"] == sum(given.values()) == customers, method
        assert set(given) <= set(tiers[method["name"]]), method


def _policies():
    return [json.loads(path.read_text(encoding="utf-8")) for path in TEMPLATES.glob("*.json")]
