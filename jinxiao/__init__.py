"""jinxiao: agent-based simulation of consumption policy."""
