"""Exact geometry of one object from its list of integer pixel coordinates.

Sums are Python integers, quotients are ``Fraction``; only eigenvalues need square roots, and those
are found by Jacobi rotations in 60-digit decimals, which also settles repeated eigenvalues.
"""

from decimal import Context, Decimal, localcontext
from fractions import Fraction

DIGITS = 60


def count(pixels):
    """Number of pixels."""
    return len(pixels)


def bounding_box(pixels):
    """Per axis the smallest coordinate, then per axis the largest plus one."""
    axes = list(zip(*pixels, strict=True))
    return tuple(min(axis) for axis in axes) + tuple(max(axis) + 1 for axis in axes)


def touches_border(pixels, shape):
    """Whether some pixel lies in the first or last row of any axis."""
    return any(
        at in (0, length - 1) for pixel in pixels for at, length in zip(pixel, shape, strict=True)
    )


def centroid(pixels, spacing):
    """Mean position: the mean coordinate of each axis times its spacing."""
    axes = zip(*pixels, strict=True)
    return tuple(
        Fraction(sum(axis), len(pixels)) * step for axis, step in zip(axes, spacing, strict=True)
    )


def covariance(pixels, spacing):
    """Mean product of the deviations from the centroid, for every pair of axes."""
    axes = list(zip(*pixels, strict=True))
    n = len(pixels)
    means = [Fraction(sum(axis), n) for axis in axes]

    def entry(i, j):
        products = sum(a * b for a, b in zip(axes[i], axes[j], strict=True))
        return (Fraction(products, n) - means[i] * means[j]) * spacing[i] * spacing[j]

    return [[entry(i, j) for j in range(len(axes))] for i in range(len(axes))]


def inertia_tensor(pixels, spacing):
    """Inertia per pixel: off the diagonal minus the covariance, on it the other axes' variances."""
    cov = covariance(pixels, spacing)
    ndim = len(cov)
    total = sum(cov[i][i] for i in range(ndim))
    return tuple(
        tuple(total - cov[i][i] if i == j else -cov[i][j] for j in range(ndim)) for i in range(ndim)
    )


def eigenvalues(tensor):
    """Eigenvalues of a symmetric, positive semidefinite matrix, largest first, as decimals."""
    return [value for value, _ in eigensystem(tensor)]


def eigensystem(tensor):
    """Pairs of eigenvalue and unit eigenvector, largest eigenvalue first, as decimals."""
    with localcontext(Context(prec=DIGITS)):
        matrix = [[_decimal(entry) for entry in row] for row in tensor]
        size = len(matrix)
        vectors = [[Decimal(int(i == j)) for j in range(size)] for i in range(size)]
        negligible = sum(matrix[i][i] for i in range(size)) * Decimal(10) ** -DIGITS
        pairs = [(p, q) for p in range(size) for q in range(p + 1, size)]
        while any(abs(matrix[p][q]) > negligible for p, q in pairs):
            for p, q in pairs:
                if abs(matrix[p][q]) > negligible:
                    _rotate_away(matrix, vectors, p, q)
        order = sorted(range(size), key=lambda i: matrix[i][i], reverse=True)
        smallest_real = matrix[order[0]][order[0]] * Decimal(10) ** (10 - DIGITS)
        return [
            (
                matrix[i][i] if matrix[i][i] > smallest_real else Decimal(0),
                [row[i] for row in vectors],
            )
            for i in order
        ]


def _decimal(number):
    fraction = Fraction(number)
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def _rotate_away(matrix, vectors, p, q):
    """One Jacobi rotation: makes ``matrix[p][q]`` zero, turns the columns of ``vectors`` along."""
    theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
    tangent = (1 if theta >= 0 else -1) / (abs(theta) + (theta * theta + 1).sqrt())
    cosine = 1 / (tangent * tangent + 1).sqrt()
    sine = tangent * cosine
    for row in [*matrix, *vectors]:
        row[p], row[q] = cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]
    upper, lower = matrix[p], matrix[q]
    matrix[p] = [cosine * a - sine * b for a, b in zip(upper, lower, strict=True)]
    matrix[q] = [sine * a + cosine * b for a, b in zip(upper, lower, strict=True)]
    matrix[p][q] = matrix[q][p] = Decimal(0)
