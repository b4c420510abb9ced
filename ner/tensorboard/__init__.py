"""Summary writers for TensorBoard, and the NER tab."""
