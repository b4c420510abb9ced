"""What is written for TensorBoard, and the NER tab."""
