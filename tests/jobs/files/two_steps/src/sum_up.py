import pathlib
import sys

folder, word, total = sys.argv[1:]
rows = [line.split() for file in pathlib.Path(folder).iterdir() for line in file.read_text().splitlines()]
pathlib.Path(total).write_text(f"{sum(float(row[0]) for row in rows)} {word}")
