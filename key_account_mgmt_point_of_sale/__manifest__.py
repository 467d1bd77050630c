{
    "name": "Key Account Management with Point of Sale",
    "summary": "Amounts settled or put on account at the Point of Sale count in customers' credit",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["key_account_mgmt", "pos_sale"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
