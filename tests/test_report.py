"""The picture: outlines exactly on pixel edges, numbers on their objects, areas counted right."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import mensura as ms
from mensura.io import read_image
from mensura.report import draw_overview, save_overview
from mensura.report.outlines import find_anchors, find_outlines

YELLOW = (240, 228, 66)
LABELS = np.array(
    [
        [1, 1, 1, 0, 0, 0, 0, 0],
        [1, 2, 2, 2, 0, 0, 0, 0],
        [0, 2, 2, 2, 0, 7, 7, 7],
        [0, 0, 0, 0, 0, 7, 0, 0],
        [0, 0, 0, 0, 0, 7, 7, 7],
    ]
)

label_images = arrays(
    np.int32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 3)
)


def edges_by_looking_at_each_pixel(labels):
    """Every unit edge between unlike neighbors, as its two ends in (x, y)."""
    height, width = labels.shape

    def at(y, x):
        return labels[y, x] if 0 <= y < height and 0 <= x < width else 0

    edges = set()
    for y in range(height + 1):
        for x in range(width + 1):
            if at(y, x) != at(y - 1, x):
                edges.add((x - 0.5, y - 0.5, x + 0.5, y - 0.5))
            if at(y, x) != at(y, x - 1):
                edges.add((x - 0.5, y - 0.5, x - 0.5, y + 0.5))
    return edges


def unit_edges(segments):
    """The segments cut into edges of one pixel, in order and with repetitions."""
    edges = []
    for (x0, y0), (x1, y1) in segments.tolist():
        assert (x0 == x1) != (y0 == y1)
        steps = int(max(x1 - x0, y1 - y0))
        dx, dy = (x1 - x0) / steps, (y1 - y0) / steps
        edges += [
            (x0 + i * dx, y0 + i * dy, x0 + (i + 1) * dx, y0 + (i + 1) * dy) for i in range(steps)
        ]
    return edges


@given(label_images)
def test_outlines_are_the_edges_between_unlike_pixels_once_each(labels):
    edges = unit_edges(find_outlines(labels))
    assert len(edges) == len(set(edges))
    assert set(edges) == edges_by_looking_at_each_pixel(labels)


def test_straight_outlines_are_one_segment():
    assert len(find_outlines(np.ones((30, 40), int))) == 4


@pytest.mark.parametrize("dtype", ["uint8", "int64", "uint64"])
def test_outlines_of_the_largest_labels(dtype):
    top = np.iinfo(dtype).max
    labels = np.array([[top, top - 1]], dtype)
    assert set(unit_edges(find_outlines(labels))) == edges_by_looking_at_each_pixel(labels)


@given(label_images)
def test_anchors_are_the_object_pixels_nearest_to_the_centroid(labels):
    ids, points = find_anchors(labels)
    assert ids.tolist() == sorted(set(labels[labels > 0].tolist()))
    for number, (x, y) in zip(ids, points, strict=True):
        pixels = np.argwhere(labels == number)
        distances = np.hypot(*(pixels - pixels.mean(axis=0)).T)
        own = np.hypot(*(np.array([y, x]) - pixels.mean(axis=0)))
        assert labels[int(y), int(x)] == number
        assert own <= distances.min() + 1e-9


def test_negative_labels_have_no_anchor():
    assert find_anchors(np.array([[-3, 5]]))[0].tolist() == [5]


# --- the figure -----------------------------------------------------------------------------------


def drawn(image, labels):
    """Draw, and return the figure, its pixels (y, x, 3) and the function from data to pixels."""
    figure = draw_overview(image, labels, ms.measure(labels))
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)

    def color_at(x, y):
        column, row = figure.axes[0].transData.transform((x, y))
        return pixels[pixels.shape[0] - 1 - int(row), int(column)]

    return figure, pixels, color_at


def is_yellow(color):
    return np.abs(color - YELLOW).max() < 40


def test_every_edge_is_drawn_and_nothing_else_is():
    """Touching objects have a line between them, background has none, whatever the image shows."""
    _, _, color_at = drawn(np.zeros(LABELS.shape), LABELS)
    height, width = LABELS.shape
    framed = np.pad(LABELS, 1)
    for y in range(height):
        for x in range(width + 1):
            unlike = framed[y + 1, x] != framed[y + 1, x + 1]
            # A third from the corner: clear of lines that cross there and of the numbers.
            assert is_yellow(color_at(x - 0.5, y - 0.3)) == unlike, (x, y)
    for y in range(height + 1):
        for x in range(width):
            unlike = framed[y, x + 1] != framed[y + 1, x + 1]
            assert is_yellow(color_at(x - 0.3, y - 0.5)) == unlike, (x, y)
    for y in range(height):
        for x in range(width):
            assert not is_yellow(color_at(x - 0.3, y - 0.3)), (x, y)


def test_outlines_show_on_white_and_on_black():
    for gray in (0, 255):
        image = np.full((*LABELS.shape, 3), gray, np.uint8)
        _, _, color_at = drawn(image, LABELS)
        assert is_yellow(color_at(0.5, 0.7))
        assert np.abs(color_at(5.7, 0.3) - gray).max() < 10


def test_the_image_is_drawn_as_it_is():
    colors = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    _, _, color_at = drawn(colors, np.zeros((4, 6), int))
    for y in range(4):
        for x in range(6):
            assert np.abs(color_at(x, y) - colors[y, x]).max() <= 1


def test_gray_values_span_black_to_white_and_infinities_do_not_count():
    image = np.array([[-5.0, 0.0], [5.0, np.inf]])
    _, _, color_at = drawn(image, np.zeros((2, 2), int))
    assert color_at(0, 0).tolist() == [0, 0, 0]
    assert np.abs(color_at(1, 0) - 128).max() <= 2
    assert color_at(0, 1).tolist() == [255, 255, 255]


def test_numbers_are_the_labels_and_lie_on_their_objects():
    figure, _, _ = drawn(np.zeros(LABELS.shape), LABELS)
    texts = figure.axes[0].texts
    assert sorted(text.get_text() for text in texts) == ["1", "2", "7"]
    for text in texts:
        x, y = text.get_position()
        assert LABELS[int(y), int(x)] == int(text.get_text())
    assert all(text.get_fontsize() >= 3.5 for text in texts)


def test_histogram_counts_every_object_in_the_unit_of_the_table():
    labels = np.arange(1, 31).repeat(np.arange(1, 31))[None, :]  # areas 1 to 30
    table = ms.measure(labels, spacing=0.5)
    figure = draw_overview(labels, labels, table)
    right = figure.axes[1]
    heights = [patch.get_height() for patch in right.patches]
    assert sum(heights) == 30
    edges = [patch.get_x() for patch in right.patches]
    assert edges[0] == 0
    assert right.get_xlabel() == f"area ({table.units['area']})"
    assert right.get_ylabel() == "number of objects"
    assert "median 3.875" in right.get_legend().get_texts()[0].get_text()
    assert figure.axes[0].get_xlabel() == "x (pixels)"
    assert figure.axes[0].get_ylabel() == "y (pixels)"
    assert figure.axes[0].get_title() == "30 objects"


def test_one_giant_object_does_not_multiply_the_bins():
    labels = np.ones((300, 300), int)
    labels[0, :50] = np.arange(2, 52)
    figure = draw_overview(labels, labels, ms.measure(labels))
    assert len(figure.axes[1].patches) <= 50


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1)])
def test_images_of_any_proportion(shape):
    labels = np.ones(shape, int)
    figure, pixels, _ = drawn(labels, labels)
    assert max(pixels.shape[:2]) <= 3000
    assert figure.axes[0].get_title() == "1 object"


def test_no_objects():
    labels = np.zeros((5, 6), np.uint16)
    figure, _, _ = drawn(labels, labels)
    assert [axes.get_title() for axes in figure.axes] == ["0 objects", "Areas of 0 objects"]
    assert len(figure.axes[1].patches) == 0


def test_nothing_finite():
    figure, _, color_at = drawn(np.full((4, 4), np.nan), np.eye(4, dtype=int))
    assert figure.axes[0].get_title() == "1 object"
    assert color_at(0.3, 2.3).tolist() == [255, 255, 255]


def test_inputs_are_not_changed():
    image = np.arange(40.0).reshape(LABELS.shape)
    image.flags.writeable = False
    labels = LABELS.copy()
    labels.flags.writeable = False
    before = image.copy()
    draw_overview(image, labels, ms.measure(labels))
    assert np.array_equal(image, before)
    assert np.array_equal(labels, LABELS)


def test_what_cannot_be_drawn_is_an_error():
    table = ms.measure(LABELS)
    image = np.zeros(LABELS.shape)
    with pytest.raises(
        ValueError, match=r"labels must be a 2-D integer array .* shape \(2, 2, 2\)"
    ):
        draw_overview(image, np.zeros((2, 2, 2), int), table)
    with pytest.raises(ValueError, match=r"labels must be a 2-D integer array .* float64"):
        draw_overview(image, LABELS * 1.0, table)
    with pytest.raises(ValueError, match=r"labels must be a 2-D integer array with pixels"):
        draw_overview(np.zeros((0, 3)), np.zeros((0, 3), int), table)
    for shape in [(8, 5), (5, 8, 2), (5, 8, 5), (5,)]:
        with pytest.raises(ValueError, match="image must have the shape of labels"):
            draw_overview(np.zeros(shape), LABELS, table)
    with pytest.raises(ValueError, match="uint8 or floating, got uint16"):
        draw_overview(np.zeros((5, 8, 3), np.uint16), LABELS, table)
    with pytest.raises(ValueError, match="table must have the column 'area', got label"):
        draw_overview(image, LABELS, ms.measure(LABELS, measurements=["label"]))


# --- the file -------------------------------------------------------------------------------------


def test_saved_overview_is_the_drawn_one(tmp_path):
    table = ms.measure(LABELS)
    image = np.zeros(LABELS.shape)
    save_overview(tmp_path / "a.png", image, LABELS, table)
    _, pixels, _ = drawn(image, LABELS)
    assert np.array_equal(read_image(tmp_path / "a.png")[..., :3], pixels)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        save_overview(tmp_path / name, LABELS, LABELS, ms.measure(LABELS))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_nothing_is_written_when_saving_fails(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    def write_half(self, path, **options):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    (tmp_path / "a.png").write_bytes(b"old")
    with pytest.raises(ValueError, match=r"written as \.png"):
        save_overview(tmp_path / "a.jpg", LABELS, LABELS, ms.measure(LABELS))
    with pytest.raises(FileNotFoundError, match="no such directory"):
        save_overview(tmp_path / "no" / "a.png", LABELS, LABELS, ms.measure(LABELS))
    monkeypatch.setattr(Figure, "savefig", write_half)
    with pytest.raises(OSError, match="no space left"):
        save_overview(tmp_path / "a.png", LABELS, LABELS, ms.measure(LABELS))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'mensura\[report\]'"):
        draw_overview(LABELS, LABELS, ms.measure(LABELS))


def test_drawing_needs_no_pyplot():
    code = (
        "import sys, numpy as np, mensura as ms; from mensura.report import draw_overview; "
        "a = np.eye(5, dtype=int); assert 'matplotlib' not in sys.modules; "
        "draw_overview(a, a, ms.measure(a)).canvas.draw(); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
