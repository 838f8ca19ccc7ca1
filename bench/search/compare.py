#!/usr/bin/env python3
"""TPE beside random search and Optuna's TPE: bench/search/compare.py [--trials 100] [--seeds 100] [--tables FOLDER]

Builds tables of objective values with Treino itself (every config of a grid, the mean of three seeds), then lets each search
look for the best row of each table. Needs `cargo build --release`, `cd bench/search && cargo build --release`, and Optuna (bench/setup).

The figure is the regret: how far the best config found lies above the best of the table, as a share of the way from there to
the median config; mean over all seeds, with the half of its 95 % interval.
"""

import argparse
import concurrent.futures
import csv
import math
import os
import pathlib
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TREINO = ROOT / "target/release/treino"
SEARCH = HERE / "target/release/search"
GRID = {
    "learning_rate": ["1e-4", "3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "1e-1", "3e-1"],
    "batch_size": ["8", "16", "32", "64", "128", "256"],
    "hidden": ["[4]", "[8]", "[16]", "[32]", "[64]"],
    "dropout": ["0", "0.15", "0.3", "0.45"],
}
TABLES = {"pima": "diabetes", "diabetes": "progression", "penguins": "species"}
AFTER = [25, 50, 100]


def build(name, target, folder):
    """A row for each config: its places, and the mean of its values."""
    path = folder / f"{name}.csv"
    if path.exists():
        return path
    vary = [word for key, values in GRID.items() for word in ("--vary", f"{key}={','.join(values)}")]
    command = [TREINO, "study", ROOT / f"datasets/{name}.csv", "--target", target, "--epochs", "30", "--repeats", "3"]
    command += [*vary, "--confirm-top", "0", "-q", "--out", folder / "studies", "--name", name]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # 3 says undecided
    rows = folder / f"{name}-trainings.csv"
    subprocess.run([TREINO, "study", "export", folder / "studies" / name, "-o", rows], check=True, stdout=subprocess.DEVNULL)
    values = {}
    for row in csv.DictReader(rows.open()):
        value = float(row["value"]) if row["outcome"] == "value" else math.inf
        values.setdefault(tuple(row[key] for key in GRID), []).append(value)
    orders = {key: sorted({point[at] for point in values}, key=lambda text: float(text.strip("[]"))) for at, key in enumerate(GRID)}
    assert len(values) == math.prod(len(one) for one in GRID.values()), len(values)
    worst = max(value for all in values.values() for value in all if math.isfinite(value))
    with path.open("w") as out:
        print(",".join([*GRID, "value"]), file=out)
        for point, all in values.items():
            places = [orders[key].index(point[at]) for at, key in enumerate(GRID)]
            # What diverged is as bad as the worst that did not.
            print(",".join(map(str, [*places, statistics.mean(min(value, worst) for value in all)])), file=out)
    return path


def read(path):
    rows = [list(map(float, row)) for row in csv.reader(path.open().readlines()[1:])]
    return {tuple(map(int, row[:-1])): row[-1] for row in rows}


def treino(path, sampler, trials, seeds, window):
    command = [SEARCH, path, sampler, str(trials), str(seeds), str(window)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [list(map(float, line.split(","))) for line in lines]


def optuna_seed(job):
    path, trials, seed = job
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    import warnings

    warnings.simplefilter("ignore")
    table = read(path)
    sides = len(next(iter(table)))
    high = [max(point[side] for point in table) for side in range(sides)]
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
    study = optuna.create_study(sampler=sampler)
    best, found = [], math.inf
    for _ in range(trials):
        trial = study.ask()
        value = table[tuple(trial.suggest_int(f"x{side}", 0, high[side]) for side in range(sides))]
        study.tell(trial, value)
        found = min(found, value)
        best.append(found)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=max(AFTER))
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--tables", type=pathlib.Path)
    args = parser.parse_args()
    after = [n for n in AFTER if n <= args.trials]
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.tables or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        regrets = {}
        for name, target in TABLES.items():
            path = build(name, target, folder)
            table = read(path)
            low, middle = min(table.values()), statistics.median(table.values())
            with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
                optuna_best = list(pool.map(optuna_seed, [(path, args.trials, seed) for seed in range(args.seeds)]))
            searches = {
                "Treino TPE": treino(path, "tpe", args.trials, args.seeds, 1),
                "Treino TPE, 8 at once": treino(path, "tpe", args.trials, args.seeds, 8),
                "Optuna TPE": optuna_best,
                "random": treino(path, "random", args.trials, args.seeds, 1),
            }
            for search, runs in searches.items():
                for n in after:
                    regrets.setdefault((name, search), {})[n] = [(run[n - 1] - low) / (middle - low) for run in runs]
    names = list(dict.fromkeys(search for _, search in regrets))
    print("| table | search | " + " | ".join(f"{n} configs" for n in after) + " |")
    print("|---|---|" + "---|" * len(after))
    for table in [*TABLES, "all"]:
        for search in names:
            cells = []
            for n in after:
                parts = [regrets[(one, search)][n] for one in (TABLES if table == "all" else [table])]
                values = [statistics.mean(row) for row in zip(*parts)]
                half = 1.96 * statistics.stdev(values) / math.sqrt(len(values))
                cells.append(f"{statistics.mean(values):.4f} ± {half:.4f}")
            print(f"| {table} | {search} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
