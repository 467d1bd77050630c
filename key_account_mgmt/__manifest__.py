{
    "name": "Key Account Management",
    "summary": "Evaluate customers every year by rules, sort them into tiers, explain every decision",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["sale_management", "sale_margin"],
    "external_dependencies": {"python": ["pydantic"]},
    "data": [
        "security/key_account_security.xml",
        "security/ir.model.access.csv",
        "security/key_account_rules.xml",
        "views/key_account_menus.xml",
    ],
    "application": True,
    "installable": True,
}
