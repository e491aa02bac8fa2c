"""`devopslint baseline`: what is found now is taken for known."""

from __future__ import annotations

import os

from devopslint.commands.check import EXIT_CLEAN, EXIT_FINDINGS, baseline_path, judge
from devopslint.commands.judged import judged_in
from devopslint.commands.request import UsageError
from devopslint.commands.telling import say, tell
from devopslint.policy.baseline import Baseline, in_scope, is_gone, keyed, read_baseline
from devopslint.policy.whole_files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.commands.request import Request
    from devopslint.policy.baseline import Key


def update_baseline(request: Request, *, grow: bool, prune: bool) -> int:
    """Write the baseline of what is found now; the exit code is 1 when it would grow and may not.

    A new one takes all. One that is there loses what is gone; `prune` does nothing else; only `grow` adds to it.
    """
    if request.diff_base is not None:
        raise UsageError("a baseline is of all that is found: not with --diff-base")
    if grow and prune:
        raise UsageError("--grow and --prune contradict each other: without either what is gone is taken out")
    request.no_baseline = True
    report, session, asked = judge(request)
    path = baseline_path(request, session)
    name = os.path.relpath(path)
    exists = os.path.exists(path)
    if prune and not exists:
        raise UsageError(f"{name} is not there, so nothing can be taken out: `devopslint baseline` writes it")
    before = read_baseline(path) if exists else Baseline()
    known, fresh, left = before.split(keyed(report), is_gone(report.root))
    stale = in_scope(left, asked.looked_at(), report.root, judged_in(session))
    if prune:
        fresh = []
    elif exists and fresh and not grow:
        for _, finding in fresh:
            place = f"{finding.path}:{finding.span.line}:{finding.span.column}"
            say(f"{place}: {finding.rule}: {finding.message}")
        what = "1 finding is" if len(fresh) == 1 else f"{len(fresh)} findings are"
        tell(f"{name} is left as it is: {what} not in it; mend them, or add them by --grow")
        return EXIT_FINDINGS
    after: dict[Key, int] = {key: count for key, count in left.items() if key not in stale}
    for key, _ in (*known, *fresh):
        after[key] = after.get(key, 0) + 1
    text = Baseline(after).to_text()
    write_whole(path, text)
    total = sum(after.values())
    what = "1 finding" if total == 1 else f"{total} findings"
    say(f"{name}: {what}, {len(fresh)} added, {sum(stale.values())} taken out")
    return EXIT_CLEAN
