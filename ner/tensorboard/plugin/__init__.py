"""TensorBoard as this project starts it."""
