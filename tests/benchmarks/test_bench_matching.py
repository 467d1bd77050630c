from rules import Matcher

from benchmarks import matching


def test_the_measured_rules_are_what_they_claim_to_be():
    books = matching.make_books(2_000)
    policy = matching.make_policy(books[0])
    rules = policy.table("veto").rules
    assert len(rules) == 50
    assert {len(rule.conditions) for rule in rules} == {2, 3, 4}
    values = [value for book in books for column in book.columns.values() for value in column]
    assert len(values) == 2_000 * 15
    assert 0.015 < values.count(None) / len(values) < 0.025


def test_both_matchers_fire_the_same_rules_for_the_measured_customers():
    books = matching.make_books(300)
    policy = matching.make_policy(books[0])
    fast, slow = Matcher(policy, "veto"), Matcher(policy, "veto", engine="reference")
    assert fast.fired(books[0]) == slow.fired(books[0])
