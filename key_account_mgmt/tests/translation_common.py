import re

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]")
