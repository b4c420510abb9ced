"""The processes of a run: how they are found, meet and stay connected. It knows neither flags nor TensorFlow."""
