"""(a) and (c): a whole evaluation through the product's own code, as the cron runs it, beside its floor.

Floor and evaluation alternate; the first of each warms the caches and does not count. Peak memory is that of this
process, which does nothing else, above what it had with the registry loaded.
"""

import json
import os
import statistics
import time
from datetime import date
from pathlib import Path

from odoo.addons.key_account_mgmt import rules
from odoo.addons.key_account_mgmt.models.evaluations.evaluation_run import EvaluationRun
from odoo.addons.key_account_mgmt.rules.decision import evaluator, frame, ranking

from . import floor, memory, policies
from .steps import Steps

PERIOD = {"date_from": date(2025, 1, 1), "date_to": date(2025, 12, 31)}
STEPS = ["collect", "read", "score", "rank", "match", "resolve", "record", "other"]


def main(env):
    idle = memory.now()
    memory.forget_peak()
    env = env(user=env.ref("base.user_admin"))
    env.user.group_ids += env.ref("key_account_mgmt.group_key_account_manager")
    ruleset = policies.make_ruleset(env)
    floor.prepare(env)
    _evaluate(env, ruleset)
    peak = memory.peak()
    rounds = [_round(env, ruleset) for _number in range(1 + int(os.environ["BENCH_ROUNDS"]))][1:]
    steps = _watch_steps(env, ruleset)
    result = {"idle_mb": idle, "peak_mb": peak, "above_idle_mb": peak - idle, **_summary(rounds), "steps": steps}
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1))
    _print(result)


def _round(env, ruleset):
    """One floor and one evaluation, each on a quiet server."""
    scope = _new_evaluation(env, ruleset)._get_scope()
    floor.prepare(env)
    _settle(env)
    start = time.perf_counter()
    rows = floor.run(env, scope)
    floor_seconds = time.perf_counter() - start
    seconds, lines = _evaluate(env, ruleset)
    return {"floor": floor_seconds, "evaluation": seconds, "lines": lines, "floor_rows": rows}


def _evaluate(env, ruleset):
    """Compute a new evaluation as the cron does, and remove it again.

    :return: seconds, lines
    """
    evaluation = _new_evaluation(env, ruleset)
    _settle(env)
    start = time.perf_counter()
    evaluation.action_compute()
    env.cr.commit()
    job = env.ref("key_account_mgmt.ir_cron_key_account_jobs")
    while evaluation.job:
        job.sudo().method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()
    seconds = time.perf_counter() - start
    lines = _check(env, evaluation)
    evaluation.action_draft()
    evaluation.unlink()
    env.cr.commit()
    return seconds, lines


def _new_evaluation(env, ruleset):
    values = {"name": "Benchmark", "company_id": env.company.id, "ruleset_id": ruleset.id, **PERIOD}
    evaluation = env["key.account.evaluation"].create(values)
    env.cr.commit()
    return evaluation


def _check(env, evaluation):
    """A fast wrong answer is no answer."""
    env.cr.execute(
        """SELECT count(*), count(*) FILTER (WHERE decided AND tier_id IS NOT NULL AND rank IS NOT NULL)
             FROM key_account_evaluation_line WHERE evaluation_id = %s""",
        [evaluation.id],
    )
    lines, decided = env.cr.fetchone()
    if evaluation.state != "computed" or not lines or decided != lines:
        raise AssertionError(f"{evaluation.state}: {decided} of {lines} lines are decided")
    return lines


def _settle(env):
    """Clear up after what was before, so that it is not charged to what comes next."""
    env.cr.commit()
    env.cr._cnx.autocommit = True
    try:
        env.cr.execute("VACUUM ANALYZE key_account_evaluation_line")
        env.cr.execute("CHECKPOINT")
    finally:
        env.cr._cnx.autocommit = False


def _watch_steps(env, ruleset):
    """A run of its own, since watching costs some time itself."""
    watched = [
        (EvaluationRun, "collect", "collect"),
        (EvaluationRun, "read_batches", "read"),
        (evaluator, "points", "score"),
        (frame, "points", "score"),
        (rules.Evaluator, "rank_population", "rank"),
        (ranking.Ranking, "__init__", "rank"),
        (frame.Frame, "standings", "rank"),
        (rules.Matcher, "match", "match"),
        (rules.Evaluator, "decide", "resolve"),
        (EvaluationRun, "decide", "record"),
        (EvaluationRun, "record", "record"),
    ]
    with Steps().watching(watched) as steps:
        seconds, lines = _evaluate(env, ruleset)
    steps.seconds["other"] = seconds - sum(steps.seconds.values())
    return {step: {"seconds": steps.seconds[step], "rows_per_second": lines / steps.seconds[step]} for step in STEPS}


def _summary(rounds):
    floors, evaluations = ([one[name] for one in rounds] for name in ("floor", "evaluation"))
    return {
        "customers": rounds[0]["lines"],
        "floor_rows": rounds[0]["floor_rows"],
        "floor_seconds": statistics.median(floors),
        "evaluation_seconds": statistics.median(evaluations),
        "ratio": statistics.median(evaluations) / statistics.median(floors),
        "rounds": rounds,
    }


def _print(result):
    print(
        f"{result['customers']:,} customers: {result['evaluation_seconds']:.1f} s, "
        f"floor {result['floor_seconds']:.1f} s, {result['ratio']:.2f} times the floor, "
        f"{result['above_idle_mb']:.0f} MB above idle"
    )
