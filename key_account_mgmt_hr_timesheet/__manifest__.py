{
    "name": "Key Account Management with Timesheets",
    "summary": "Timesheets count as hours of service",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Key Account Management contributors",
    "website": "https://github.com/key-account-mgmt/key_account_mgmt",
    "license": "LGPL-3",
    "depends": ["key_account_mgmt", "hr_timesheet"],
    "auto_install": True,
}
