"""Image files in, label files out.

`read_image` and `read_labels` read TIFF (through tifffile) and PNG (through imageio);
`write_labels` writes TIFF. Both packages load on first use, so ``import mensura`` never pays for
them. The rule of this package: the array holds the numbers that the file holds, or there is an
error that says why not.
"""

from mensura.io.atomic import replacing
from mensura.io.errors import ImageFileError
from mensura.io.packages import import_package
from mensura.io.paths import check_path
from mensura.io.reading import read_image, read_labels
from mensura.io.writing import write_labels

__all__ = [
    "ImageFileError",
    "check_path",
    "import_package",
    "read_image",
    "read_labels",
    "replacing",
    "write_labels",
]
