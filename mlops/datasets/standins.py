"""Made-up data in the place of sets that may not be passed on: the same shape, about as hard, always the same rows.

`python -m mlops.datasets.standins FOLDER` writes those that are shipped as files; the large ones are made when
they are imported. Loads NumPy and Polars: for child processes only.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

CRM_ROWS, CRM_NUMBERS, CRM_TEXTS = 50_000, 190, 40
COMPANIES, DINERS, RESTAURANTS, RATINGS = 466, 138, 130, 1_161
PICTURES, SIDE = 30, 48

SECTORS: dict[str, str] = {
    "Information Technology": "software cloud servers chips code platform network data computing devices semiconductor "
    "developers digital internet processors storage security licences",
    "Financials": "bank loans insurance deposits credit capital assets mortgage lending investors brokerage premium "
    "underwriting wealth funds branches interest",
    "Health Care": "hospital patients drugs clinical therapy medical devices vaccine treatment pharmacy biotechnology "
    "diagnostics surgical doctors disease trials",
    "Energy": "oil gas drilling wells pipeline refinery barrels exploration reserves offshore crude petroleum rigs "
    "basin natural fields",
    "Consumer Discretionary": "stores fashion hotels cars restaurants retail brands apparel leisure customers toys "
    "homes travel shopping luxury outlets",
    "Consumer Staples": "food beverages household tobacco groceries snacks packaged soap cereal supermarkets drinks "
    "brands dairy cosmetics meals",
    "Industrials": "aerospace machinery aircraft rail engines construction defence freight equipment logistics tools "
    "manufacturing airlines trucks engineering",
    "Materials": "chemicals steel mining paper packaging fertiliser copper gold minerals coatings plastics metals "
    "glass aggregates resins",
    "Utilities": "electricity power plants grid nuclear water customers transmission turbines utility wind solar "
    "regulated generation megawatts",
    "Communication Services": "television wireless telephone broadcasting advertising media films subscribers "
    "publishing cable spectrum entertainment channels content",
}
COMMON = (
    "company founded headquartered employees revenue acquired announced market shares year products services business "
    "operations president chairman history subsidiary international growth listed exchange states offices division "
    "board annual largest million billion merged name became first new under its with and the of in for was by from"
)


def crm_features() -> pl.DataFrame:
    """[50,000, 230]: 190 numbers, most of them often missing, and 40 texts of up to 60 values."""
    draw = np.random.default_rng(2009)
    hidden = _hidden(draw)
    columns: list[pl.Series] = []
    for place in range(CRM_NUMBERS):
        values = draw.gamma(1.5, 10.0, CRM_ROWS) * 7
        if place % 8 == 3:
            values += hidden[:, (place // 8) % hidden.shape[1]] * 30
        share = draw.choice([0.0, 0.1, 0.5, 0.9, 0.97], p=[0.2, 0.15, 0.15, 0.2, 0.3]) * (0.5 if place % 8 == 3 else 1)
        gaps = draw.random(CRM_ROWS) < share
        columns.append(pl.Series(f"Var{place + 1}", values.round(0 if place % 3 else 2)).set(pl.Series(gaps), None))
    for place in range(CRM_TEXTS):
        count = int(draw.integers(2, 60))
        names = np.array([f"{chr(97 + place % 26)}{code:04x}" for code in draw.integers(0, 65_536, count)])
        lean = hidden[:, place % hidden.shape[1]] * (2.0 if place % 5 == 0 else 0.0)
        picked = (np.abs(draw.exponential(count / 5, CRM_ROWS) + lean)).astype(int).clip(0, count - 1)
        gaps = draw.random(CRM_ROWS) < (0.0 if place % 4 else 0.3)
        columns.append(pl.Series(f"Var{CRM_NUMBERS + place + 1}", names[picked]).set(pl.Series(gaps), None))
    return pl.DataFrame(columns)


def crm_churn() -> pl.DataFrame:
    """[50,000, 1]: 1 for the 7 % who left, else -1, in the rows of `crm_features`."""
    draw = np.random.default_rng(2009)
    hidden = _hidden(draw)
    score = hidden @ np.array([0.9, -0.8, 0.7, 0.6, -0.5, 0.4]) + draw.normal(0, 1.6, CRM_ROWS)
    return pl.DataFrame({"churn": np.where(score > np.quantile(score, 0.927), 1, -1)})


def companies() -> pl.DataFrame:
    """[466, 3]: Title, Category (ten sectors) and a text about the company, in which sectors share many words."""
    draw = np.random.default_rng(500)
    sectors, common = list(SECTORS), COMMON.split()
    rows = []
    for number in range(COMPANIES):
        sector = sectors[int(draw.integers(len(sectors)))]
        other = sectors[int(draw.integers(len(sectors)))]
        words = [_word(draw, sector, other, common) for _place in range(int(draw.integers(60, 160)))]
        title = f"{_syllables(draw).title()} {draw.choice(['Corp.', 'Inc.', 'Group', 'Holdings'])}"
        rows.append({"Title": title, "Category": sector, "Text": _sentences(draw, title, words)})
        assert number < COMPANIES
    return pl.DataFrame(rows)


def diners() -> pl.DataFrame:
    """[138, 6]: who rated restaurants."""
    draw = np.random.default_rng(101)
    return pl.DataFrame(
        {
            "userID": [f"U{1001 + number}" for number in range(DINERS)],
            "smoker": draw.random(DINERS) < 0.2,
            "drink_level": draw.choice(["abstemious", "casual drinker", "social drinker"], DINERS),
            "transport": draw.choice(["on foot", "public", "car owner"], DINERS),
            "budget": draw.choice(["low", "medium", "high"], DINERS, p=[0.3, 0.6, 0.1]),
            "age": draw.integers(18, 70, DINERS),
        }
    )


def restaurants() -> pl.DataFrame:
    """[130, 5]: what was rated."""
    draw = np.random.default_rng(102)
    return pl.DataFrame(
        {
            "placeID": [132_560 + 7 * number for number in range(RESTAURANTS)],
            "alcohol": draw.choice(["none", "wine and beer", "full bar"], RESTAURANTS, p=[0.6, 0.25, 0.15]),
            "smoking_area": draw.choice(["none", "section", "permitted"], RESTAURANTS),
            "price": draw.choice(["low", "medium", "high"], RESTAURANTS, p=[0.35, 0.45, 0.2]),
            "parking": draw.random(RESTAURANTS) < 0.5,
        }
    )


def ratings() -> pl.DataFrame:
    """[1,161, 3]: userID, placeID, rating 0 to 2; tastes of people and places have three dimensions."""
    draw = np.random.default_rng(103)
    taste, style = draw.normal(size=(DINERS, 3)), draw.normal(size=(RESTAURANTS, 3))
    pairs = draw.choice(DINERS * RESTAURANTS, RATINGS, replace=False)
    who, what = pairs // RESTAURANTS, pairs % RESTAURANTS
    liking = (taste[who] * style[what]).sum(axis=1) + draw.normal(0, 0.7, RATINGS)
    return pl.DataFrame(
        {
            "userID": [f"U{1001 + number}" for number in who],
            "placeID": 132_560 + 7 * what,
            "rating": np.digitize(liking, [-0.8, 0.8]),
        }
    )


def pictures() -> bytes:
    """A zip archive of 90 small pictures in three folders: drawn faces of cats and dogs, and fish."""
    draw = np.random.default_rng(64)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, face in (("cat", _cat), ("dog", _dog), ("fish", _fish)):
            for number in range(PICTURES):
                archive.writestr(zipfile.ZipInfo(f"animals/{name}/{name}-{number:02}.png"), _png(_painted(draw, face)))
    return packed.getvalue()


MADE: dict[str, Callable[[], pl.DataFrame]] = {"crm-features": crm_features, "crm-churn": crm_churn}
"""Made at the import, by the name in the sample's file."""

SHIPPED: dict[str, Callable[[], pl.DataFrame]] = {
    "companies": companies,
    "diners": diners,
    "restaurants": restaurants,
    "ratings": ratings,
}


def _hidden(draw: np.random.Generator) -> Any:
    return draw.normal(size=(CRM_ROWS, 6))


def _word(draw: np.random.Generator, sector: str, other: str, common: Sequence[str]) -> str:
    kind = draw.random()
    words = SECTORS[sector].split() if kind < 0.09 else SECTORS[other].split() if kind < 0.15 else common
    return str(words[int(draw.integers(len(words)))])


def _syllables(draw: np.random.Generator) -> str:
    count = int(draw.integers(2, 4))
    return "".join(str(draw.choice(list("bdfgklmnprstvz"))) + str(draw.choice(list("aeiou"))) for _part in range(count))


def _sentences(draw: np.random.Generator, title: str, words: list[str]) -> str:
    lines, start = [], 0
    while start < len(words):
        size = int(draw.integers(8, 18))
        lines.append(" ".join(words[start : start + size]).capitalize() + ".")
        start += size
    return f"{title} {' '.join(lines)}"


Face = Callable[[Any, Any, np.random.Generator], Any]


def _painted(draw: np.random.Generator, face: Face) -> Any:
    """[48, 48, 3] bytes: a face of random colour, place and size on a noisy ground."""
    size, turn = draw.uniform(0.75, 1.15), draw.uniform(-0.2, 0.2)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / (SIDE / 2) - 1
    x, y = (columns - draw.uniform(-0.2, 0.2)) / size, (rows - draw.uniform(-0.2, 0.2)) / size
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    ground, fur = draw.uniform(40, 140, 3), draw.uniform(130, 250, 3)
    inside = face(x, y, draw)[..., None]
    eyes = (((x - 0.22) ** 2 + (y + 0.08) ** 2 < 0.006) | ((x + 0.22) ** 2 + (y + 0.08) ** 2 < 0.006))[..., None]
    picture = np.where(inside, fur, ground)
    picture = np.where(eyes, 15.0, picture) + draw.normal(0, 10, (SIDE, SIDE, 1))
    return (picture.clip(0, 255) // 16 * 16).astype(np.uint8)


def _cat(x: Any, y: Any, draw: np.random.Generator) -> Any:
    ears = (np.abs(np.abs(x) - 0.38) < 0.28 * (y + 1.0)) & (y < -0.25) & (y > -0.95)
    return (x**2 + y**2 < 0.36) | ears


def _dog(x: Any, y: Any, draw: np.random.Generator) -> Any:
    ears = ((np.abs(x) - 0.62) / 0.2) ** 2 + ((y - 0.05) / 0.5) ** 2 < 1
    return ((x / 0.5) ** 2 + (y / 0.7) ** 2 < 1) | ears


def _fish(x: Any, y: Any, draw: np.random.Generator) -> Any:
    tail = (x > 0.5) & (x < 0.95) & (np.abs(y) < (x - 0.45) * 1.1)
    return ((x / 0.7) ** 2 + (y / 0.36) ** 2 < 1) | tail


def _png(picture: Any) -> bytes:
    height, width, _colours = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def main(folder: Path) -> None:
    for name, make in SHIPPED.items():
        make().write_parquet(folder / f"standin-{name}.parquet", compression="zstd", compression_level=19)
    (folder / "standin-animals.zip").write_bytes(pictures())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
