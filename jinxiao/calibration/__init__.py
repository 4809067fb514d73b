"""Where numbers come from: official statistics, evidence, parameters with priors, the synthetic province, facts."""
