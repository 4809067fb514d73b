"""Trials: published natural experiments re-enacted inside the model and measured with the estimator of the paper."""
