"""Print many invoices on warm workers: forked from a clean parent that has the renderer and never ran polars."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from billing.errors import BillingError
from reports.press.printing import Job, pdf
from reports.press.statement import prepare_process

_AHEAD: Final = 3  # jobs waiting for each worker; more would only fill memory
# what a renderer raises when it is at its wits' end: its own checks, its parsers, its depth; the invoice fails, the month goes on
_FAULTS: Final = (AssertionError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class Answer:
    """One invoice printed, or why it is not."""

    invoice_no: str
    data: bytes
    fault: str = ""


def print_one(job: Job) -> Answer:
    """Print an invoice; whatever goes wrong is told by the invoice's name."""
    from weasyprint.urls import FatalURLFetchingError

    number = job.view.invoice_no
    try:
        return Answer(number, pdf(job))
    except BillingError as fault:
        return Answer(number, b"", str(fault))
    except FatalURLFetchingError as fault:
        return Answer(number, b"", f"invoice {number} cannot be rendered: {fault}")
    except _FAULTS as fault:
        return Answer(number, b"", f"invoice {number} cannot be rendered: {type(fault).__name__}: {fault}")


def printed(jobs: Iterator[Job | None], workers: int) -> Iterator[Answer | None]:
    """Answers as they come; a null job gives a null answer at once.

    Jobs are taken one by one, a few ahead of the workers, so that memory holds a few invoices and not the month.
    """
    if workers <= 1:
        for job in jobs:
            yield None if job is None else print_one(job)
        return
    pool: ProcessPoolExecutor | None = None
    waiting: deque[Future[Answer]] = deque()
    try:
        for job in jobs:
            if job is None:
                yield None
                continue
            pool = pool or _pool(workers)
            waiting.append(pool.submit(print_one, job))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    prepare_process()
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reports.press.warm"])
    return ProcessPoolExecutor(workers, mp_context=context)
