"""From text as it arrives to entities as they are shown."""
