"""What several workers of one run need: replicas, agreement on when to stop, failures of a worker."""
