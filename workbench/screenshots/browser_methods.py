"""Walks through the methods' screens with a headless browser: browser_methods.py <base url> <plan> <folder>."""

import sys

from browser import ACTION, SIZE, settle, show_evaluation, walk

NARROW, MARGIN = 1150, 24


def show_line(page, base, method):
    """The whole scorecard, down to its last row of points."""
    page.set_viewport_size({"width": NARROW, "height": SIZE["height"]})
    page.goto(f"{base}{ACTION}.key_account_evaluation_line_action/{method['line']}")
    page.wait_for_selector(".o_form_sheet .o_key_account_scorecard")
    settle(page)
    table = page.locator(".o_key_account_scorecard table").last.bounding_box()
    page.set_viewport_size({"width": NARROW, "height": int(table["y"] + table["height"]) + MARGIN})


def show_lines(page, base, method):
    """The customers by rank."""
    page.set_viewport_size(SIZE)
    show_evaluation(page, base, method)
    page.locator("button[name=action_open_lines]").first.click()
    page.wait_for_selector(".o_list_view .o_group_header")
    page.locator(".o_facet_remove").first.click()
    page.wait_for_selector(".o_list_view .o_data_row")


def show_page(name):
    def show(page, base, method):
        page.set_viewport_size(SIZE)
        show_evaluation(page, base, method)
        page.locator(f".o_notebook_headers a[name={name}]").click()

    return show


# What tells most about a method; a scorecard where nothing else does.
SPECIAL = {
    "value_pyramid": show_page("pyramids"),
    "single_indicator_rank": show_lines,
}


def get_screens(plan):
    methods = plan["methods"]
    screens = {name: _get_screen(SPECIAL.get(name, show_line), method) for name, method in methods.items()}
    screens["scorecard_matrix"] = _get_screen(show_page("value_matrix"), methods["scorecard"])
    return {f"method_{name}": screen for name, screen in screens.items()}


def _get_screen(show, method):
    def show_as_company(page, base, _plan):
        # As the company selector keeps it.
        page.context.add_cookies([{"name": "cids", "value": str(method["company"]), "url": base}])
        show(page, base, method)

    return show_as_company


if __name__ == "__main__":
    walk(*sys.argv[1:], get_screens)
