"""A chart as the paper takes it: an image with its words, nothing to fetch."""

import base64

from reports.charts.svg import Chart
from reports.pack.view import Picture


def picture(title: str, chart: Chart) -> Picture:
    """The chart as a data: address."""
    data = base64.b64encode(chart.svg.encode()).decode()
    return Picture(title, f"data:image/svg+xml;base64,{data}", chart.alt)
