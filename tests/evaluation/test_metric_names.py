import pytest

from ner.errors import InputError
from ner.evaluation.metrics import metric_names
from ner.text.labels import Labels

LABELS = Labels(("O", "B-PER", "I-PER"))


@pytest.mark.parametrize("tag", ["loss", "entity/micro_f1", "entity/f1/PER", "character/recall/I-PER", "word/accuracy"])
def test_a_score_may_choose_the_best_weights(tag):
    metric_names.check_metric(tag, LABELS)


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("micro_f1", "entity/micro_f1"),
        ("entity/f1/LOC", "entity/f1/PER"),
        ("entity/support/PER", "entity/"),
        ("f1", "f1/"),
        ("", ""),
    ],
)
def test_an_unknown_metric_is_answered_with_the_nearest_three(tag, nearest):
    with pytest.raises(InputError, match=f"--best_metric is '{tag}': no such metric; the nearest are ") as caught:
        metric_names.check_metric(tag, LABELS)
    names = str(caught.value).split("nearest are ")[1].split(", ")
    assert len(names) == 3
    assert any(nearest in name for name in names)


def test_a_lower_loss_is_better_and_a_higher_score():
    assert metric_names.is_better("loss", 0.1, 0.2)
    assert not metric_names.is_better("loss", 0.2, 0.2)
    assert metric_names.is_better("entity/micro_f1", 0.2, 0.1)
    assert not metric_names.is_better("entity/micro_f1", 0.1, 0.2)
