"""Fills the database with the book that the environment describes."""

import os

from .filler import Book, fill


def main(env):
    fill(env, Book(customers=int(os.environ["BENCH_CUSTOMERS"]), invoices=int(os.environ["BENCH_INVOICES"])))
