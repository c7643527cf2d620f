from __future__ import annotations

import gc

from hwcalc.gui.worker import Worker


def test_the_collector_works_again_after_a_result_that_asks_for_more_work(window, settle, until):
    settle(window)
    worker, done = Worker(window.root), []
    worker.submit(lambda: 1, lambda _: worker.submit(lambda: 2, done.append, done.append), done.append)
    assert not gc.isenabled()
    until(window, lambda: done and not worker.busy)
    assert gc.isenabled()
    worker.close()
