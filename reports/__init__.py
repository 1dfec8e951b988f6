"""Everything that leaves: invoices, reports, control report, mart."""
