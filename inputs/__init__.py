"""The gate: files in, checked and typed records with file and line out."""
