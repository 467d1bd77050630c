from collections import defaultdict

from odoo import models

# What is logged of a customer, by the field that holds it: the field that people know it by.
LOGGED_FIELDS = {
    "key_account_tier_id": "key_account_tier_id",
    "property_payment_term_id": "property_payment_term_id",
    "specific_property_product_pricelist": "property_product_pricelist",
    "key_account_kind": "key_account_kind",
}


class KeyAccountEvaluation(models.Model):
    """How customers get what applying and reverting write on them."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _write_customers(self, values_by_customer):
        """Write on customers, those with equal values together, and log what changed of their terms.

        In superuser mode: a manager may apply what was approved to customers of the company that the manager's own
        rights on contacts leave out (those of other salespeople, or with a user of their own). Only values computed
        here are written, and only after the checks of ``_claim``.
        """
        customers = self.env["res.partner"].sudo().with_company(self.company_id)
        customers_before = {
            customer.id: {name: customer[name] for name in LOGGED_FIELDS}
            for customer in customers.browse(values_by_customer)
        }
        self._read_contacts(customers.browse(values_by_customer))
        groups = defaultdict(list)
        for customer_id, values in values_by_customer.items():
            groups[tuple(values.items())].append(customer_id)
        for items, customer_ids in groups.items():
            # Logged below, all at once: tracking would make one message after the other.
            customers.browse(customer_ids).with_context(mail_notrack=True).write(dict(items))
        self._log_customers(customers.browse(values_by_customer), customers_before)

    def _read_contacts(self, customers):
        """Read at once what Odoo would read for one customer after the other when it hands terms on to the contacts."""
        contacts = customers.child_ids
        while contacts:
            for name in ("user_ids", *LOGGED_FIELDS):
                contacts.mapped(name)
            contacts = contacts.child_ids

    def _log_customers(self, customers, customers_before):
        """One note per customer that changed, like tracking makes them, but in two statements for all."""

        def get_changes(customer):
            before = customers_before[customer.id]
            return [name for name in LOGGED_FIELDS if customer[name] != before[name]]

        changed = customers.filtered(get_changes)
        if not changed:
            return
        note = self.env._("By “%(evaluation)s”", evaluation=self.name)
        messages = changed._message_log_batch(dict.fromkeys(changed.ids, note))
        described = changed.fields_get(list(LOGGED_FIELDS.values()), ["string", "type", "selection"])
        # sudo: nobody has rights on tracked values; Odoo writes them so, too
        tracking = self.env["mail.tracking.value"].sudo()
        tracking.create(
            [
                {
                    "mail_message_id": message.id,
                    **tracking._create_tracking_values(
                        customers_before[customer.id][name],
                        customer[name],
                        LOGGED_FIELDS[name],
                        described[LOGGED_FIELDS[name]],
                        customer,
                    ),
                }
                for customer, message in zip(changed, messages, strict=True)
                for name in get_changes(customer)
            ]
        )
