"""Invoice PDFs: what each billing number, or group of them, receives for a month."""

from reports.invoice.render import Options, RenderedInvoice, SomeFailedError, render_invoices
from reports.press.view import COT, Sender

__all__ = ["COT", "Options", "RenderedInvoice", "Sender", "SomeFailedError", "render_invoices"]
