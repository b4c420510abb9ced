"""Figures of scores: numpy arrays in, RGB images out.

TensorBoard draws an image 350 pixels wide by dropping every second of our 700, and the theme decides what is behind
it. So figures have a white background and letters that survive halving; and to be comparable between steps, all of
them use one colour scale.
"""

import io
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from PIL import Image

from ner.evaluation.metrics.class_score import cell_shares

SIDE_PIXELS = 700
_NUM_COLOURS = 256
_POINTS_PER_PIXEL = 0.72  # 72 points an inch at 100 dots an inch
_GLYPH_WIDTH = 0.58  # of the font's height, on average
_FONT_PIXELS = 21
_MAX_NAME_PIXELS = 190
_SMALL_MATRIX = 6  # at most this many classes: a cell has room for its count
_LARGE_MATRIX = 20  # with more, cells have no room for letters that can be read: the largest confusions are listed
_NUM_LISTED = 8
_LINE_PIXELS = 31
_FONTS = (  # those that are installed; the first has no Chinese, Japanese, Korean or Indic letters, the last has boxes
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Hiragino Sans", "PingFang SC",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Noto Sans Devanagari", "Nirmala UI", "Arial Unicode MS",
    "Last Resort High-Efficiency",
)  # fmt: skip


def confusion_rgb(counts: np.ndarray, rows: Sequence[str], columns: Sequence[str], title: str) -> np.ndarray:
    """A confusion matrix as uint8 [700, 700, 3], or [H, 700, 3] with the largest confusions listed below.

    `counts` is int [R, C] with gold in rows. A cell's colour is the square root of its share (`cell_shares`), which
    makes small shares visible. It shows the share in percent (nothing below a half) and in matrices of up to six
    columns the count too; the row's sum is at its end. In matrices of more than 20 columns it shows nothing: the list
    has the numbers. Raises ValueError where the lengths of `rows` and `columns` are not the shape of the matrix.
    """
    if counts.shape != (len(rows), len(columns)):
        raise ValueError(f"counts of {len(rows)} rows and {len(columns)} columns, got shape {counts.shape}")
    shares = cell_shares(counts, rows, columns)
    is_large = len(columns) > _LARGE_MATRIX
    below = (_NUM_LISTED + 2) * _LINE_PIXELS if is_large else 0
    figure, axes, font = _framed(rows, columns, title, below)
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    of = "row" if set(rows) <= set(columns) else "row, spurious of column"
    axes.set_xlabel(f"predicted (% of {of})", fontsize=_points(_FONT_PIXELS))
    axes.set_ylabel("gold", fontsize=_points(_FONT_PIXELS))
    _write_names(axes, rows, columns, font)
    if is_large:
        _list_confusions(figure, counts, shares, (rows, columns))
    else:
        _write_cells(axes, counts, shares, font)
    _write_support(axes, counts.sum(axis=1), font)
    return _drawn(figure)


def score_bars_rgb(scores: np.ndarray, names: Sequence[str], title: str) -> np.ndarray:
    """Precision, recall and F1 of each class as uint8 [700, 700, 3].

    `scores` is float [C, 3] in 0 to 1: the bar is F1; precision and recall are the ends of the line across it.
    """
    figure, axes, font = _framed(names, [], title)
    positions = np.arange(len(names))
    precision, recall, f1 = scores.reshape(-1, 3).T
    axes.barh(positions, f1, color="#9ecae1", height=0.7, label="F1")
    axes.hlines(positions, np.minimum(precision, recall), np.maximum(precision, recall), color="#444444", lw=2)
    axes.plot(precision, positions, "o", color="#08519c", ms=9, label="precision")
    axes.plot(recall, positions, "D", color="#d94801", ms=8, label="recall")
    axes.set_yticks(positions, names, fontsize=_points(font))
    axes.set_xticks(np.linspace(0, 1, 6), [f"{tick:.1f}" for tick in np.linspace(0, 1, 6)], fontsize=_points(18))
    axes.set_xlim(0, 1.02)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    for position, value in enumerate(f1):
        axes.text(1.04, position, f"{value:.3f}", fontsize=_points(min(font, 18)), va="center")
    axes.legend(fontsize=_points(17), ncols=3, loc="upper center", bbox_to_anchor=(0.45, -0.06), frameon=False)
    return _drawn(figure)


def learning_curves_rgb(lines: Mapping[str, np.ndarray], metric: str) -> np.ndarray:
    """Scores by the number of training sentences, on a logarithmic axis, as uint8 [700, 700, 3].

    `lines` are float [points, 3] by name: sentences, mean score and its standard deviation, a bar where it is not 0.
    """
    figure = Figure(figsize=(SIDE_PIXELS / 100, SIDE_PIXELS / 100), dpi=100, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    for name, line in lines.items():
        sentences, mean, deviation = line.T
        axes.errorbar(sentences, mean, deviation, fmt="o-", lw=3, ms=9, capsize=6, label=name)
    axes.set_xscale("log", base=2)
    ticks = sorted({float(count) for line in lines.values() for count in line[:, 0]})
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks], fontsize=_points(18), rotation=30, ha="right")
    axes.minorticks_off()
    axes.tick_params(axis="y", labelsize=_points(18))
    axes.set_xlabel("training sentences", fontsize=_points(_FONT_PIXELS))
    axes.set_title(metric, fontsize=_points(_FONT_PIXELS))
    axes.grid(color="#dddddd")
    if len(lines) > 1:
        axes.legend(fontsize=_points(17))
    return _drawn(figure)


def to_png(image: np.ndarray) -> bytes:
    """A PNG file of an RGB image, uint8 [H, W, 3].

    A palette of 256 colours takes less than half the bytes without a visible difference. Compressing as hard as PNG can
    would double the time for a fifteenth of the bytes; Pillow's faster palettes tint the white background.
    """
    file = io.BytesIO()
    Image.fromarray(image).quantize(_NUM_COLOURS).save(file, "png")
    return file.getvalue()


def _framed(rows: Sequence[str], columns: Sequence[str], title: str, below: int = 0) -> tuple[Figure, Axes, float]:
    """A figure, its axes and the font height in pixels at which the names fit beside them.

    The figure is `below` pixels higher than wide; the axes are above that.
    """
    row_letters, column_letters = (max(map(_letters, names), default=0) for names in (rows, columns))
    row_pixels = 0.85 * 0.7 * SIDE_PIXELS / max(len(rows), 1)
    font = min(_FONT_PIXELS, row_pixels, _MAX_NAME_PIXELS / max(row_letters, column_letters, 1) / _GLYPH_WIDTH)
    left = 45 + row_letters * _GLYPH_WIDTH * font
    bottom = 50 + max(0.75 * column_letters * _GLYPH_WIDTH * font, 1.2 * _FONT_PIXELS)
    width, top = 0.89 * SIDE_PIXELS - left, 0.94 * SIDE_PIXELS
    height = SIDE_PIXELS + below
    figure = Figure(figsize=(SIDE_PIXELS / 100, height / 100), dpi=100, facecolor="white")
    axes = figure.add_axes(
        (left / SIDE_PIXELS, (below + bottom) / height, width / SIDE_PIXELS, (top - bottom) / height)
    )
    middle = 1 - 0.025 * SIDE_PIXELS / height
    figure.text(0.5, middle, title, fontsize=_points(_FONT_PIXELS), ha="center", va="center")
    return figure, axes, font


def _list_confusions(
    figure: Figure, counts: np.ndarray, shares: np.ndarray, names: tuple[Sequence[str], Sequence[str]]
) -> None:
    """The most frequent confusions at the lower end of the figure, in letters as large as those of the title."""
    rows, columns = names
    wrong = np.array([[row != column for column in columns] for row in rows])
    order = np.argsort(np.where(wrong, -counts, 0), axis=None, kind="stable")[:_NUM_LISTED]
    largest = [(row, column) for row, column in zip(*np.unravel_index(order, counts.shape), strict=True)]
    lines = ["largest confusions (gold → predicted, count, share)"]
    lines += [
        f"{rows[row]} → {columns[column]}   {counts[row, column]:,}   {100 * shares[row, column]:.0f}%"
        for row, column in largest
        if wrong[row, column] and counts[row, column]
    ]
    height = figure.get_figheight() * 100
    room = 0.94 * SIDE_PIXELS / max(map(_letters, lines)) / _GLYPH_WIDTH
    for nth, line in enumerate(lines):
        place = (_NUM_LISTED + 1 - nth) * _LINE_PIXELS / height
        figure.text(0.03, place, line, fontsize=_points(min(_FONT_PIXELS, room)), va="center")


def _write_names(axes: Axes, rows: Sequence[str], columns: Sequence[str], font: float) -> None:
    cell_pixels = axes.get_position().width * SIDE_PIXELS / max(len(columns), 1)
    axes.set_xticks(range(len(columns)), columns, fontsize=_points(font))
    if max(map(_letters, columns), default=0) * _GLYPH_WIDTH * font > cell_pixels:
        for name in axes.get_xticklabels():
            name.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(rows)), rows, fontsize=_points(font))


def _write_cells(axes: Axes, counts: np.ndarray, shares: np.ndarray, font: float) -> None:
    num_columns = max(counts.shape[1], 1)
    longest = max(3, len(f"{counts.max(initial=0):,}")) if num_columns <= _SMALL_MATRIX else 3
    cell_pixels = axes.get_position().width * SIDE_PIXELS / num_columns
    size = _points(min(font, 0.95 * cell_pixels / longest / _GLYPH_WIDTH))
    for row, column in np.argwhere(counts > 0):
        share = f"{100 * shares[row, column]:.0f}"
        if num_columns <= _SMALL_MATRIX:
            text = f"{share}%\n{counts[row, column]:,}"
        elif share != "0":
            text = share
        else:
            continue
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def _write_support(axes: Axes, support: np.ndarray, font: float) -> None:
    texts = [f"{number:,}" for number in support]
    size = _points(min(font, 0.095 * SIDE_PIXELS / max(map(len, ["support", *texts])) / _GLYPH_WIDTH))
    for row, text in enumerate(texts):
        axes.annotate(text, (1, row), (4, 0), ("axes fraction", "data"), "offset points", fontsize=size, va="center")
    axes.annotate("support", (1, 1), (4, 4), "axes fraction", "offset points", fontsize=size)


def _letters(text: str) -> float:
    """How many letters of average width are as wide as `text`: those of Chinese and the like are squares."""
    return len(text) + sum(unicodedata.east_asian_width(one) in "WF" for one in text)


def _points(pixels: float) -> float:
    return pixels * _POINTS_PER_PIXEL


def _drawn(figure: Figure) -> np.ndarray:
    installed = {*fontManager.get_font_names()}
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a `$` in a type's name is no formula
        text.set_fontfamily([name for name in _FONTS if name in installed])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
