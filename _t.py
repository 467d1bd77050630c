import sys
import time

from workbench import setup
from workbench.demo.csv_reader import read_book
from workbench.demo.generate import generate
from workbench.demo.loading import loaded_database

setup.all_parts()
b = read_book(sys.argv[1]) if len(sys.argv) > 1 else generate(2025)
t = time.time()
print(loaded_database(b), time.time() - t)
