"""Intensity profiles: along lines, paths and outlines, across outlines, and in rings."""

from mensura.profiles.lines import line_profiles
from mensura.profiles.reducing import ProfileReducer, profile_reducer
from mensura.profiles.result import Profile, Profiles

__all__ = ["Profile", "ProfileReducer", "Profiles", "line_profiles", "profile_reducer"]
