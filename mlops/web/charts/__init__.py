"""Charts as values: what is drawn, read as a table and downloaded comes from the same numbers."""

from mlops.web.charts.chart import Chart, Limit, Series

__all__ = ["Chart", "Limit", "Series"]
