"""Print many invoices on warm workers: forked from a clean parent that has the renderer and never ran polars."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Final

from billing.errors import BillingError
from reports.press.printing import Job, pdf

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
    from jinja2 import TemplateError
    from weasyprint.urls import FatalURLFetchingError

    number = job.view.invoice_no
    try:
        return Answer(number, pdf(job))
    except BillingError as fault:
        words = str(fault)
        return Answer(number, b"", words if number in words else f"invoice {number} cannot be rendered: {words}")
    except (FatalURLFetchingError, TemplateError, *_FAULTS) as fault:
        return Answer(number, b"", f"invoice {number} cannot be rendered: {type(fault).__name__}: {fault}")


def printed(jobs: Iterator[Job | None], workers: int) -> Iterator[Answer | None]:
    """Answers in the order of the jobs; a null job gives a null answer at once.

    Jobs are taken one by one, a few ahead of the workers, so that memory holds a few invoices and not the month.
    """
    if workers <= 1:
        for job in jobs:
            yield None if job is None else print_one(job)
        return
    with _Workers(workers) as hands:
        for job in jobs:
            if job is None:
                yield None
                continue
            hands.take(job)
            if hands.is_busy:
                yield hands.next_answer()
        while hands.waiting:
            yield hands.next_answer()


class _Workers:
    """A pool that is started when the first job comes, and started anew when a worker dies."""

    def __init__(self, how_many: int) -> None:
        self.how_many = how_many
        self.waiting: deque[tuple[Job, Future[Answer]]] = deque()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def is_busy(self) -> bool:
        """Whether enough jobs wait."""
        return len(self.waiting) >= self.how_many * _AHEAD

    def take(self, job: Job) -> None:
        """Give a job to the pool."""
        if self._pool is None:
            self._pool = pool(self.how_many)
        try:
            self.waiting.append((job, self._pool.submit(print_one, job)))
        except BrokenProcessPool:
            self._renew()
            self.take(job)

    def next_answer(self) -> Answer:
        """The oldest job's answer; a job that kills its worker, and kills another when it is alone, is at fault."""
        job, future = self.waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._renew()
        with pool(1) as alone:
            try:
                return alone.submit(print_one, job).result()
            except BrokenProcessPool:
                number = job.view.invoice_no
                return Answer(number, b"", f"invoice {number} cannot be rendered: the worker died; out of memory is the likely reason")

    def _renew(self) -> None:
        """A new pool, with the jobs that still wait."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool = pool(self.how_many)
        self.waiting = deque((job, self._pool.submit(print_one, job)) for job, _ in self.waiting)


def pool(workers: int) -> ProcessPoolExecutor:
    """Workers forked from a parent that has loaded the renderer and nothing else."""
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reports.press.warm"])
    return ProcessPoolExecutor(workers, mp_context=context)
