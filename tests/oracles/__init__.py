"""Slow, obvious reference implementations, one module per stage of the engine.

scanning   rows to runs                        joining    components by flood fill
painting   components to labels                periodic   components where axes wrap round
geometry   counts, boxes, moments, ellipses    intensity  sums, means, variances
deriving   formulas on those                   editing    holes filled, objects removed
moments    sums of products of coordinates
tables     the register: measurement name -> oracle, and whole tables from it

Everything is written from the definitions with Python integers, ``fractions.Fraction`` and
``decimal``, pixel by pixel, so that a value is exact until it is rounded once, to float64, at the
very end. Nothing here imports mensura. ``oracles/test_oracles.py`` holds these references
themselves against scikit-image, SciPy and NumPy.
"""
