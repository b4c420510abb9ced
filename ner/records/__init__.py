"""TFRecord shards: what a record holds, how shards are checked, how they become batches."""
