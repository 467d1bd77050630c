{
    "name": "Key Account Management: Gift Cards and eWallets",
    "summary": "Gift cards and electronic wallets that customers paid for are payments, not discounts",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["key_account_mgmt", "sale_loyalty"],
    "data": ["security/ir.model.access.csv", "security/key_account_card_use_rules.xml"],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
