"""A trained network written as ONNX, from its weights: https://onnx.ai/onnx/operators.

An encoder is a file here that mirrors the one in `ner.model.encoders`, and a line in `ner.onnx_model.network`.
"""
