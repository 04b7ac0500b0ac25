"""What results of sampling have in common: values, what is behind them, and where they are from."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.provenance import as_json


class Sampled:
    """Samples of an image, read-only, that :class:`Profiles` and :class:`PathImage` hold."""

    def __init__(
        self,
        values: NDArray[np.float64],
        count: NDArray[np.int64],
        channels: Sequence[str] | None,
        unit: str,
        provenance: Mapping[str, Any] | None,
    ) -> None:
        self._values = frozen(values, "values", np.float64)
        self._count = frozen(count, "count", np.int64)
        self._channels = None if channels is None else tuple(channels)
        self._unit = unit
        self._provenance = as_json(provenance or {})

    @property
    def values(self) -> NDArray[np.float64]:
        """The samples; the last axis is that of the channels, where there is one."""
        return self._values

    @property
    def count(self) -> NDArray[np.int64]:
        """The number of valid samples behind each value, of the shape of `values`."""
        return self._count

    @property
    def channels(self) -> tuple[str, ...] | None:
        """The names of the channels; None where `values` has no axis of channels."""
        return self._channels

    @property
    def unit(self) -> str:
        """The unit of distances."""
        return self._unit

    @property
    def provenance(self) -> dict[str, Any]:
        """What the samples were taken from and how, as strict JSON holds it."""
        return copy.deepcopy(self._provenance)


def frozen(array: ArrayLike, name: str, dtype: type[Any] | None = None) -> NDArray[Any]:
    """Return a view that cannot be written."""
    view = np.asarray(array).view()
    if dtype is not None and view.dtype != dtype:
        raise TypeError(f"{name} must be of dtype {np.dtype(dtype)}, not {view.dtype}")
    view.flags.writeable = False
    return view
