"""mensura measures the objects in images.

Label connected components and measure them, in 2-D and 3-D, exactly and at memory speed:

>>> import numpy as np
>>> import mensura as ms
>>> image = np.array([[9, 8, 0, 0], [0, 0, 0, 3]])
>>> table = ms.measure(image > 0, image, ["label", "area", "intensity_mean"])
>>> table["intensity_mean"]
array([8.5, 3. ])

pandas, Numba, pyarrow and matplotlib are loaded when something needs them, not by this import.
"""

from mensura._core import __version__
from mensura.accumulating import Accumulator
from mensura.build import build_info
from mensura.editing import (
    clear_border,
    fill_holes,
    keep_largest,
    relabel_sequential,
    remove_small,
)
from mensura.labeling import label
from mensura.measurements import measurements
from mensura.measuring import measure
from mensura.profiles import (
    PathImage,
    Profile,
    Profiles,
    contour_profiles,
    kymograph,
    line_profiles,
    normal_profiles,
    path_profiles,
    profile_reducer,
    radial_distribution,
    radial_profiles,
    straighten,
)
from mensura.regions import Regions, find_regions
from mensura.table import Table
from mensura.threads import get_num_threads, set_num_threads

__all__ = [
    "Accumulator",
    "PathImage",
    "Profile",
    "Profiles",
    "Regions",
    "Table",
    "__version__",
    "build_info",
    "clear_border",
    "contour_profiles",
    "fill_holes",
    "find_regions",
    "get_num_threads",
    "keep_largest",
    "kymograph",
    "label",
    "line_profiles",
    "measure",
    "measurements",
    "normal_profiles",
    "path_profiles",
    "profile_reducer",
    "radial_distribution",
    "radial_profiles",
    "relabel_sequential",
    "remove_small",
    "set_num_threads",
    "straighten",
]
