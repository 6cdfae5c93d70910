"""The functions of Apply Math Operation on float64 arrays. What has no finite result becomes missing.

Definitions follow the reference of the classic designer; special functions are those of scipy.special.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special

from mlops.blocks.formulas import FORMULAS

Numbers = npt.NDArray[Any]


def calculated(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column. `state`: the formula's `name`, and the second argument's `constant` unless it is a second column.

    A gap in an argument gives a gap."""
    formula = FORMULAS[state["name"]]
    first = _numbers(frame.to_series(0))
    arguments = [first]
    if formula.arguments == 2:
        constant = state["constant"]
        arguments.append(_numbers(frame.to_series(1)) if constant is None else np.full_like(first, constant))
    with np.errstate(all="ignore"):
        result = np.asarray(FUNCTIONS[formula.name](*arguments))
    missing = np.isnan(arguments).any(axis=0)
    if formula.is_answer:
        return pl.DataFrame({"result": pl.Series(result.astype(bool)).set(pl.Series(missing), None)})
    result = np.where(np.isfinite(result) & ~missing, result, np.nan).astype(np.float64)
    return pl.DataFrame({"result": pl.Series(result, nan_to_null=True)})


def _numbers(values: pl.Series) -> Numbers:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _reciprocal(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers], Numbers]:
    return lambda x: 1 / function(x)


def _of_reciprocal(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers], Numbers]:
    return lambda x: function(1 / x)


def _double_factorial(x: Numbers) -> Numbers:
    whole = (x >= -1) & (x == np.floor(x)) & (x <= 300)
    return np.where(whole, special.factorial2(np.where(whole, x, 0).astype(int)), np.nan)


def _factorial(x: Numbers) -> Numbers:
    return np.where((x >= 0) & (x == np.floor(x)), special.gamma(x + 1), np.nan)


def _root(x: Numbers, n: Numbers) -> Numbers:
    """Odd roots of negative numbers are real."""
    odd = np.mod(n, 2) == 1
    return np.where((x < 0) & odd, -(np.abs(x) ** (1 / n)), np.where(x < 0, np.nan, np.abs(x)) ** (1 / n))


def _entire_exponential_integral(x: Numbers) -> Numbers:
    """Ein(x) = E1(x) + ln x + Euler's constant, continued to 0 and below (E1(x) = -Ei(-x))."""
    return np.where(x == 0, 0.0, -special.expi(-x) + np.log(np.abs(x)) + np.euler_gamma)


def _digits(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers, Numbers], Numbers]:
    return lambda x, digits: function(x * 10.0 ** np.trunc(digits)) / 10.0 ** np.trunc(digits)


def _half_away(x: Numbers) -> Numbers:
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def _sinc(x: Numbers) -> Numbers:
    """sin x / x, 1 at 0."""
    return np.sinc(x / np.pi)


def _acot(x: Numbers) -> Numbers:
    return np.pi / 2 - np.arctan(x)


_RATIOS: dict[str, Callable[[Numbers], Numbers]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sec": _reciprocal(np.cos),
    "csc": _reciprocal(np.sin),
    "cot": _reciprocal(np.tan),
}
_ANGLES: dict[str, Callable[[Numbers], Numbers]] = {
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asec": _of_reciprocal(np.arccos),
    "acsc": _of_reciprocal(np.arcsin),
    "acot": _acot,
}


def _of_degrees(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers], Numbers]:
    return lambda x: function(np.deg2rad(x))


def _to_degrees(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers], Numbers]:
    return lambda x: np.rad2deg(function(x))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "arg": lambda x: np.where(x < 0, np.pi, 0.0),
    "conjugate": lambda x: x,
    "cube_root": np.cbrt,
    "double_factorial": _double_factorial,
    "eps": np.spacing,
    "exp": np.exp,
    "exp2": np.exp2,
    "exp_minus1": np.expm1,
    "factorial": _factorial,
    "imaginary_part": np.zeros_like,
    "ln": np.log,
    "ln_plus1": np.log1p,
    "log10": np.log10,
    "log2": np.log2,
    "real_part": lambda x: x,
    "sqrt": np.sqrt,
    "sqrt_pi": lambda x: np.sqrt(x * np.pi),
    "square": np.square,
    "atan2": np.arctan2,
    "hypotenuse": np.hypot,
    "log": lambda x, base: np.log(x) / np.log(base),
    "nth_root": _root,
    "pow": np.power,
    "pair_max": np.maximum,
    "pair_min": np.minimum,
    "equal_to": np.equal,
    "greater_than": np.greater,
    "greater_than_or_equal_to": np.greater_equal,
    "less_than": np.less,
    "less_than_or_equal_to": np.less_equal,
    "not_equal_to": np.not_equal,
    "add": np.add,
    "divide": np.divide,
    "multiply": np.multiply,
    "subtract": np.subtract,
    "ceiling": np.ceil,
    "ceiling_power2": lambda x: np.exp2(np.ceil(np.log2(x))),
    "floor": np.floor,
    "to_even": lambda x: 2 * _half_away(x / 2),
    "to_odd": lambda x: 2 * _half_away((x - 1) / 2) + 1,
    "truncate": np.trunc,
    "mod": np.mod,
    "quotient": lambda x, y: np.trunc(x / y),
    "remainder": np.fmod,
    "round_digits": _digits(_half_away),
    "round_down": _digits(np.floor),
    "round_up": _digits(np.ceil),
    "elliptic_integral_e": special.ellipe,
    "elliptic_integral_k": special.ellipk,
    "erf": special.erf,
    "erf_inverse": special.erfinv,
    "erfc": special.erfc,
    "erf_scaled": special.erfcx,
    "exponential_integral_ein": _entire_exponential_integral,
    "gamma": special.gamma,
    "gamma_ln": special.gammaln,
    "beta": special.beta,
    "gamma_regularized_p": special.gammainc,
    "gamma_regularized_p_inverse": special.gammaincinv,
    "gamma_regularized_q": special.gammaincc,
    "gamma_regularized_q_inverse": special.gammainccinv,
    "poly_gamma": lambda x, n: special.polygamma(np.where(np.isnan(n), 0, n).astype(int), x),
    "acosh": np.arccosh,
    "acoth": _of_reciprocal(np.arctanh),
    "acsch": _of_reciprocal(np.arcsinh),
    "asech": _of_reciprocal(np.arccosh),
    "asinh": np.arcsinh,
    "atanh": np.arctanh,
    "cis": np.cos,
    "cosh": np.cosh,
    "coth": _reciprocal(np.tanh),
    "csch": _reciprocal(np.sinh),
    "degrees_to_radians": np.deg2rad,
    "radians_to_degrees": np.rad2deg,
    "sech": _reciprocal(np.cosh),
    "sign": np.sign,
    "sinc": _sinc,
    "sinh": np.sinh,
    "tanh": np.tanh,
    **_RATIOS,
    **_ANGLES,
    **{f"{name}_degree": _of_degrees(function) for name, function in _RATIOS.items()},
    **{f"{name}_degree": _to_degrees(function) for name, function in _ANGLES.items()},
}
