"""Image files: the stored numbers come back, or one line says why not; files are written whole."""

import io
import logging
import os
import re
import shutil
import struct
import sys
import zlib

import numpy as np
import pytest
import tifffile

import mensura as ms
from mensura.io import (
    ImageFileError,
    import_package,
    read_image,
    read_labels,
    replacing,
    write_labels,
)
from mensura.io.errors import one_line
from mensura.report import save_overview

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, rows, *, width, bits, color_type, before_data=b""):
    """Write a PNG from packed rows: an encoder apart from the one that the library reads with."""
    header = struct.pack(">IIBBBBB", width, len(rows), bits, color_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before_data
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )
    return path


def packed(values, bits):
    """Pack rows of numbers of 1, 2 or 4 bits into bytes, the first in the highest bits."""
    text = ["".join(f"{value:0{bits}b}" for value in row) for row in values]
    text = [row.ljust(-(-len(row) // 8) * 8, "0") for row in text]
    return [int(row, 2).to_bytes(len(row) // 8, "big") for row in text]


def is_one_line(error):
    return "\n" not in str(error.value) and str(error.value).strip() == str(error.value) != ""


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def read_or_refuse(path):
    """Return the image and no reason, or no image and the reason."""
    try:
        return read_image(path), None
    except ImageFileError as error:
        return None, str(error)


# --- label files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", INTEGERS)
def test_labels_round_trip_with_extreme_values(tmp_path, dtype):
    limits = np.iinfo(dtype)
    labels = np.array([[0, limits.max, 1], [limits.min, 2, limits.max - 1]], dtype)
    write_labels(tmp_path / "a.tif", labels)
    back = read_labels(tmp_path / "a.tif")
    assert back.dtype == labels.dtype
    assert np.array_equal(back, labels)


@pytest.mark.parametrize(
    "shape",
    [
        (1, 1),
        (1, 50),
        (50, 1),
        (7, 3),
        (7, 4),
        (3, 7, 5),
        (5, 7, 3),
        (5, 7, 4),
        (1, 6, 7),
        (6, 1, 7),
        (6, 7, 1),
        (1, 1, 7),
        (1, 1, 1),
    ],
)
def test_labels_keep_their_shape(tmp_path, shape):
    labels = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    write_labels(tmp_path / "a.tiff", labels)
    assert np.array_equal(read_labels(tmp_path / "a.tiff"), labels)


@pytest.mark.parametrize(
    "change",
    [
        np.asfortranarray,
        lambda a: a[::-1, ::2],
        lambda a: a.astype(">i4"),
        lambda a: np.broadcast_to(a[:1], a.shape),
    ],
    ids=["fortran", "strided", "swapped", "broadcast"],
)
def test_labels_of_any_memory_layout_are_written_and_left_alone(tmp_path, change):
    labels = change(np.arange(48, dtype=np.int32).reshape(6, 8))
    before = labels.copy()
    write_labels(tmp_path / "a.tif", labels)
    assert np.array_equal(read_labels(tmp_path / "a.tif"), before)
    assert np.array_equal(labels, before)


def test_labels_are_compressed_by_zlib(tmp_path):
    write_labels(tmp_path / "a.tif", np.zeros((400, 500), np.int32))
    assert (tmp_path / "a.tif").stat().st_size < 800_000 / 50
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE


@pytest.mark.parametrize(
    "labels",
    [np.zeros((2, 2)), np.zeros((2, 2), bool), np.zeros((2, 2), complex), [[1, 2]]],
    ids=["float", "bool", "complex", "list"],
)
def test_only_integer_arrays_are_labels(tmp_path, labels):
    with pytest.raises(TypeError, match="labels must be an integer array, got"):
        write_labels(tmp_path / "a.tif", labels)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2, 2), (0, 3), (2, 0, 2)])
def test_only_images_with_pixels_are_labels(tmp_path, shape):
    with pytest.raises(ValueError, match="labels must be 2-D or 3-D with pixels"):
        write_labels(tmp_path / "a.tif", np.zeros(shape, int))
    assert names_in(tmp_path) == []


def test_labels_are_written_as_tiff_only(tmp_path):
    with pytest.raises(ImageFileError, match=r"a\.png: a label image is written as"):
        write_labels(tmp_path / "a.png", np.zeros((2, 2), int))
    assert names_in(tmp_path) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def write_half(path, *args, **kwargs):
        path.write_bytes(b"II*\0 half a file")
        raise OSError("no space left on device")

    write_labels(tmp_path / "a.tif", np.eye(3, dtype=int))
    monkeypatch.setattr(tifffile, "imwrite", write_half)
    with pytest.raises(OSError, match="no space left"):
        write_labels(tmp_path / "a.tif", np.zeros((3, 3), int))
    assert np.array_equal(read_labels(tmp_path / "a.tif"), np.eye(3))
    assert names_in(tmp_path) == ["a.tif"]


# --- replacing a file -----------------------------------------------------------------------------


def test_replacing_is_seen_only_when_done(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with replacing(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".txt")
    assert target.read_text() == "new"
    assert names_in(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_replacing_cleans_up_after_any_failure(tmp_path, failure):
    (tmp_path / "a.txt").write_text("old")

    def fail_halfway():
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(failure):
        fail_halfway()
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_replacing_follows_a_symbolic_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with replacing(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_replacing_gives_the_permissions_of_a_new_file(tmp_path):
    (tmp_path / "plain.txt").write_text("")
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_replacing_needs_a_directory_and_no_directory(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="no such directory"),
        replacing(tmp_path / "no" / "a"),
    ):
        pass
    with pytest.raises(IsADirectoryError, match="is a directory, not a file"), replacing(tmp_path):
        pass


# --- TIFF -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [*INTEGERS, "bool", "float16", "float32", "float64"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_tiff_numbers_come_back(tmp_path, dtype, byteorder):
    image = (np.arange(20).reshape(4, 5) % 7 - 1).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", image, byteorder=byteorder)
    back = read_image(tmp_path / "a.tif")
    assert back.dtype.newbyteorder("=") == image.dtype
    assert np.array_equal(back, image)


def test_tiff_pages_become_the_first_axis(tmp_path):
    stack = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in stack:
            writer.write(page, contiguous=False, photometric="minisblack", metadata=None)
    assert np.array_equal(read_image(tmp_path / "a.tif"), stack)


def test_tiff_of_white_zero_is_not_inverted(tmp_path):
    image = np.array([[0, 255], [7, 1]], np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="miniswhite")
    assert np.array_equal(read_image(tmp_path / "a.tif"), image)


def test_tiff_of_a_palette_gives_its_stored_numbers(tmp_path):
    image = np.array([[0, 1], [2, 255]], np.uint8)
    tifffile.imwrite(
        tmp_path / "a.tif", image, photometric="palette", colormap=np.zeros((3, 256), np.uint16)
    )
    assert np.array_equal(read_image(tmp_path / "a.tif"), image)


def test_tiff_colors_are_the_last_axis_and_never_labels(tmp_path):
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "a.tif"), image)
    with pytest.raises(ImageFileError, match="holds colors or channels"):
        read_labels(tmp_path / "a.tif")


def test_tiff_channels_are_never_labels(tmp_path):
    image = np.zeros((2, 4, 5), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", image, imagej=True, metadata={"axes": "CYX"})
    assert read_image(tmp_path / "a.tif").shape == (2, 4, 5)
    with pytest.raises(ImageFileError, match="holds colors or channels"):
        read_labels(tmp_path / "a.tif")


def test_tiff_of_several_kinds_of_images_is_refused(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(np.zeros((4, 5), np.uint8))
        writer.write(np.zeros((2, 3), np.uint16))
    with pytest.raises(ImageFileError, match="holds 2 images of different kinds") as error:
        read_image(tmp_path / "a.tif")
    assert is_one_line(error)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"metadata": None}])
def test_a_cut_tiff_is_an_error_or_complete(tmp_path, options):
    image = np.random.default_rng(0).integers(0, 1000, (4, 16, 20), np.int32)
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="minisblack", **options)
    content = (tmp_path / "a.tif").read_bytes()
    refused = 0
    for length in [0, 4, 8, *range(20, len(content), 97)]:
        (tmp_path / "cut.tif").write_bytes(content[:length])
        result, reason = read_or_refuse(tmp_path / "cut.tif")
        assert np.array_equal(result, image) if reason is None else "\n" not in reason
        refused += result is None
    assert refused > 20


def test_tiff_complaints_of_another_thread_are_not_ours(tmp_path, monkeypatch):
    write_labels(tmp_path / "a.tif", np.eye(3, dtype=int))
    asarray = tifffile.TiffPageSeries.asarray

    def asarray_and_complain(self, *args, **kwargs):
        record = logging.LogRecord("tifffile", logging.ERROR, "", 0, "bad page", None, None)
        record.thread += 1
        logging.getLogger("tifffile").handle(record)
        return asarray(self, *args, **kwargs)

    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", asarray_and_complain)
    assert np.array_equal(read_image(tmp_path / "a.tif"), np.eye(3))


def test_reading_leaves_no_log_handler(tmp_path):
    before = list(logging.getLogger("tifffile").handlers)
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    with pytest.raises(ImageFileError):
        read_image(tmp_path / "a.tif")
    assert logging.getLogger("tifffile").handlers == before


def test_a_codec_that_is_missing_is_named(tmp_path, monkeypatch):
    def asarray(self, *args, **kwargs):
        raise ValueError("<COMPRESSION.LZW: 5> requires the 'imagecodecs' package")

    write_labels(tmp_path / "a.tif", np.eye(3, dtype=int))
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", asarray)
    with pytest.raises(ImageFileError, match=r"LZW.*pip install imagecodecs"):
        read_image(tmp_path / "a.tif")


# --- PNG ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_png_gray_numbers_come_back_at_every_depth(tmp_path, bits):
    top = 2**bits
    values = [[(row * 7 + column * 3) % top for column in range(5)] for row in range(4)]
    values[0][:2] = [0, top - 1]
    if bits < 8:
        rows = packed(values, bits)
    else:
        rows = [b"".join(v.to_bytes(bits // 8, "big") for v in row) for row in values]
    path = write_png(tmp_path / "a.png", rows, width=5, bits=bits, color_type=GRAY)
    image = read_image(path)
    assert image.dtype == {1: np.bool_, 16: np.uint16}.get(bits, np.uint8)
    assert image.tolist() == values


@pytest.mark.parametrize(("color_type", "channels"), [(RGB, 3), (GRAY_ALPHA, 2), (RGBA, 4)])
def test_png_colors_and_alpha_come_back_and_are_never_labels(tmp_path, color_type, channels):
    image = np.random.default_rng(1).integers(0, 256, (4, 5, channels), np.uint8)
    rows = [row.tobytes() for row in image]
    path = write_png(tmp_path / "a.png", rows, width=5, bits=8, color_type=color_type)
    assert np.array_equal(read_image(path), image)
    with pytest.raises(ImageFileError, match="holds colors or channels"):
        read_labels(path)


@pytest.mark.parametrize(("color_type", "channels"), [(RGB, 3), (GRAY_ALPHA, 2), (RGBA, 4)])
def test_png_with_16_bit_colors_is_refused_not_narrowed(tmp_path, color_type, channels):
    rows = [bytes(range(2 * 5 * channels))] * 4
    path = write_png(tmp_path / "a.png", rows, width=5, bits=16, color_type=color_type)
    with pytest.raises(ImageFileError, match=r"stores 16 bits per sample .* uint8") as error:
        read_image(path)
    assert is_one_line(error)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_png_with_a_palette_is_refused(tmp_path, bits):
    palette = chunk(b"PLTE", bytes(range(6)))
    path = write_png(
        tmp_path / "a.png",
        [bytes(8)] * 3,
        width=8,
        bits=bits,
        color_type=PALETTE,
        before_data=palette,
    )
    with pytest.raises(ImageFileError, match="palette PNG"):
        read_image(path)


def test_png_with_a_transparent_gray_keeps_its_numbers(tmp_path):
    transparent = chunk(b"tRNS", b"\0\x03")
    rows = [bytes([1, 2, 3]), bytes([4, 5, 6])]
    path = write_png(
        tmp_path / "a.png", rows, width=3, bits=8, color_type=GRAY, before_data=transparent
    )
    assert read_image(path).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_png_gamma_is_not_applied(tmp_path):
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    path = write_png(
        tmp_path / "a.png", [bytes([9, 200])], width=2, bits=8, color_type=GRAY, before_data=gamma
    )
    assert read_image(path).tolist() == [[9, 200]]


def test_animated_png_is_refused(tmp_path):
    from PIL import Image

    first, second = (Image.fromarray(np.full((4, 4), v, np.uint8)) for v in (1, 2))
    first.save(tmp_path / "a.png", save_all=True, append_images=[second])
    with pytest.raises(ImageFileError, match=r"shape \(4, 4\).*shape \(2, 4, 4\)"):
        read_image(tmp_path / "a.png")


def test_png_above_the_limit_of_the_decoder_is_refused_in_one_line(tmp_path):
    path = write_png(tmp_path / "a.png", [b"\0"], width=40_000, bits=8, color_type=GRAY)
    content = bytearray(path.read_bytes())
    content[20:24] = struct.pack(">I", 40_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    with pytest.raises(ImageFileError, match="cannot be read: Image size") as error:
        read_image(path)
    assert is_one_line(error)


def test_a_large_png_is_read_without_a_warning(tmp_path, monkeypatch):
    from PIL import Image

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 15)  # warns above this, refuses above twice
    path = write_png(tmp_path / "a.png", [bytes(5)] * 4, width=5, bits=8, color_type=GRAY)
    assert read_image(path).shape == (4, 5)


def test_a_damaged_png_is_an_error_or_complete(tmp_path):
    image = np.random.default_rng(2).integers(0, 256, (12, 12), np.uint8)
    path = write_png(
        tmp_path / "a.png", [row.tobytes() for row in image], width=12, bits=8, color_type=GRAY
    )
    content = path.read_bytes()
    places = range(len(content))
    damaged = [content[:place] for place in places] + [
        content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :] for place in places
    ]
    refused = 0
    for data in damaged:
        path.write_bytes(data)
        result, reason = read_or_refuse(path)
        assert np.array_equal(result, image) if reason is None else "\n" not in reason
        refused += result is None
    assert refused > len(content)


# --- what is no path ------------------------------------------------------------------------------


def save_overview_at(path):
    save_overview(path, SQUARE, SQUARE, ms.measure(SQUARE))


def replace_at(path):
    with replacing(path) as temporary:
        temporary.touch()


SQUARE = np.ones((4, 4), int)
READERS_AND_WRITERS = {
    "to_csv": ms.measure(SQUARE).to_csv,
    "to_parquet": ms.measure(SQUARE).to_parquet,
    "write_labels": lambda path: write_labels(path, SQUARE),
    "read_image": read_image,
    "read_labels": read_labels,
    "save_overview": save_overview_at,
    "replacing": replace_at,
}


class PathOfBytes(os.PathLike):
    def __fspath__(self):
        return b"a.tif"


@pytest.mark.parametrize("call", READERS_AND_WRITERS.values(), ids=READERS_AND_WRITERS)
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (None, TypeError),
        (5, TypeError),
        (b"a.tif", TypeError),
        (io.StringIO(), TypeError),
        (PathOfBytes(), TypeError),
        ("", ValueError),
        ("a\0.tif", ValueError),
    ],
    ids=["None", "5", "bytes", "file", "bytes inside", "empty", "null"],
)
def test_what_is_no_path_is_told_with_what_is_allowed(tmp_path, monkeypatch, call, bad, error):
    monkeypatch.chdir(tmp_path)
    allowed = "path must be the name of a file, str or os.PathLike, not "
    with pytest.raises(error, match=f"^{re.escape(allowed + repr(bad))}"):
        call(bad)
    assert names_in(tmp_path) == []


# --- what is no image -----------------------------------------------------------------------------


@pytest.mark.parametrize("read", [read_image, read_labels])
def test_no_file_no_image(tmp_path, read):
    cases = {
        "missing.tif": "no such file",
        "folder": "is a directory",
        "folder.tif": "is a directory",
        "a.jpg": r"unsupported kind of file '\.jpg'; supported: \.tif, \.tiff, \.png",
        "nothing": "unsupported kind of file ''",
        "text.tif": "cannot be read: not a TIFF file",
        "text.png": "is not a PNG file",
        "empty.tif": "cannot be read",
        "empty.png": "is not a PNG file",
    }
    for name in ("folder", "folder.tif"):
        (tmp_path / name).mkdir()
    for name in ("a.jpg", "nothing", "text.tif", "text.png"):
        (tmp_path / name).write_text("a text that is longer than any header of an image file")
    for name in ("empty.tif", "empty.png"):
        (tmp_path / name).touch()
    for name, reason in cases.items():
        with pytest.raises(ImageFileError, match=f"{name}: .*{reason}") as error:
            read(tmp_path / name)
        assert is_one_line(error)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.tif")
    with pytest.raises(ImageFileError, match="not a regular file"):
        read_image(tmp_path / "a.tif")


def test_suffixes_in_capitals_are_known(tmp_path):
    write_labels(tmp_path / "A.TIF", np.eye(3, dtype=int))
    assert read_image(str(tmp_path / "A.TIF")).shape == (3, 3)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    write_labels(tmp_path / "a.tif", np.eye(3, dtype=int))
    (tmp_path / "a.tif").chmod(0)
    with pytest.raises(ImageFileError, match=r"cannot be read: .*Permission denied"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(("package", "name"), [("tifffile", "a.tif"), ("imageio.v3", "a.png")])
def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch, package, name):
    (tmp_path / name).write_bytes(b"anything")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}.*pip install 'mensura\[io\]'"):
        read_image(tmp_path / name)


def test_writing_without_tifffile_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(ImportError, match=r"pip install 'mensura\[io\]'"):
        write_labels(tmp_path / "a.tif", np.eye(3, dtype=int))
    assert names_in(tmp_path) == []


def test_import_package_names_the_package_that_lacks():
    with pytest.raises(
        ImportError, match=r"^no_such_thing is not installed: pip install 'mensura\[x\]'$"
    ):
        import_package("no_such_thing.part", "x")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("a\n  b"), "a b"),
        (KeyError("needs 'x'"), "needs 'x'"),
        (ValueError(), "ValueError"),
        (KeyError(), "KeyError"),
    ],
)
def test_one_line(error, text):
    assert one_line(error) == text


def test_real_files_are_read_as_tifffile_reads_them(shared_data, tmp_path):
    """Every TIFF of the shared images, or the line that says which codec is missing."""
    paths = sorted(shared_data.rglob("*.tif"))
    refused = []
    for path in paths:
        image, reason = read_or_refuse(path)
        if image is None:
            assert "imagecodecs" in reason
            refused.append(path)
        else:
            expected = tifffile.imread(path)
            assert np.array_equal(image, expected, equal_nan=image.dtype.kind == "f")
    assert len(paths) > 100
    assert len(refused) < 0.05 * len(paths)
    copy = shutil.copy(paths[0], tmp_path / "copy.tif")
    assert np.array_equal(read_image(copy), read_image(paths[0]))
