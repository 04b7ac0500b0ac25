"""Pictures of measured objects, drawn by matplotlib (the extra ``report``), without pyplot."""

from mensura.report.overview import draw_overview, save_overview

__all__ = ["draw_overview", "save_overview"]
