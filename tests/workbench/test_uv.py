import pytest

from workbench.uv import settings_of_pip

# What `pip config list` writes, and the variables that uv gets for it.
CASES = {
    "no settings": ("", {}),
    "a mirror of a company": (
        "global.index-url='https://mirror/simple'",
        {"UV_DEFAULT_INDEX": "https://mirror/simple"},
    ),
    "several further indexes": (
        "global.extra-index-url='file:///a/simple file:///b/simple'",
        {"UV_INDEX": "file:///a/simple file:///b/simple"},
    ),
    "several folders, a line each": ("install.find-links='\\n/a\\n/b'", {"UV_FIND_LINKS": "/a,/b"}),
    "the environment wins over files": (
        ":env:.cert='/env.pem'\nglobal.cert='/file.pem'\nglobal.timeout='60'",
        {"SSL_CERT_FILE": "/env.pem", "UV_HTTP_TIMEOUT": "60"},
    ),
    "what uv has no word for": ("global.disable-pip-version-check='1'", {}),
}


@pytest.mark.parametrize(("listed", "expected"), CASES.values(), ids=CASES)
def test_uv_obeys_the_settings_of_pip(listed, expected):
    assert settings_of_pip(listed) == {"UV_INDEX_STRATEGY": "unsafe-best-match", **expected}
