"""Intensity profiles: along lines, paths and outlines, across outlines, and in rings."""

from mensura.profiles.distribution import radial_distribution
from mensura.profiles.lines import line_profiles
from mensura.profiles.outlines import contour_profiles, normal_profiles
from mensura.profiles.path_image import PathImage
from mensura.profiles.paths import kymograph, path_profiles, straighten
from mensura.profiles.reducing import ProfileReducer, profile_reducer
from mensura.profiles.result import Profile, Profiles
from mensura.profiles.rings import radial_profiles

__all__ = [
    "PathImage",
    "Profile",
    "ProfileReducer",
    "Profiles",
    "contour_profiles",
    "kymograph",
    "line_profiles",
    "normal_profiles",
    "path_profiles",
    "profile_reducer",
    "radial_distribution",
    "radial_profiles",
    "straighten",
]
