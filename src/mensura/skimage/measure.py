"""``label``, ``regionprops_table``, ``profile_line`` as :mod:`skimage.measure` has them.

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
samples of integer images in              rounded to integers,         float64, or rounded where
`profile_line`, and their `cval`          at the limits of the dtype   `round_integers` says so
samples of float16 and float32 images     in the dtype of the image    in float64
in `profile_line`
NaN beside a sample of `profile_line`     NaN, also in exactly the     sampled from the other pixels
                                          neighboring pixel
`profile_line` of complex images; of      sampled                      TypeError; ValueError
infinite `cval`, of no pixels
`profile_line` of images of four axes     RuntimeError                 ValueError
ends of `profile_line` beyond 1e15        MemoryError                  ValueError
========================================  ===========================  ============================

A NaN or infinite pixel in an object gives what it gives in scikit-image, NaN or infinity, because
such objects are handed to it; :func:`mensura.measure` leaves such pixels out.
"""

from mensura.skimage.labeling import label
from mensura.skimage.profile import profile_line
from mensura.skimage.table import regionprops_table

__all__ = ["label", "profile_line", "regionprops_table"]
