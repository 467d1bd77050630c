"""Run in an Odoo shell: what each class or browser test of the addon would make for itself.

The company with accounting: tests look for it by its name, and make one where there is none:
KeyAccountCommon.setup_independent_company. And the bundles of the web client: the first page of each process would
wait for them, on a slow machine longer than a tour does.
"""

company = env["res.company"].create(  # noqa: F821
    {"name": "company_1_data", "currency_id": env.ref("base.USD").id}  # noqa: F821
)
charts = env["account.chart.template"]  # noqa: F821
charts.try_loading(charts._guess_chart_template(company.country_id), company=company, install_demo=False)
company.account_fiscal_country_id = company.account_fiscal_country_id or env.ref("base.us")  # noqa: F821
company.currency_id = env.ref("base.USD")  # noqa: F821
# Who makes a company gets it; scheduled actions, which run as this user, should not.
env.user.company_ids -= company  # noqa: F821
# Tests are about every part of the addon.
env["key.account.part"]._switch_on_all()  # noqa: F821
env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
# Those that no page names, but that pages of tests, or views such as pivots, ask for.
for name in ("web.assets_backend_lazy", "web.assets_tests", "web.chartjs_lib", "web.fullcalendar_lib"):
    bundle = env["ir.qweb"]._get_asset_bundle(name)  # noqa: F821
    bundle.js()
    bundle.css()
env.cr.commit()  # noqa: F821
