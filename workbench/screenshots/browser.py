"""Walks through the screens of the plan with a headless browser: browser.py <base url> <plan> <folder>."""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1440, "height": 900}
ACTION = "/odoo/action-key_account_mgmt"


def walk(base, plan, folder, get_screens):
    """Take a picture of each screen: ``get_screens(plan)`` tells their names and what shows them."""
    plan = json.loads(Path(plan).read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)
        log_in(page, base)
        for name, show in get_screens(plan).items():
            show(page, base, plan)
            settle(page)
            page.screenshot(path=f"{folder}/{name}.{plan['suffix']}.png")
        browser.close()


def log_in(page, base):
    page.goto(f"{base}/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_selector(".o_main_navbar")


def settle(page):
    """Until lists and pictures are there and small animations are over."""
    page.wait_for_timeout(3000)


def show_evaluation(page, base, plan):
    page.goto(f"{base}{ACTION}.key_account_evaluation_action/{plan['evaluation']}")
    page.wait_for_selector(".o_form_view")


def show_review_list(page, base, plan):
    show_evaluation(page, base, plan)
    page.locator("button[name=action_open_lines]").first.click()
    page.wait_for_selector(".o_list_view .o_group_header")
    settle(page)
    # The second tier: customers move into it from both sides.
    page.locator(".o_group_header").nth(1).click()


def show_scorecard(page, base, plan):
    page.goto(f"{base}{ACTION}.key_account_evaluation_line_action/{plan['vetoed_line']}")
    page.wait_for_selector(".o_form_view")


def show_rule_editor(page, base, plan):
    page.goto(f"{base}{ACTION}.action_key_account_ruleset/{plan['ruleset']}")
    page.wait_for_selector(".o_form_view")


def show_customer(page, base, plan):
    page.goto(f"{base}/odoo/res.partner/{plan['customer']}")
    page.wait_for_selector(".o_form_view")


def show_order(page, base, plan):
    page.goto(f"{base}/odoo/action-sale.action_quotations_with_onboarding/{plan['order']}")
    page.wait_for_selector(".o_form_view")


def show_approval(page, base, plan):
    show_order(page, base, plan)
    page.locator("button[name=action_key_account_ask]").first.click()
    page.wait_for_selector(".modal .o_key_account_approval_details")


SCREENS = {
    "evaluation": show_evaluation,
    "review_list": show_review_list,
    "scorecard": show_scorecard,
    "rule_editor": show_rule_editor,
    "customer": show_customer,
    "order": show_order,
    "approval": show_approval,
}

if __name__ == "__main__":
    walk(*sys.argv[1:], lambda _plan: SCREENS)
