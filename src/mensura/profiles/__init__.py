"""Intensity profiles: along lines, paths and outlines, across outlines, and in rings."""

from mensura.profiles.result import Profile, Profiles

__all__ = ["Profile", "Profiles"]
