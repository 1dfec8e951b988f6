"""Invoice PDFs: what each billing number, or group of them, receives for a month."""

from reports.invoice.render import RenderedInvoice, render_invoices
from reports.invoice.view import COT, Sender

__all__ = ["COT", "RenderedInvoice", "Sender", "render_invoices"]
