"""The month's workbook read back."""
