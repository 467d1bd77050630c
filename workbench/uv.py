"""uv, which installs packages faster than pip and locks their versions for all Pythons, led by pip's own settings."""

import re

VERSION = "uv==0.13.9"
# A line of `pip config list`: global.index-url='https://…', :env:.cert='…'
SETTING = re.compile(r"^[\w:-]+\.(?P<name>[\w-]+)='(?P<value>.*)'$", re.MULTILINE)
# pip's names, uv's variables, and what uv has between several values.
VARIABLES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}


def settings_of_pip(listed):
    """Variables by which uv does what pip is told to.

    :param listed: what ``pip config list`` writes; the environment's settings come last and win, as with pip
    """
    # Like pip, take the best version of all indexes, not the first index that knows the package.
    variables = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for match in sorted(SETTING.finditer(listed), key=lambda match: match[0].startswith(":env:")):
        if match["name"] in VARIABLES:
            name, separator = VARIABLES[match["name"]]
            variables[name] = separator.join(match["value"].replace("\\n", " ").split())
    return variables
