"""Workbooks opened by LibreOffice; a recipe of its own, because LibreOffice is not part of the environment."""
