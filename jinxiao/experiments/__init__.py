"""Many runs: paired draws, uplift, sensitivity, and the store that keeps finished runs."""
