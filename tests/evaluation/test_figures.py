import io
import warnings

import numpy as np
import pytest
from PIL import Image

from ner.evaluation.metrics.class_score import cell_shares
from ner.evaluation.reports.figures import confusion_rgb, score_bars_rgb, to_png

BLUE = np.array([8, 48, 107])  # the end of the colour scale: the whole row


def matrix(counts, names=("A", "B")):
    return confusion_rgb(np.array(counts), names, names, "title")


def cell_colours(image):
    """Colours that fill more than a hundredth of the picture, most frequent first."""
    colours, numbers = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    order = np.argsort(-numbers)
    return [tuple(colours[index].tolist()) for index in order if numbers[index] > image.size / 300]


@pytest.mark.parametrize("num_classes", [1, 2, 6, 7, 13, 40])
@pytest.mark.parametrize("name", ["X", "I-creative-work", "B-$\\frac$", "\u4eba\u540d"])
def test_confusion_of_any_size_is_an_rgb_image_on_white(num_classes, name):
    names = [f"{name}{number}" for number in range(num_classes)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = matrix(np.full((num_classes, num_classes), 1234567), names)
    assert image.shape[1:] == (700, 3)
    assert (image.shape[0] > 700) == (num_classes > 20), "with the largest confusions below"
    assert image.dtype == np.uint8
    assert (image[0] == 255).all()
    assert (image[:, -1] == 255).all(), "something is cut off at the right"
    assert (image[:, 0] == 255).all(), "something is cut off at the left"
    assert (image[-1] == 255).all(), "something is cut off at the bottom"


def test_confusion_rows_are_gold_and_colours_are_shares_of_the_row():
    image = matrix([[10, 0], [10, 0]])  # everything is predicted as the first class
    left, right = image[:, 150:330], image[:, 400:580]
    assert (left == BLUE).all(axis=-1).sum() > 50_000
    assert (right == BLUE).all(axis=-1).sum() == 0


def test_spurious_entities_are_shares_of_their_column():
    counts = np.array([[6, 2], [4, 0]])
    shares = cell_shares(counts, ["LOC", "spurious"], ["LOC", "missed"])
    np.testing.assert_allclose(shares, [[0.75, 0.25], [0.4, 0]])
    np.testing.assert_allclose(cell_shares(counts, ["A", "B"], ["A", "B"]), [[0.75, 0.25], [1, 0]])


def test_confusion_colours_do_not_depend_on_how_frequent_a_class_is():
    assert cell_colours(matrix([[1_000_000, 0], [0, 1]])) == cell_colours(matrix([[1, 0], [0, 1]]))


def test_confusion_colours_are_the_same_scale_in_every_picture():
    assert tuple(BLUE) in cell_colours(matrix([[9, 0], [0, 9]]))
    assert tuple(BLUE) not in cell_colours(matrix([[6, 3], [3, 6]])), "the largest share is no whole row"


def test_small_shares_are_visible():
    colours = cell_colours(matrix([[96, 4], [4, 96]]))
    faint = max((colour for colour in colours if colour != (255, 255, 255)), key=sum)
    assert max(faint) - min(faint) > 30, "4 % of a row is not nearly white"


def test_confusion_of_nothing_is_drawn_without_warnings():
    image = matrix([[0, 0], [0, 0]])
    assert (image == BLUE).all(axis=-1).sum() == 0


def test_confusion_refuses_names_that_do_not_fit():
    with pytest.raises(ValueError, match=r"counts of 3 rows and 3 columns, got shape \(2, 2\)"):
        matrix([[0, 0], [0, 0]], names="ABC")


def test_score_bars_are_as_long_as_f1():
    low, high = (
        np.sum(np.all(score_bars_rgb(np.array([[f1, f1, f1]]), ["PER"], "title") == [158, 202, 225], axis=-1))
        for f1 in (0.4, 0.8)
    )
    assert high == pytest.approx(2 * low, rel=0.05)


@pytest.mark.parametrize("num_classes", [2, 42])
def test_score_bars_are_an_rgb_image_on_white(num_classes):
    image = score_bars_rgb(np.full((num_classes, 3), 0.5), ["creative-work"] * num_classes, "title")
    assert image.shape == (700, 700, 3)
    assert (image[[0, -1]] == 255).all()
    assert (image[:, [0, -1]] == 255).all()


def test_to_png_looks_like_the_image_and_repeats_its_bytes():
    image = matrix([[5, 1], [2, 7]])
    png = to_png(image)
    decoded = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    assert np.abs(decoded - image).max() < 32
    assert np.abs(decoded - image).mean() < 0.5
    assert (decoded[0] == 255).all()
    assert to_png(image) == png
    assert len(png) < 30_000


def test_the_largest_confusions_of_a_large_matrix_stand_below_it():
    names = [f"B-TYPE{number}" for number in range(30)]
    right = np.diag(np.full(30, 50))
    confused = right.copy()
    confused[3, 7] = 40
    below = [matrix(counts, names)[700:] for counts in (right, confused)]
    letters = [(image < 128).all(axis=-1).any(axis=1).sum() for image in below]
    assert letters[1] > letters[0] + 5, "one more line"
