"""README.rst and the page in the list of apps say what the fragments in readme/ say."""

import pytest

from workbench import paths, readme


@pytest.mark.parametrize(("path", "make"), [(readme.README, readme.make_readme), (readme.PAGE, readme.make_page)])
def test_pages_are_made_of_the_fragments(path, make):
    assert path.read_text(encoding="utf8") == make(), "run make readme"


def test_no_fragment_is_left_out():
    assert {path.stem for path in (paths.ADDON_DIR / "readme").iterdir()} == set(readme.FRAGMENTS)


def test_the_page_shows_pictures_that_lie_beside_it():
    assert (readme.PAGE.parent / "review_list.png").exists()
    assert 'src="review_list.png"' in readme.make_page()
