"""How a tagger is trained: a frozen dataclass of settings."""

from dataclasses import dataclass

from ner.errors import InputError
from ner.settings import check_settings, path_list, setting

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
SCHEDULES = ("constant", "linear", "cosine")
CLASS_WEIGHTINGS = ("none", "inverse_sqrt", "effective_number")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the tagger is trained. A step is one optimizer update."""

    epochs: int = setting(20, "Number of passes over the training split.", low=1, group="data", changeable=True)
    batch_size: int = setting(64, "Sentences per batch, over all devices.", low=1, group="data")
    max_batch_characters: int = setting(
        0, "Characters per batch, padding included; replaces --batch_size. 0 disables.", low=0, group="data"
    )
    train_share: float = setting(
        1.0,
        "Share of the training sentences to train on, a random one that --seed chooses; with one seed, larger shares "
        "contain smaller ones. Characters and class weights stay those of the whole split.",
        above=0,
        high=1,
        group="data",
    )
    folds: int = setting(
        0,
        "Divide the training sentences into this many random folds, and leave one out; 0 disables.",
        low=0,
        group="data",
    )
    fold: int = setting(0, "The fold to leave out, from 0.", low=0, group="data")

    learning_rate: float = setting(2e-3, "Peak learning rate of Adam.", above=0, group="optimization", changeable=True)
    schedule: str = setting(
        "cosine",
        "How the learning rate decays after warm-up.",
        choices=SCHEDULES,
        group="optimization",
        changeable=True,
    )
    warmup_steps: int = setting(100, "Steps of linear warm-up.", low=0, group="optimization", changeable=True)
    weight_decay: float = setting(
        0.0,
        "Decoupled weight decay (AdamW) of all weights except biases; 0 disables.",
        low=0,
        group="optimization",
        changeable=True,
    )
    clip_norm: float = setting(
        1.0, "Clip the global gradient norm to this; 0 disables.", low=0, group="optimization", changeable=True
    )
    accumulate_steps: int = setting(
        1, "Batches whose gradients are accumulated for one update.", low=1, group="optimization"
    )
    ema_decay: float = setting(
        0.0,
        "Decay of an exponential moving average of the weights, such as 0.999; the average is what is validated and "
        "saved as best. 0 disables.",
        low=0,
        below=1,
        group="optimization",
    )

    class_weighting: str = setting(
        "none",
        "Weight each character's loss by the frequency of its label: rare labels weigh more. With --head=crf only the "
        "characters' share of the loss (--char_loss_weight).",
        choices=CLASS_WEIGHTINGS,
        group="class imbalance",
        changeable=True,
    )
    logit_adjustment: float = setting(
        0.0,
        "Share of the class weights that is removed from the logits at validation and in saved weights; 1 is all.",
        low=0,
        high=1,
        group="class imbalance",
        changeable=True,
    )
    focal_gamma: float = setting(
        0.0,
        "Gamma of the focal loss of characters, such as 2; 0 disables. With --head=crf only their share of the loss "
        "(--char_loss_weight).",
        low=0,
        group="class imbalance",
        changeable=True,
    )
    oversample: float = setting(
        0.0,
        "Repeat sentences whose entity types occur in less than this share of sentences; 0 disables.",
        low=0,
        high=1,
        group="class imbalance",
    )

    uppercase: float = setting(
        0.0, "Share of training sentences that are upper-cased.", low=0, high=1, group="augmentation", changeable=True
    )
    lowercase: float = setting(
        0.0, "Share of training sentences that are lower-cased.", low=0, high=1, group="augmentation", changeable=True
    )

    tune_type_biases: bool = setting(
        False,
        "At each validation, choose how much is added to the scores of each entity type, such that entity F1 is "
        "highest, and save that with the best weights: finds more entities where they are rare, and types as often as "
        "they are in validation.",
        group="class imbalance",
        changeable=True,
    )
    tune_document_weight: bool = setting(
        False,
        "At each validation, choose how much the label of a word depends on what is found for the same word in other "
        "sentences of its document, such that entity F1 is highest, and save that with the best weights.",
        group="validation",
        changeable=True,
    )

    init_from: str = setting(
        "",
        "Begin with the weights of another run instead of random ones: its work folder (the best weights) or a "
        "checkpoint in it. Characters and labels are matched by name; what is new stays random. A resumed run uses "
        "its own checkpoint instead.",
        group="initial weights",
        path=True,
    )

    teacher: str = setting(
        "",
        "Learn from other runs too: work folders, comma-separated, trained on the same records, whose best models "
        "predict together. --distillation says how much.",
        group="distillation",
    )
    distillation: float = setting(
        0.5,
        "With --teacher: share of the loss that is the cross-entropy to the teachers' probabilities; the rest is that "
        "to the labels.",
        low=0,
        high=1,
        group="distillation",
        changeable=True,
    )

    precision: str = setting("float32", "Keras dtype policy.", choices=PRECISIONS, group="computation")
    deterministic: bool = setting(
        False, "Use deterministic operations only; slower on GPUs.", group="computation", changeable=True
    )
    steps_per_call: int = setting(
        1,
        "Updates that one call of the graph makes, so that a GPU waits less for Python between small steps. Logs, "
        "validations and checkpoints come at the same steps as with 1; a stop signal waits for the end of a call.",
        low=1,
        group="computation",
        changeable=True,
    )
    seed: int = setting(0, "Random seed of initial weights, data order and dropout.", low=0, group="computation")

    validate_every: int = setting(
        0, "Steps between validations; 0 validates after each epoch.", low=0, group="validation", changeable=True
    )
    best_metric: str = setting(
        "entity/micro_f1",
        "Validation metric, by its TensorBoard tag, that selects the best weights: the highest, or the lowest loss.",
        group="validation",
    )
    train_sample: int = setting(
        0,
        "Sentences of the training split, always the same, that each validation scores too: overfitting is where "
        "their curves leave those of validation. 0 disables.",
        low=0,
        group="validation",
        changeable=True,
    )
    kept_sentences: int = setting(
        20,
        "Sentences of each cell of the confusion matrices that a validation keeps for TensorBoard's NER tab: half the "
        "most confident errors, half random ones. ner.evaluate keeps all with an error.",
        low=2,
        group="validation",
        changeable=True,
    )
    patience: int = setting(
        0,
        "Early stopping: validations without an improvement of --best_metric before training stops; 0 disables.",
        low=0,
        group="validation",
        changeable=True,
    )

    checkpoint_every: int = setting(
        500,
        "Steps between checkpoints; each validation saves one too.",
        low=1,
        group="checkpoints and logs",
        changeable=True,
    )
    keep_checkpoints: int = setting(
        2, "Number of recent checkpoints to keep beside the best.", low=1, group="checkpoints and logs", changeable=True
    )
    log_every: int = setting(
        50, "Steps between logs of loss and speed.", low=1, group="checkpoints and logs", changeable=True
    )

    @property
    def teachers(self) -> tuple[str, ...]:
        """The work folders of `teacher` one by one."""
        return path_list([self.teacher])

    def __post_init__(self) -> None:
        check_settings(self)
        if self.uppercase + self.lowercase > 1:
            raise InputError(
                f"--uppercase={self.uppercase} and --lowercase={self.lowercase} are shares of all sentences: together "
                "at most 1"
            )
        if self.folds == 1 or self.fold >= max(self.folds, 1):
            raise InputError(
                f"--folds={self.folds} and --fold={self.fold}: expected 2 folds or more, and a fold from 0 to folds - 1"
            )
        if self.logit_adjustment and self.teacher:
            raise InputError(
                "--logit_adjustment removes class weights that are in the whole loss, and with --teacher they are in "
                "a part of it: leave one out"
            )
        if self.oversample and (self.train_share < 1 or self.folds):
            raise InputError(
                "--oversample counts the sentences of the whole training split: leave --train_share and --folds out"
            )
