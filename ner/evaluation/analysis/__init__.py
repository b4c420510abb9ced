"""What is made of an evaluation's entities: examples, outcomes, intervals, confidences, likely annotation errors."""
