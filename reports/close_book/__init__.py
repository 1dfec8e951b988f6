"""The month's workbook, `close-2026-10.xlsx`: what Financial Management looks at, filters and adds up beside the pack."""
