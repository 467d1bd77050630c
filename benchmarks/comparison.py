"""Two sides that were measured by turns, compared."""

import statistics


def compare(without, with_addon):
    """Medians of both sides and of what the pairs differ by.

    :param list without: ``(milliseconds, queries)`` of each round; ``with_addon`` has as many
    """
    pairs = list(zip(without, with_addon, strict=True))
    result = {name: summarize(side) for name, side in (("without", without), ("with", with_addon))}
    return {
        **result,
        "more_ms": statistics.median(more[0] - less[0] for less, more in pairs),
        "more_pct": statistics.median((more[0] / less[0] - 1) * 100 for less, more in pairs),
        "more_queries": result["with"]["queries"] - result["without"]["queries"],
    }


def summarize(side):
    """Medians of ``(milliseconds, queries)`` of each round."""
    milliseconds, queries = zip(*side, strict=True)
    return {"ms": statistics.median(milliseconds), "best_ms": min(milliseconds), "queries": statistics.median(queries)}
