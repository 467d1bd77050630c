"""Runs in an Odoo shell: hands its environment to ``main`` of the module that BENCH_MODULE names."""

import importlib
import os

importlib.import_module(os.environ["BENCH_MODULE"]).main(env)  # noqa: F821
