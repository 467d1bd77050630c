"""Groups, activity types and the context of callers: what several rooms need for checks of rights."""

# Users of the addon.
KEY_ACCOUNT_MANAGER = "key_account_mgmt.group_key_account_manager"
FINANCE = "key_account_mgmt.group_key_account_finance"
RULE_ADMINISTRATOR = "key_account_mgmt.group_key_account_rule_admin"
# Users of Sales.
SALES_MANAGER = "sales_team.group_sale_manager"
SALES_ALL_DOCUMENTS = "sales_team.group_sale_salesman_all_leads"
# Users who may read the figures of all customers: those who see all documents, and Finance, which decides on awards.
TOTALS_READERS = f"{SALES_ALL_DOCUMENTS},{FINANCE}"

ACTIVITY_APPROVAL = "key_account_mgmt.mail_activity_type_approval"
ACTIVITY_AWARD = "key_account_mgmt.mail_activity_type_award"
ACTIVITY_DELIVERY = "key_account_mgmt.mail_activity_type_award_delivery"
ACTIVITY_APPRAISAL = "key_account_mgmt.mail_activity_type_appraisal"

# Keys with which a remote caller could suppress the notification of the approvers.
SILENCERS = {"mail_activity_automation_skip", "mail_activity_quick_update", "tracking_disable", "mail_notrack"}


def strip_caller_context(records):
    """Return the records without the defaults and silencers that a remote caller may have put into the context."""
    context = {
        key: value
        for key, value in records.env.context.items()
        if key not in SILENCERS and not key.startswith("default_")
    }
    return records.with_context(context)  # pylint: disable=context-overridden
