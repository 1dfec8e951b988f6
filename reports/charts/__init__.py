"""The reports' charts: each a function from frames to an SVG and the sentence that says the same without seeing it."""

from reports.charts.ageing import ageing
from reports.charts.bridge import bridge
from reports.charts.calendar import calendar
from reports.charts.months import months
from reports.charts.pareto import pareto
from reports.charts.recovery import recovery
from reports.charts.streams import streams
from reports.charts.svg import Chart

__all__ = ["Chart", "ageing", "bridge", "calendar", "months", "pareto", "recovery", "streams"]
