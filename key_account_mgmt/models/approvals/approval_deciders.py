from odoo.exceptions import AccessError, UserError


class ApprovalDeciders:
    """The users who may decide requests: approvers of the size who had no hand in the order."""

    def __init__(self, approvals):
        self.approvals = approvals
        self.env = approvals.env

    def get_eligible(self):
        """Return the users who may decide approvals of this kind and size, regardless of involvement in the order.

        :return: ``{approval: [users]}``, the lowest level first; if the size has no level, the users who decide without
            one come first
        """
        companies = self.approvals.company_id
        levels = self.env["key.account.approval.level"]._get_in_force(companies)
        deciders = self.env["key.account.approval.level"]._get_deciders(companies)
        found = {}
        for approval in self.approvals:
            own = levels[approval.company_id, approval.kind]
            required = own._get_required(approval.excess)
            above = own.filtered(lambda level, least=required: level.amount_from >= least.amount_from)
            users = [level._get_users() for level in above]
            found[approval] = users if required else [deciders[approval.company_id, approval.kind], *users]
        return found

    def get_asked(self):
        """Return the users to ask: the approvers of the lowest level at which any user may decide."""
        found = {}
        for approval, groups in self.get_eligible().items():
            barred = _get_barred(approval)
            left = [users - barred for users in groups if users - barred]
            found[approval] = left[0] if left else self.env["res.users"]
        return found

    # -------------------------------------------------------------------------
    # Checks
    # -------------------------------------------------------------------------

    def check_present(self):
        """Raise if no user may decide one of the requests."""
        for approval, users in self.get_asked().items():
            # sudo: only names of levels, orders and customers are shown, here and below
            if not users:
                raise UserError(
                    self.env._(
                        "No user could approve %(order)s: it needs %(level)s, and the users who sold or entered it"
                        " cannot approve it. Ask a rule administrator to add approvers under Key Accounts /"
                        " Configuration / Approval Levels.",
                        order=approval.order_id.name,
                        level=approval.level_id.sudo().name or self._get_group_name(approval),
                    )
                )

    def _get_group_name(self, approval):
        """Return the name of the group that decides without a level."""
        # sudo: the name of a group is no secret
        group = self.env.ref(approval._get_judge()._get_approver_groups()[0]).sudo()
        return group.full_name

    def check_user(self):
        """Raise unless the user is an approver of each request who was not involved in the order.

        Checked on the real user: superuser mode does not bypass it.
        """
        for approval, groups in self.get_eligible().items():
            self._check_one(approval, self.env["res.users"].union(*groups))

    def _check_one(self, approval, eligible):
        user = self.env.user
        if user in _get_barred(approval):
            raise AccessError(
                self.env._(
                    "You asked for %(name)s, or sold, created or changed the order, so another user must decide:"
                    " %(others)s.",
                    name=approval.name,
                    others=self._get_others_text(approval),
                )
            )
        if user not in eligible:
            raise AccessError(
                self.env._(
                    "%(name)s: %(excess)s. These users can decide: %(others)s.",
                    name=approval.name,
                    excess=approval._describe_excess(),
                    others=self._get_others_text(approval),
                )
            )

    def _get_others_text(self, approval):
        # sudo: only names of users are shown
        asked = ApprovalDeciders(approval).get_asked()[approval].sudo()
        names = asked.mapped("name") or [self.env._("no user yet; see Approval Levels")]
        return self.env["key.account.formatter"]._format_list(names)


def get_hands(order):
    """Return the users involved in an order now: salesperson, creator, and users who changed the judged fields."""
    # sudo: only the users are read
    return order.sudo()._get_key_account_involved_users()


def _get_barred(approval):
    """Return the users who must not decide: those involved in the order at the time of the request, or now."""
    # sudo: only the users are read
    approval = approval.sudo()
    return approval.involved_user_ids | get_hands(approval.order_id)
