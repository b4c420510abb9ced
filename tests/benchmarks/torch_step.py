"""The same training step in PyTorch, whose LSTM is cuDNN's on a GPU."""

import importlib.util
from collections.abc import Callable

from ner.config import ModelConfig

AVAILABLE = importlib.util.find_spec("torch") is not None
_AUTOCAST = {"mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}


def can_represent(config: ModelConfig) -> bool:
    """Whether the model is what `make_step` makes: one network of an embedding, LSTM layers and a score a label."""
    return (config.encoder, config.head, config.members) == ("lstm", "softmax", 1)


def make_step(
    config: ModelConfig, num_chars: int, outputs: int, precision: str, clip_norm: float = 0.0
) -> Callable[[object, object], object]:
    """A function of a batch, arrays int32 [B, T] of characters and labels (-1 pads), that updates and returns the loss.

    It is on the first GPU, or else on the CPU, and does not wait for it: the loss is a tensor there. A backward layer
    reads the padding first: the work is the same.
    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    embedding = torch.nn.Embedding(num_chars, config.embedding_size)
    lstm = torch.nn.LSTM(
        config.embedding_size,
        config.lstm_units,
        config.lstm_layers,
        batch_first=True,
        dropout=config.dropout if config.lstm_layers > 1 else 0.0,
        bidirectional=config.bidirectional,
    )
    head = torch.nn.Linear(config.lstm_units * (1 + config.bidirectional), outputs)
    dropout = torch.nn.Dropout(config.dropout)
    model = torch.nn.ModuleList([embedding, lstm, head]).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler(device, enabled=precision == "mixed_float16")
    low = getattr(torch, _AUTOCAST.get(precision, "float32"))

    def step(char_ids: object, labels: object) -> object:
        ids, gold = (torch.as_tensor(values, device=device).long() for values in (char_ids, labels))
        with torch.autocast(device, dtype=low, enabled=precision in _AUTOCAST):
            hidden, _ = lstm(dropout(embedding(ids)))
            scores = head(dropout(hidden))
        loss = torch.nn.functional.cross_entropy(scores.float().flatten(0, 1), gold.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        if clip_norm:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        scaler.step(optimizer)
        scaler.update()
        return loss.detach()

    return step
