"""A worker that dies of one invoice, as it would for lack of memory."""

import os

from reports.press.pool import Answer
from reports.press.printing import Job, pdf


def print_or_die(job: Job) -> Answer:
    if any(cell == "kill the worker" for part in job.view.sections for row in part.rows for cell in row.cells):
        os._exit(9)
    return Answer(job.view.invoice_no, pdf(job))
