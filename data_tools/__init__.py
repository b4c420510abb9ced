"""Programs that turn annotated text into TFRecord shards."""
