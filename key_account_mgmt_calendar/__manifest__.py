{
    "name": "Key Account Management with Calendar",
    "summary": "Meetings with customers count as hours of service",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["key_account_mgmt", "calendar"],
    "auto_install": True,
}
