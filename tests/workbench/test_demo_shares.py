"""The work of loading is shared out wholly, evenly, and customer by customer."""

import json

from workbench.demo.generate import generate
from workbench.demo.shares import CHUNK, chunks_of

DOCUMENTS = json.loads(generate(2025).dump())["documents"]


def shares(workers, loaded=frozenset()):
    return [list(chunks_of(DOCUMENTS, worker, workers, loaded)) for worker in range(workers)]


def test_every_document_goes_to_one_worker_and_chunks_stay_small():
    numbers = [row["number"] for share in shares(2) for chunk in share for row in chunk]
    assert sorted(numbers) == sorted(row["number"] for row in DOCUMENTS)
    assert all(len(chunk) <= 2 * CHUNK for share in shares(2) for chunk in share)


def test_customers_are_not_split_and_shares_are_even():
    customers = [{row["customer"] for chunk in share for row in chunk} for share in shares(3)]
    sizes = [sum(map(len, share)) for share in shares(3)]
    assert not customers[0] & customers[1] and not customers[1] & customers[2] and not customers[0] & customers[2]
    assert max(sizes) - min(sizes) <= 20


def test_a_refund_stays_in_the_chunk_of_its_invoice():
    for chunk in shares(2)[0]:
        numbers = {row["number"] for row in chunk}
        assert all(row["refund_of"] in numbers for row in chunk if row["refund_of"])


def test_what_is_loaded_is_left_out():
    loaded = {row["number"] for row in shares(2)[0][0]}
    rest = {row["number"] for share in shares(2, loaded) for chunk in share for row in chunk}
    assert rest == {row["number"] for row in DOCUMENTS} - loaded
