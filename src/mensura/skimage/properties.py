"""What scikit-image 0.26 calls its region properties, what their columns hold, and what it refuses.

A property is native where the register of mensura has a measurement of that name, looked up at each
call; object columns (coordinates, images, slices) never are. A refusal is part of the interface:
programs catch it, so it stays where mensura could measure more.
"""

from collections.abc import Sequence

from mensura.measurements.registry import REGISTRY, Measurement

#: The dtype of a property's columns, for those whose columns hold numbers.
COLUMN_DTYPES: dict[str, type[int] | type[float]] = {
    "area": float,
    "area_bbox": float,
    "area_convex": float,
    "area_filled": float,
    "axis_major_length": float,
    "axis_minor_length": float,
    "bbox": int,
    "centroid": float,
    "centroid_local": float,
    "centroid_weighted": float,
    "centroid_weighted_local": float,
    "eccentricity": float,
    "equivalent_diameter_area": float,
    "euler_number": int,
    "extent": float,
    "feret_diameter_max": float,
    "inertia_tensor": float,
    "inertia_tensor_eigvals": float,
    "intensity_max": float,
    "intensity_mean": float,
    "intensity_median": float,
    "intensity_min": float,
    "intensity_std": float,
    "label": int,
    "moments": float,
    "moments_central": float,
    "moments_hu": float,
    "moments_normalized": float,
    "moments_weighted": float,
    "moments_weighted_central": float,
    "moments_weighted_hu": float,
    "moments_weighted_normalized": float,
    "num_pixels": int,
    "orientation": float,
    "perimeter": float,
    "perimeter_crofton": float,
    "solidity": float,
}

#: Earlier names that are still taken; the column keeps the name that was asked for.
OLD_NAMES = {
    "bbox_area": "area_bbox",
    "convex_area": "area_convex",
    "convex_image": "image_convex",
    "equivalent_diameter": "equivalent_diameter_area",
    "filled_area": "area_filled",
    "filled_image": "image_filled",
    "intensity_image": "image_intensity",
    "local_centroid": "centroid_local",
    "major_axis_length": "axis_major_length",
    "max_intensity": "intensity_max",
    "mean_intensity": "intensity_mean",
    "min_intensity": "intensity_min",
    "minor_axis_length": "axis_minor_length",
    "std_intensity": "intensity_std",
    "weighted_centroid": "centroid_weighted",
    "weighted_local_centroid": "centroid_weighted_local",
    "weighted_moments": "moments_weighted",
    "weighted_moments_central": "moments_weighted_central",
    "weighted_moments_hu": "moments_weighted_hu",
    "weighted_moments_normalized": "moments_weighted_normalized",
    # Older still.
    "Area": "area",
    "BoundingBox": "bbox",
    "BoundingBoxArea": "area_bbox",
    "CentralMoments": "moments_central",
    "Centroid": "centroid",
    "ConvexArea": "area_convex",
    "ConvexImage": "image_convex",
    "Coordinates": "coords",
    "CroftonPerimeter": "perimeter_crofton",
    "Eccentricity": "eccentricity",
    "EquivDiameter": "equivalent_diameter_area",
    "EulerNumber": "euler_number",
    "Extent": "extent",
    "FeretDiameter": "feret_diameter_max",
    "FeretDiameterMax": "feret_diameter_max",
    "FilledArea": "area_filled",
    "FilledImage": "image_filled",
    "HuMoments": "moments_hu",
    "Image": "image",
    "InertiaTensor": "inertia_tensor",
    "InertiaTensorEigvals": "inertia_tensor_eigvals",
    "IntensityImage": "image_intensity",
    "Label": "label",
    "LocalCentroid": "centroid_local",
    "MajorAxisLength": "axis_major_length",
    "MaxIntensity": "intensity_max",
    "MeanIntensity": "intensity_mean",
    "MinIntensity": "intensity_min",
    "MinorAxisLength": "axis_minor_length",
    "Moments": "moments",
    "NormalizedMoments": "moments_normalized",
    "Orientation": "orientation",
    "Perimeter": "perimeter",
    "Slice": "slice",
    "Solidity": "solidity",
    "WeightedCentralMoments": "moments_weighted_central",
    "WeightedCentroid": "centroid_weighted",
    "WeightedHuMoments": "moments_weighted_hu",
    "WeightedLocalCentroid": "centroid_weighted_local",
    "WeightedMoments": "moments_weighted",
    "WeightedNormalizedMoments": "moments_weighted_normalized",
}

_ONLY_2D = {
    "eccentricity",
    "moments_hu",
    "moments_weighted_hu",
    "orientation",
    "perimeter",
    "perimeter_crofton",
}
_ONLY_UNIT_SPACING = {"moments_hu", "moments_weighted_hu"}
_ONLY_EQUAL_SPACING = {"perimeter", "perimeter_crofton"}
# With unequal steps scikit-image divides by powers of the smallest, which leaves a unit in them.
_ITS_OWN_IF_UNEQUAL_SPACING = {"moments_normalized", "moments_weighted_normalized"}


def current_name(name: str) -> str:
    """Return the name of today for one that may be an earlier one."""
    return OLD_NAMES.get(name, name)


def native(name: str, spacing: Sequence[float]) -> Measurement | None:
    """Return the measurement that is a property, or None where scikit-image has to be asked."""
    is_its_own = name in _ITS_OWN_IF_UNEQUAL_SPACING and len(set(spacing)) > 1
    if name not in COLUMN_DTYPES or is_its_own:
        return None
    entry = REGISTRY.get(name)
    return entry if entry is not None and len(spacing) in entry.dimensions else None


def refuse_undefined(name: str, spacing: Sequence[float]) -> None:
    """Raise NotImplementedError for a property that the number of axes or spacing rules out."""
    if name in _ONLY_2D and len(spacing) > 2:
        raise NotImplementedError(f"property {name!r} is not implemented for 3D images")
    if name in _ONLY_UNIT_SPACING and set(spacing) != {1.0}:
        raise NotImplementedError(f"property {name!r} is implemented for a spacing of 1 only")
    if name in _ONLY_EQUAL_SPACING and len(set(spacing)) > 1:
        raise NotImplementedError(f"property {name!r} is implemented for isotropic spacing only")
