{
    "name": "Key Account Management: Shop",
    "summary": "Held orders of the shop are no longer carts, and their customers are informed",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["key_account_mgmt", "website_sale"],
    "data": ["views/website_sale_templates.xml"],
    "auto_install": True,
}
