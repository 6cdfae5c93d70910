"""Makes rows of customers, checks them, and writes them. Put your own source here."""

import argparse
import csv
import random
from pathlib import Path

NAMES = ("months", "calls", "price", "churned")


def rows(count: int) -> list[tuple[float, ...]]:
    chance = random.Random(7)
    found = []
    for _row in range(count):
        months, calls, price = chance.randint(1, 60), chance.randint(0, 9), chance.uniform(5, 80)
        risk = 0.5 - months / 80 + calls / 12 + price / 300
        found.append((months, calls, round(price, 2), int(chance.random() < risk)))
    return found


def check(found: list[tuple[float, ...]]) -> None:
    """Stops before anything is written."""
    bad = [row for row in found if row[0] < 1 or row[1] < 0 or row[2] <= 0]
    if bad or not found:
        raise SystemExit(f"{len(bad)} of {len(found)} rows are wrong, such as {bad[:1]}.")


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--rows", type=int, default=500)
    words.add_argument("--out", type=Path, required=True)
    given = words.parse_args()
    found = rows(given.rows)
    check(found)
    given.out.mkdir(parents=True, exist_ok=True)
    with (given.out / "customers.csv").open("w", newline="") as file:
        csv.writer(file).writerows([NAMES, *found])
    print(f"{len(found)} rows")


if __name__ == "__main__":
    main()
