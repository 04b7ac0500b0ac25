"""Connected components of images some of whose axes wrap round: the last plane of pixels along such
an axis is a neighbor of the first, by the same steps as any other two planes.
"""

from .joining import neighbor_offsets
from .painting import paint
from .scanning import is_background


def components(image, periodic, connectivity=None, background=0):
    """List the components in raster order of their first pixel; one bool per axis wraps it."""
    offsets = neighbor_offsets(image.ndim, connectivity or image.ndim)
    waiting = [
        at for at in _places(image.shape) if not is_background(_value(image, at), background)
    ]
    found = []
    while waiting:
        component = _reached_from(waiting[0], image, set(waiting), offsets, periodic)
        waiting = [at for at in waiting if at not in component]
        found.append(component)
    return found


def label(image, periodic, connectivity=None, background=0):
    """Label an image the slow way."""
    return paint(components(image, periodic, connectivity, background), image.shape)


def _places(shape):
    """All coordinates in raster order."""
    places = [()]
    for length in shape:
        places = [(*place, k) for place in places for k in range(length)]
    return places


def _value(image, at):
    return image[at].item()


def _reached_from(first, image, allowed, offsets, periodic):
    component, front = {first}, [first]
    while front:
        at = front.pop()
        for step in offsets:
            near = _moved(at, step, image.shape, periodic)
            if (
                near in allowed
                and near not in component
                and _value(image, near) == _value(image, at)
            ):
                component.add(near)
                front.append(near)
    return component


def _moved(at, step, shape, periodic):
    """The pixel a step away, round the axes that wrap; elsewhere it may lie outside the image."""
    moved = []
    for place, by, length, wraps in zip(at, step, shape, periodic, strict=True):
        moved.append((place + by) % length if wraps else place + by)
    return tuple(moved)
