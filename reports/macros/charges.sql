-- The invoice lines of a month, with names: FROM charges('2026-10')
-- charges(p) TABLE
SELECT l.* FROM v_invoice_lines AS l WHERE l.period = p ORDER BY l.invoice_no, l.invoice_line_no
