"""Who may work on evaluations: managers, one at a time, in the states that allow it."""

from odoo.exceptions import AccessError, UserError

from ..shared.statements import touch


class EvaluationClaim:
    """The checks before a user, or a job in the name of a user, works on some evaluations."""

    def __init__(self, evaluations):
        self.evaluations = evaluations
        self.env = evaluations.env

    def take(self, states):
        """Check that the user is a manager, that no other user is at work, and that the states allow it.

        :param states: the states in which the work may start
        """
        self.check_manager()
        self.lock()
        for evaluation in self.evaluations:
            if evaluation.job:
                raise UserError(self._get_busy_message(evaluation))
            if evaluation.state not in states:
                raise UserError(self._get_wrong_state_message(evaluation, states))

    def take_for_override(self):
        """Check that the user is a manager, and that the evaluations are computed and not yet approved."""
        self.check_manager()
        self.lock()
        for evaluation in self.evaluations:
            if evaluation.job or evaluation.state not in ("computed", "in_review"):
                raise UserError(
                    self.env._(
                        "The lines of “%(name)s” are frozen: tiers can be overridden between computing and approval.",
                        name=evaluation.name,
                    )
                )

    def take_for_reset(self):
        """Check that the user is a manager, and that the evaluations are not yet approved; computing may go on."""
        self.check_manager()
        self.lock()
        for evaluation in self.evaluations:
            if evaluation.job not in (False, "compute"):
                raise UserError(self._get_busy_message(evaluation))
            if evaluation.state not in ("draft", "computed", "in_review"):
                raise UserError(self._get_wrong_state_message(evaluation, ("computed", "in_review")))

    def check_manager(self):
        """Check that the user is a manager of the company. Views are not enough: remote calls bypass them."""
        if not (self.env.su or self.env.user.has_group("key_account_mgmt.group_key_account_manager")):
            raise AccessError(
                self.env._(
                    "Only a Key Accounts manager may do this. Ask a manager to do it, or ask for the access right."
                )
            )
        self.evaluations.check_access("write")
        foreign = self.evaluations.company_id - self.env.companies
        if foreign and not self.env.su:
            raise AccessError(
                self.env._("Switch to company %(company)s first.", company=", ".join(foreign.mapped("name")))
            )

    def lock(self):
        """Refuse work while another user is at it, and make a transaction that began meanwhile be retried."""
        if self.evaluations.try_lock_for_update(allow_referencing=True) != self.evaluations:
            raise UserError(
                self.env._("Another user is working on this evaluation. Wait a moment and reload the page.")
            )
        touch(self.evaluations)
        self.evaluations.invalidate_recordset(["state", "job"])

    def _get_busy_message(self, evaluation):
        jobs = dict(evaluation._fields["job"]._description_selection(self.env))
        return self.env._(
            "“%(name)s” is being processed in the background (%(job)s). Wait until the job is finished.",
            name=evaluation.name,
            job=jobs[evaluation.job],
        )

    def _get_wrong_state_message(self, evaluation, states):
        labels = dict(evaluation._fields["state"]._description_selection(self.env))
        return self.env._(
            "“%(name)s” is in state %(state)s, and this can be done in state %(allowed)s only."
            " Reload the page to see what happened.",
            name=evaluation.name,
            state=labels[evaluation.state],
            allowed=" / ".join(labels[state] for state in states),
        )
