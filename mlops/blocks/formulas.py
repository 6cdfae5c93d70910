"""The functions of Apply Math Operation by category: names, numbers of arguments, and which answer yes or no.

The calculation itself is in `mathematics`, which loads numpy and scipy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Category = Literal["basic", "compare", "operations", "rounding", "special", "trigonometric"]
CATEGORIES: dict[Category, str] = {
    "basic": "Basic",
    "compare": "Compare",
    "operations": "Operations",
    "rounding": "Rounding",
    "special": "Special",
    "trigonometric": "Trigonometric",
}


@dataclass(frozen=True, kw_only=True)
class Formula:
    title: str
    category: Category
    arguments: int = 1
    is_answer: bool = False
    """The result is true or false."""

    @property
    def name(self) -> str:
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.title).strip("_")


def _formulas(category: Category, one: str = "", two: str = "", answers: str = "") -> list[Formula]:
    found = [Formula(title=title, category=category) for title in one.split()]
    found += [Formula(title=title, category=category, arguments=2) for title in two.split()]
    found += [Formula(title=title, category=category, arguments=2, is_answer=True) for title in answers.split()]
    return sorted(found, key=lambda formula: formula.title)


_ALL = [
    *_formulas(
        "basic",
        "Abs Arg Conjugate CubeRoot DoubleFactorial Eps Exp Exp2 ExpMinus1 Factorial ImaginaryPart Ln LnPlus1 Log10 "
        "Log2 RealPart Sqrt SqrtPi Square",
        "Atan2 Hypotenuse Log NthRoot Pow",
    ),
    *_formulas(
        "compare",
        two="PairMax PairMin",
        answers="EqualTo GreaterThan GreaterThanOrEqualTo LessThan LessThanOrEqualTo NotEqualTo",
    ),
    *_formulas("operations", two="Add Divide Multiply Subtract"),
    *_formulas(
        "rounding",
        "Ceiling CeilingPower2 Floor ToEven ToOdd Truncate",
        "Mod Quotient Remainder RoundDigits RoundDown RoundUp",
    ),
    *_formulas(
        "special",
        "EllipticIntegralE EllipticIntegralK Erf ErfInverse Erfc ErfScaled ExponentialIntegralEin Gamma GammaLn",
        "Beta GammaRegularizedP GammaRegularizedPInverse GammaRegularizedQ GammaRegularizedQInverse PolyGamma",
    ),
    *_formulas(
        "trigonometric",
        "Acos AcosDegree Acosh Acot AcotDegree Acoth Acsc AcscDegree Acsch Asec AsecDegree Asech Asin AsinDegree Asinh "
        "Atan AtanDegree Atanh Cis Cos CosDegree Cosh Cot CotDegree Coth Csc CscDegree Csch DegreesToRadians "
        "RadiansToDegrees Sec SecDegree Sech Sign Sin SinDegree Sinc Sinh Tan TanDegree Tanh",
    ),
]
FORMULAS: dict[str, Formula] = {formula.name: formula for formula in _ALL}


def of_category(category: Category) -> tuple[Formula, ...]:
    return tuple(formula for formula in _ALL if formula.category == category)
