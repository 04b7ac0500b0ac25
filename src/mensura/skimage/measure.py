"""``label`` and ``regionprops_table`` as :mod:`skimage.measure` has them: a change of import.

Signatures, names, order and dtypes of columns, and types of errors are those of scikit-image 0.26.
What :func:`mensura.measurements` lists is measured by :func:`mensura.measure`, all in one pass;
the rest (such as coordinates, images and functions of the caller) by scikit-image, at its speed. It
is loaded when that happens, and the extra ``skimage`` of mensura installs it.

What remains different:

========================================  ===========================  ============================
case                                      scikit-image 0.26            here
========================================  ===========================  ============================
mean, deviation of float16 and float32    in the dtype of the image    in float64
NaN or infinity beside an object, in its  weighted centroid and        as if it were not there,
bounding box                              moments are NaN              in what is native
weights that sum to 0: their centroid     NaN or infinite, a warning   NaN
and central moments
largest label                             memory grows with it         any; memory does not
labels above 2^63 - 1                     not possible                 the label column is uint64
intensity image of another shape, labels  no error                     ValueError
without an object
background of `label` that is no whole    cut to a whole number        ValueError
number
========================================  ===========================  ============================

A NaN or infinite pixel in an object gives what it gives in scikit-image, NaN or infinity, because
such objects are handed to it; :func:`mensura.measure` leaves such pixels out.
"""

from mensura.skimage.labeling import label
from mensura.skimage.table import regionprops_table

__all__ = ["label", "regionprops_table"]
