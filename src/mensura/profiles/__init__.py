"""Intensity profiles: along lines, paths and outlines, across outlines, and in rings."""

from mensura.profiles.distribution import radial_distribution
from mensura.profiles.result import Profile, Profiles
from mensura.profiles.rings import radial_profiles

__all__ = ["Profile", "Profiles", "radial_distribution", "radial_profiles"]
