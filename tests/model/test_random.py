"""Random draws: known answers of Philox, uniform and unrelated draws, the normal quantile."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jinxiao.model.random import (
    Draw,
    fill_uniforms,
    normal_quantile,
    philox,
    take_up_draw,
    uniform,
    uniform4,
    uniforms,
)
from jinxiao.scenarios import load_plan

AGENTS = np.arange(20_000)
ALL_ONES = np.uint32(0xFFFFFFFF)


def words(counter: list[int], key: list[int]) -> list[str]:
    return [f"{int(w):08x}" for w in philox(*(np.uint32(x) for x in counter), *(np.uint32(x) for x in key))]


# Salmon et al. (2011), Random123 kat_vectors, philox4x32 with 10 rounds
@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_answers(counter: list[int], key: list[int], answer: str) -> None:
    assert words(counter, key) == answer.split()


def test_a_draw_is_a_word_of_its_block() -> None:
    # the layout is part of the contract: results stored under a seed must come out again
    w = philox(*(np.uint32(x) for x in (17, 3 + 4096, 6, 0)), np.uint32(9), np.uint32(0))
    expected = [(float(x) + 0.5) / 2.0**32 for x in w]
    assert [uniform(9, 17, 3, 24 + k) for k in range(4)] == expected
    assert list(uniform4(9, 17, 3, 6)) == expected


def test_many_draws_are_the_single_draws() -> None:
    many = uniforms(5, AGENTS[:50], -7, Draw.TRIP)
    assert many.tolist() == [uniform(5, i, -7, int(Draw.TRIP)) for i in range(50)]


@pytest.mark.parametrize(
    "purpose", [Draw.MEDICAL, Draw.TRIP, Draw.DURABLE + 5, Draw.TAKE_UP + 30, Draw.TOURIST]
)
@pytest.mark.parametrize("month", [-12, 0, 47])
def test_draws_are_uniform(purpose: int, month: int) -> None:
    u = uniforms(1, AGENTS, month, purpose)
    assert u.min() > 0.0 and u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > 1e-4


def test_draws_do_not_depend_on_each_other() -> None:
    base = uniforms(1, AGENTS, 3, Draw.TRIP)
    others = [
        uniforms(1, AGENTS, 3, Draw.BIRTH),  # another purpose of the same block
        uniforms(1, AGENTS, 3, Draw.DURABLE),  # of another block
        uniforms(1, AGENTS, 4, Draw.TRIP),  # the next month
        uniforms(1, AGENTS, 15, Draw.TRIP),  # the same month of the next year
        uniforms(1, AGENTS + 1, 3, Draw.TRIP),  # the neighbour
        uniforms(2, AGENTS, 3, Draw.TRIP),  # another seed
        uniforms(1 + (1 << 32), AGENTS, 3, Draw.TRIP),  # a seed that differs in its upper half
    ]
    correlations = [np.corrcoef(base, other)[0, 1] for other in others]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(AGENTS.size)


def test_pairs_of_draws_fill_the_square() -> None:
    counts, *_ = np.histogram2d(
        uniforms(1, AGENTS, 3, Draw.SEPARATION_1),
        uniforms(1, AGENTS, 3, Draw.SEPARATION_2),
        bins=10,
        range=[[0, 1], [0, 1]],
    )
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


def test_purposes_do_not_share_a_draw() -> None:
    # offsets added to a purpose (classes of durables, rules, slots) must stay clear of the next purpose
    from jinxiao.model.names import N_DURABLES, N_SLOTS

    taken = {
        Draw.DURABLE: 9,
        Draw.DURABLE_MORE: N_DURABLES - 9,
        Draw.INITIAL_POWERTRAIN: 2,
        Draw.DURABLE_MODEL: N_DURABLES,
        Draw.INITIAL_AGE: N_SLOTS,
    }
    used = [int(d) + k for d in Draw for k in range(taken.get(d, 1))]
    assert len(used) == len(set(used))


@given(st.floats(1e-9, 1.0 - 1e-9))
def test_normal_quantile_is_scipys(u: float) -> None:
    assert normal_quantile(u) == pytest.approx(stats.norm.ppf(u), rel=2e-9, abs=2e-9)


@given(st.floats(1e-6, 0.5))
def test_normal_quantile_is_odd(u: float) -> None:
    assert normal_quantile(1.0 - u) == pytest.approx(-normal_quantile(u), abs=1e-8)


def test_normal_draws_have_mean_nought_and_variance_one() -> None:
    z = np.array([normal_quantile(u) for u in uniforms(1, AGENTS, 0, Draw.MEDICAL_SIZE)])
    assert abs(z.mean()) < 4.0 / np.sqrt(z.size)
    assert abs(z.var() - 1.0) < 4.0 * np.sqrt(2.0 / z.size)


def test_instruments_have_draws_of_their_own_that_others_do_not_move() -> None:
    plan = load_plan("shanxi-2025")
    keys = {i.key for i in plan.scenario(*plan.measures).policy(1).instruments}
    draws = {key: take_up_draw(key) for key in keys}
    assert len(set(draws.values())) == len(keys) > 50
    assert min(draws.values()) >= Draw.TAKE_UP > max(d for d in Draw if d != Draw.TAKE_UP) + 100
    assert take_up_draw("15.digital_2025") == draws["15.digital_2025"]


@given(
    st.integers(0, 2**40), st.integers(0, 2**31), st.lists(st.tuples(st.integers(-40, 60), st.integers(0, 9999)), max_size=40)
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_many_draws_at_once_are_those_drawn_one_by_one(
    seed: int, agent: int, asked: list[tuple[int, int]]
) -> None:
    months, blocks = np.array(asked, np.int64).reshape(-1, 2).T
    out = np.empty((4, len(asked)))
    fill_uniforms(seed, agent, months.copy(), blocks.copy(), out)
    for j, (month, block) in enumerate(asked):
        assert tuple(out[:, j]) == uniform4(seed, agent, month, block)
