from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..appraisal_common import APPRAISAL, VALUE
from ..race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestTwoAppraisersAtOnce(RaceCommon):
    """Two appraisers are done at the same moment: the second fails, is tried again, and the average has both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.environment() as env:
            cls.customer = env["res.partner"].create({"name": "Two at once", "is_company": True}).id
            metric = env.ref("key_account_mgmt.metric_cooperation_grade")
            users = env.ref("base.user_admin") | env.ref("base.user_root")
            cls.appraisals = [
                cls.make_appraisal(env, user, metric, option)
                for user, option in zip(users, (metric.option_ids[0], metric.option_ids[2]), strict=True)
            ]

    @classmethod
    def make_appraisal(cls, env, user, metric, option):
        grade = Command.create({"metric_id": metric.id, "option_id": option.id})
        values = {"partner_id": cls.customer, "user_id": user.id, "year": 2024, "line_ids": [grade]}
        return env[APPRAISAL].create({**values, "company_id": env.company.id}).id

    @classmethod
    def clean(cls):
        with cls.environment() as env:
            env[APPRAISAL].browse(cls.appraisals).action_reset()
            env["res.partner"].browse(cls.customer).unlink()

    @contextmanager
    def person(self):
        """Somebody whose transaction sees what there is now."""
        with self.environment() as env:
            env.cr.execute("SELECT 1")
            yield env

    def finish(self, env, appraisal_id):
        env[APPRAISAL].browse(appraisal_id).action_done()
        env.flush_all()

    def test_the_second_is_tried_again_and_sees_both(self):
        first, second = self.appraisals
        with self.person() as one, self.person() as two:
            self.finish(one, first)
            one.cr.commit()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.finish(two, second)
            two.cr.rollback()
            two.transaction.reset()
            self.finish(two, second)
        with self.environment() as env:
            values = env[VALUE].search([("partner_id", "=", self.customer)])
            self.assertEqual(values.option_id.mapped("code"), ["good"])
