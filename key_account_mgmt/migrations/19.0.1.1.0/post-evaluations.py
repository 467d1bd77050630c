"""Evaluation lines keep the salesperson, sales team, country and industry of their customers."""

from odoo.tools import SQL


def migrate(cr, version):
    """Fill them on lines of earlier evaluations with the values of today: those of back then are not recorded."""
    cr.execute(
        SQL(
            """
            UPDATE key_account_evaluation_line line
               SET user_id = partner.user_id, team_id = team.id,
                   country_id = partner.country_id, industry_id = partner.industry_id
              FROM res_partner partner
              JOIN (SELECT DISTINCT company_id AS id FROM key_account_evaluation_line) company ON TRUE
         LEFT JOIN LATERAL (
                   SELECT team.id
                     FROM crm_team_member member
                     JOIN crm_team team ON team.id = member.crm_team_id
                    WHERE member.user_id = partner.user_id AND member.active AND team.active
                      AND COALESCE(team.company_id, company.id) = company.id
                 ORDER BY team.company_id IS NULL, team.sequence, team.id
                    LIMIT 1
                   ) team ON TRUE
             WHERE partner.id = line.partner_id AND company.id = line.company_id
            """
        )
    )
