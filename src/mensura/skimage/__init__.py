"""Functions with the signatures of scikit-image, for programs that are written for it.

>>> import numpy as np
>>> from mensura.skimage import measure
>>> measure.regionprops_table(np.array([[1, 1, 0, 7]]), properties=["label", "area"])
{'label': array([1, 7]), 'area': array([2., 1.])}

:mod:`mensura.skimage.measure` stands for :mod:`skimage.measure`.
"""

from mensura.skimage import measure

__all__ = ["measure"]
