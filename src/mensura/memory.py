"""Arrays to be filled, in memory that was at hand where that is possible."""

import numpy as np
from numpy.typing import NDArray

from mensura import _core


def new_floats(*shape: int) -> NDArray[np.float64]:
    """Return an array of float64 whose values are not set.

    The system clears the pages of large arrays at their first touch, which takes longer than most
    of what is derived.
    """
    array: NDArray[np.float64] = _core.new_output(np.dtype(np.float64), shape)[0]
    return array
