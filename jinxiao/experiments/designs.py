"""Which draws an ensemble takes: of the parameters, over their priors, and of the seed, several for each if wanted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from jinxiao.experiments.runs import Draw, make_draw, model_seed, split_values

INDEPENDENT, SOBOL, ANTITHETIC = "independent", "sobol", "antithetic"
SAMPLINGS = (INDEPENDENT, SOBOL, ANTITHETIC)
"""Ways of drawing parameters: each on its own; scrambled Sobol points; pairs of mirrored points."""
_SOBOL, _ANTITHETIC = 0x50B, 0xA47


def draws_of(
    parameters: Any, seed: int, draws: int, *, seeds_per_draw: int = 1, sampling: str = INDEPENDENT
) -> list[Draw]:
    """Return the draws of an ensemble, replicates of a draw one after another.

    More draws begin with the fewer ones, so that an ensemble can be made longer.

    Parameters
    ----------
    parameters : ParameterSet
        Everything uncertain, with priors.
    seed : int
        From which all draws follow.
    draws : int
        Of the parameters.
    seeds_per_draw : int
        Economies at the same parameters with other random numbers: a nested design, by which the variance that is due to
        parameters and that due to random numbers are told apart.
    sampling : {'independent', 'sobol', 'antithetic'}
        ``sobol``: scrambled Sobol points (Owen 1998), evenly spread over every prior; the error of a mean then falls faster than
        with the root of the number of draws. ``antithetic``: draws 2k and 2k+1 mirror each other in the quantiles of all priors,
        so that what depends linearly on them cancels.
    """
    if sampling == INDEPENDENT:
        chosen = [make_draw(parameters, seed, d) for d in range(draws)]
    else:
        points = _points(sampling, len(parameters.uncertain), seed, draws)
        chosen = [
            split_values(parameters, parameters.at(point), d, model_seed(seed, d))
            for d, point in enumerate(points)
        ]
    return [
        Draw(one.number, one.parameters, one.levers, model_seed(seed, one.number, r), r)
        for one in chosen
        for r in range(seeds_per_draw)
    ]


def _points(sampling: str, size: int, seed: int, draws: int) -> Sequence[np.ndarray]:
    """Return points of the unit cube, shape (draws, size)."""
    if sampling == SOBOL:
        from scipy.stats import qmc  # takes a second to import

        sequence = qmc.Sobol(size, scramble=True, seed=np.random.default_rng([seed, _SOBOL]))
        # balanced in powers of two; the first of more points are the fewer ones
        points = sequence.random_base2(max(draws - 1, 0).bit_length())[:draws]
        return list(np.clip(points, 1e-12, 1.0 - 1e-12))
    halves = [
        np.random.default_rng([seed, pair, _ANTITHETIC]).random(size) for pair in range((draws + 1) // 2)
    ]
    return [point for half in halves for point in (half, 1.0 - half)][:draws]
