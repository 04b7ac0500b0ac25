"""What is measured under the objects: the channels of an image, their masks and saturations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.arguments import (
    check_channel_names,
    check_saturation,
    split_channels,
    split_mask,
)


@dataclass(frozen=True)
class Pixels:
    """Images, masks and saturations by channel.

    Attributes
    ----------
    images : list of array
        Of the shape of the labels each; none without an image.
    masks : list of array or None
        What is not 0 is left out.
    saturations : list of number or None
        From where on a pixel is saturated; None where only infinity is.
    names : list of str, optional
        For the column names; None for one channel whose columns have no suffix.
    channel_axis : int, optional
        Which axis of the image held the channels, counted from the first; None where none did.
    """

    images: list[NDArray[Any]] = field(default_factory=list)
    masks: list[NDArray[np.uint8] | None] = field(default_factory=list)
    saturations: list[int | float | None] = field(default_factory=list)
    names: list[str] | None = None
    channel_axis: int | None = None


def read_pixels(
    image: ArrayLike | None,
    shape: tuple[int, ...],
    *,
    channel_axis: int | None,
    channels: Iterable[str] | None,
    mask: ArrayLike | None,
    saturation: float | Sequence[float | None] | None,
) -> Pixels:
    """Return the channels of an image for labels of this shape."""
    if image is None:
        options = {
            "channel_axis": channel_axis,
            "channels": channels,
            "mask": mask,
            "saturation": saturation,
        }
        for name, value in options.items():
            if value is not None:
                raise ValueError(f"{name} is given, and there is no image")
        return Pixels()
    images, axis = split_channels(image, shape, channel_axis)
    count = len(images)
    names = check_channel_names(channels, count, axis is not None)
    return Pixels(
        images,
        [None] * count if mask is None else [*split_mask(mask, shape, count, axis)],
        check_saturation(saturation, count, images[0].dtype),
        None if names is None else list(names),
        axis,
    )
