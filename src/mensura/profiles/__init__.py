"""Intensity profiles: along lines, paths and outlines, across outlines, and in rings."""

from mensura.profiles.result import Profile, Profiles
from mensura.profiles.rings import radial_profiles

__all__ = ["Profile", "Profiles", "radial_profiles"]
