"""The documentation names what is in the tree: links, anchors, pages and files."""

import re

import pytest

from workbench import paths

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
NAMED_FILE = re.compile(r"`([\w./*-]+\.(?:py|xml|json|js|csv))`")
NAMED_PAGE = re.compile(r"docs/[\w/-]+\.md")
FOLDERS = ("docs", "key_account_mgmt*", "workbench", "tests", "benchmarks")
# Files that a page names although commands make them, or other repositories have them.
ELSEWHERE = {
    ".workbench/bench/results.json",
    ".workbench/demo/evaluation.csv",
    "data/online_retail_invoices.csv",
    "path/to/script.py",
    "script.py",
    "selfie_segmentation.js",
}


def pages():
    return sorted([*paths.ROOT.glob("*.md"), *paths.ROOT.glob("docs/**/*.md")])


def name(path):
    return str(path.relative_to(paths.ROOT))


def anchors(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def known_files():
    """Return the names of all files in the tree, each with every shorter name that ends alike."""
    files = [path for folder in FOLDERS for path in paths.ROOT.glob(f"{folder}/**/*.*")]
    parts = [path.relative_to(paths.ROOT).parts for path in files]
    return {"/".join(part[start:]) for part in parts for start in range(len(part))}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_to_a_page_and_a_heading(page):
    broken = []
    for target, anchor in LINK.findall(page.read_text(encoding="utf8")):
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(f"{target}#{anchor}")
    assert not broken


def test_pages_name_files_that_exist():
    known = known_files()
    named = {(file, name(page)) for page in pages() for file in NAMED_FILE.findall(page.read_text(encoding="utf8"))}
    assert not sorted(pair for pair in named if "*" not in pair[0] and pair[0] not in known | ELSEWHERE)


def test_code_names_pages_that_exist():
    files = [path for folder in FOLDERS for path in paths.ROOT.glob(f"{folder}/**/*")]
    sources = [path for path in files if path.suffix in (".py", ".rst")]
    named = {(page, name(path)) for path in sources for page in NAMED_PAGE.findall(path.read_text(encoding="utf8"))}
    assert not sorted(pair for pair in named if not (paths.ROOT / pair[0]).exists())
