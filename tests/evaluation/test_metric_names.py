import pytest

from ner.errors import InputError
from ner.evaluation import metric_names
from ner.text.labels import Labels

LABELS = Labels(("O", "B-PER", "I-PER"))


@pytest.mark.parametrize("tag", ["entity/micro_f1", "entity/f1/PER", "character/recall/I-PER", "word/accuracy"])
def test_a_score_may_choose_the_best_weights(tag):
    metric_names.check_metric(tag, LABELS)


@pytest.mark.parametrize("tag", ["f1", "entity/f1/LOC", "entity/support/PER", ""])
def test_what_is_no_score_is_named_with_those_there_are(tag):
    with pytest.raises(InputError, match=f"--best_metric is '{tag}', wanted one of .*entity/micro_f1"):
        metric_names.check_metric(tag, LABELS)
