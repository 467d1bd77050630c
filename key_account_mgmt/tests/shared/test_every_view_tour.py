import json

from lxml import etree

from odoo.tests import HttpCase, tagged

from ..appraisal_common import AppraisalCommon
from ..approval_common import ApprovalCommon
from ..award_common import FINANCE_GROUPS, AwardCommon
from ..comparison_common import KeyAccountComparisonCommon
from ..evaluation_common import MANAGER_GROUPS
from ..tour_common import TourMixin
from ..ways_round_common import ADMIN_GROUPS

MODULE = "key_account_mgmt"
SALES_GROUPS = "base.group_user,sales_team.group_sale_salesman"
ROLES = {
    "salesperson": SALES_GROUPS,
    "manager": MANAGER_GROUPS,
    "finance": FINANCE_GROUPS,
    "rule_admin": ADMIN_GROUPS,
    "administrator": f"{ADMIN_GROUPS},{FINANCE_GROUPS},sales_team.group_sale_manager,base.group_system",
}
WIDTHS = {"wide": "1440x900", "narrow": "390x844"}
TYPES = ("list", "kanban", "form", "pivot", "graph", "activity", "calendar")
# What the page says at the end: static/tests/every_view.js.
SUCCESS = "every view was opened"


class ViewSteps:
    """What there is to open as a user: views of the addon's window actions, and views of others that it extends.

    A step is what the web client's action service takes, with a name. Where two roles are sent the same view, the
    browser opens it once: ``opened`` has those that were. The server's part is asked as each role.
    """

    def __init__(self, env, opened, narrow):
        self.env, self.opened, self.narrow = env, opened, narrow

    def __iter__(self):
        for action in self._get_actions():
            groups = action.group_ids
            if self.env[action.res_model].has_access("read") and (not groups or groups & self.env.user.all_group_ids):
                yield from self._open_action(action)
        for model, view_type in self._get_extended_views():
            if self.env[model].has_access("read"):
                action = {"type": "ir.actions.act_window", "res_model": model, "views": [[False, view_type]]}
                yield from self._open_view(model, model, False, view_type, {**action, "name": model})

    def _get_own(self, model):
        names = self.env["ir.model.data"].sudo().search([("module", "=", MODULE), ("model", "=", model)])
        return self.env[model].sudo().browse(names.mapped("res_id"))

    def _get_actions(self):
        return self._get_own("ir.actions.act_window")

    def _get_extended_views(self):
        views = self._get_own("ir.ui.view").filtered(lambda view: view.inherit_id and view.type in TYPES)
        return sorted({(view.model, view.type) for view in views if not view.model.startswith("key.account.")})

    def _open_action(self, action):
        name = action.get_external_id()[action.id].removeprefix(f"{MODULE}.")
        views = {view_type: view_id for view_id, view_type in action.views}
        if action.target == "new":
            yield from self._once(
                name, self._get_arch(action.res_model, views["form"], "form"), self._prepare_dialog(action)
            )
            return
        if self.narrow:
            # The client chooses which view is good for a small screen.
            archs = "".join(self._get_arch(action.res_model, views[view_type], view_type) for view_type in views)
            yield from self._once(f"{name} by its menu", archs, {"action": action.id, "options": {}})
        for view_type, view_id in views.items():
            yield from self._open_view(name, action.res_model, view_id, view_type, action.id)

    def _prepare_dialog(self, action):
        """With what was selected, where it is an action on records."""
        model = action.binding_model_id.sudo().model
        ids = self.env[model].search([], limit=1).ids if model else []
        context = {"active_model": model, "active_id": ids[0], "active_ids": ids} if ids else {}
        return {"action": action.id, "options": {"additionalContext": context}}

    def _open_view(self, name, model, view_id, view_type, action):
        arch = self._get_arch(model, view_id, view_type)
        record = self._read(model, arch)
        options = {"viewType": view_type, "clearBreadcrumbs": True}
        step = {"action": action, "options": options}
        if view_type != "form":
            yield from self._once(f"{name}, {view_type}", arch, step)
            yield from self._once(f"{name}, {view_type} without data", arch, {**step, "empty": True})
            return
        if record:
            shown = {"action": action, "options": {**options, "props": {"resId": record}}}
            yield from self._once(f"{name}, form", arch, shown)
        if self.env[model].has_access("create"):
            yield from self._once(f"{name}, form of a new one", arch, step)

    def _get_arch(self, model, view_id, view_type):
        return self.env[model].get_views([(view_id, view_type)])["views"][view_type]["arch"]

    def _read(self, model, arch):
        """Read what the view shows as the client does.

        :return: id of the newest record, or None
        """
        names = [node.get("name") for node in etree.fromstring(arch).iter("field")]
        fields = self.env[model]._fields
        wanted = {name: {} for name in names if name in fields}
        rows = self.env[model].web_search_read([], wanted, order="id desc", limit=5)["records"]
        return rows[0]["id"] if rows else None

    def _once(self, name, arch, step):
        if (name, arch) not in self.opened:
            self.opened.add((name, arch))
            yield {"name": name, **step}


@tagged("post_install", "-at_install")
class TestEveryView(TourMixin, ApprovalCommon, AwardCommon, KeyAccountComparisonCommon, AppraisalCommon, HttpCase):
    """Every view of every window action of the addon opens as each role, wide and narrow, with data and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.make_user(f"view_{role}", groups) for role, groups in ROLES.items()}
        cls.make_records()

    @classmethod
    def make_records(cls):
        """Something in each list, of customers that salespeople see as their own."""
        cls.customers.user_id = cls.users["salesperson"]
        reward = {**cls.reward(500), "cost": "500", "reasons": []}
        cls.make_granting({cls.second: {**cls.credit(12000), "rewards": [reward]}})
        cls.make_quotation(user=cls.users["salesperson"])
        cls.make_comparison()
        cls.make_appraisal("good")
        cls.make_target()
        cls.make_expectation()

    def test_every_view(self):
        self.make_assets()
        for width, size in WIDTHS.items():
            self.browser_size, opened = size, set()
            for role, user in self.users.items():
                with self.subTest(width=width, role=role):
                    env = self.env(user=user.id, su=False, context={"allowed_company_ids": user.company_ids.ids})
                    steps = list(ViewSteps(env, opened, width == "narrow"))
                    self.assertEqual(self.open_views(user.login, steps), [])

    def open_views(self, login, steps):
        """:return: what went wrong in the browser, each with the name of its view"""
        problems = []
        try:
            self.browser_js(
                "/odoo",
                f"odoo.loader.modules.get('@{MODULE}/../tests/every_view').openEveryView({json.dumps(steps)})",
                "odoo.isReady === true",
                login=login,
                timeout=900,
                # True would end it with the first problem.
                error_checker=lambda message: problems.append(message) is not None,
                success_signal=SUCCESS,
            )
        except AssertionError:
            # Errors fail it at its end, too.
            if not problems:
                raise
        return problems
