"""Write what an evaluation decided on its customers, and log the changes of their terms."""

from collections import defaultdict

# The logged fields of a customer: the column that stores the value, and the field under which users know it.
LOGGED_FIELDS = {
    "key_account_tier_id": "key_account_tier_id",
    "property_payment_term_id": "property_payment_term_id",
    "specific_property_product_pricelist": "property_product_pricelist",
    "key_account_value_type": "key_account_value_type",
}


class CustomerWriting:
    """One batch of customers of an evaluation, with their new values.

    Runs in superuser mode: the record rules of a manager may hide contacts of the company (those of other salespeople,
    or with a user of their own), and a manager may still apply what was approved for them. Only values that the
    evaluation computed are written, and only after the checks of ``_claim``.
    """

    def __init__(self, evaluation, values_by_customer):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.values = values_by_customer
        # sudo: see the class
        self.partners = self.env["res.partner"].sudo().with_company(evaluation.company_id)
        self.customers = self.partners.browse(values_by_customer)
        self.before = {customer.id: {name: customer[name] for name in LOGGED_FIELDS} for customer in self.customers}

    def write_all(self):
        """Write on the customers, grouped by equal values, and log the changes."""
        self._read_contacts()
        groups = defaultdict(list)
        for customer_id, values in self.values.items():
            groups[tuple(values.items())].append(customer_id)
        for items, customer_ids in groups.items():
            # Logged below in bulk: tracking would create the messages one by one.
            self.partners.browse(customer_ids).with_context(mail_notrack=True).write(dict(items))
        self._log()

    def _read_contacts(self):
        """Prefetch what Odoo would read customer by customer when it passes terms on to the contacts."""
        contacts = self.customers.child_ids
        while contacts:
            for name in ("user_ids", *LOGGED_FIELDS):
                contacts.mapped(name)
            contacts = contacts.child_ids

    def _get_changes(self, customer):
        before = self.before[customer.id]
        return [name for name in LOGGED_FIELDS if customer[name] != before[name]]

    def _log(self):
        """Create one note per changed customer, as tracking does, but with two statements for all."""
        changed = self.customers.filtered(self._get_changes)
        if not changed:
            return
        note = self.env._("By “%(evaluation)s”", evaluation=self.evaluation.name)
        messages = changed._message_log_batch(dict.fromkeys(changed.ids, note))
        described = changed.fields_get(list(LOGGED_FIELDS.values()), ["string", "type", "selection"])
        # sudo: users have no rights on tracked values; Odoo itself writes them in superuser mode
        tracking = self.env["mail.tracking.value"].sudo()
        tracking.create(
            [
                {
                    "mail_message_id": message.id,
                    **tracking._create_tracking_values(
                        self.before[customer.id][name],
                        customer[name],
                        LOGGED_FIELDS[name],
                        described[LOGGED_FIELDS[name]],
                        customer,
                    ),
                }
                for customer, message in zip(changed, messages, strict=True)
                for name in self._get_changes(customer)
            ]
        )
