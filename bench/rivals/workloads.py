"""The workloads that every peer trains: their data, first weights, timing and the line of JSON at the end.

Data and first weights come from a counter hash, so every program has the same bits and no file is read. A peer calls
`begin` before it imports anything heavy, and hands the functions that train to `measure` or `sweep`.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
MODELS = 200


@dataclass(frozen=True)
class Workload:
    """Layers are all `relu` but the last: `sigmoid`, `softmax` or `linear`, as the loss wants."""

    rows: int
    features: int
    layers: tuple
    loss: str
    batch: int
    epochs: int
    optimizer: str = "adam"
    rate: float = 1e-3
    norm: bool = False
    shuffle: bool = True

    @property
    def sizes(self):
        return [self.features, *self.layers]

    @property
    def steps(self):
        """Steps of one epoch, a short last batch counted."""
        return -(-self.rows // self.batch)


BINARY, CLASSES, SQUARES = "binary_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error"
WORKLOADS = {
    "tiny": Workload(768, 8, (16, 8, 1), BINARY, 32, 50),
    "sgd1": Workload(768, 8, (16, 8, 1), BINARY, 1, 10, "sgd", 1e-2),
    "small": Workload(20_000, 30, (64, 64, 1), BINARY, 32, 5),
    "small-bn": Workload(20_000, 30, (64, 64, 1), BINARY, 32, 5, norm=True),
    "medium": Workload(60_000, 784, (256, 128, 10), CLASSES, 128, 1),
    "wide": Workload(25_600, 128, (1024, 1024, 1024, 1), SQUARES, 256, 1),
    "fullbatch": Workload(20_000, 30, (64, 64, 1), BINARY, 20_000, 20),
    "sweep": Workload(768, 8, (16, 8, 1), BINARY, 32, 20),
    "cold": Workload(768, 8, (16, 8, 1), BINARY, 32, 50),
}
FULL_WIDE = Workload(100_000, 128, (1024, 1024, 1024, 1), SQUARES, 256, 1)


@dataclass
class Job:
    """What to run, from the arguments."""

    peer: str
    name: str
    workload: Workload
    threads: int
    budget: float
    part: tuple
    #: Seconds that `data` took: not part of the start-up.
    data_s: float = 0.0

    def data(self):
        """The table: x (rows, features) float32; y int32 class numbers, or float32 targets."""
        began = time.perf_counter()
        x, y = table(self.workload)
        self.data_s += time.perf_counter() - began
        return x, y

    def skip(self, why):
        """Says that this peer cannot do the workload, and ends the process."""
        print(json.dumps({"peer": self.peer, "workload": self.name, "skipped": why}))
        sys.exit()

    def models(self):
        """The models of the sweep that this process trains, in an order whose every beginning is a fair sample."""
        index, count = self.part
        return [(place * 83 + 100) % MODELS for place in range(MODELS)][index::count]


def begin(peer):
    """Reads the arguments and sets threads and pinning; call it before the imports that start threads."""
    global np
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--budget", type=float, default=2.0, help="seconds of measuring after the first repeat")
    parser.add_argument("--full", action="store_true", help="all 100,000 rows of `wide`")
    parser.add_argument("--in-order", action="store_true", help="no shuffling: all peers reach the same loss")
    parser.add_argument("--part", default="0/1", help=argparse.SUPPRESS)
    options = parser.parse_args()
    index, count = map(int, options.part.split("/"))
    if options.threads == 1:
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[-1 - index % len(allowed)]})
    threads = str(options.threads)
    for name in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
        os.environ[name + "_THREADS"] = threads
    os.environ["NPROC"] = threads
    if options.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

    import numpy as np

    workload = FULL_WIDE if options.full and options.workload == "wide" else WORKLOADS[options.workload]
    workload = replace(workload, shuffle=workload.batch < workload.rows and not options.in_order)
    job = Job(peer, options.workload, workload, options.threads, options.budget, (index, count))
    if job.name == "sweep" and job.threads > 1:
        side_by_side(job)
    return job


def hashed(seed, stream, start, stop):
    """u(seed, stream, i) in [0, 1) for i from start to stop, in float64."""
    with np.errstate(over="ignore"):
        z = np.arange(start + 1, stop + 1, dtype=np.uint64)
        z *= np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64((seed * 0xD1342543DE82EF95 + stream * 0xA0761D6478BD642F) % 2**64)
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)) * 2.0**-24


def table(w):
    """Features, and targets from a quadratic teacher."""
    outputs = w.layers[-1] if w.loss == CLASSES else 2
    teacher = (2 * hashed(1, 2, 0, w.features * outputs) - 1) * np.sqrt(3 / w.features)
    teacher = teacher.reshape(w.features, outputs)
    x = np.empty((w.rows, w.features), np.float32)
    y = np.empty(w.rows, np.int32 if w.loss == CLASSES else np.float32)
    block = max(1, 2**20 // w.features)
    for row in range(0, w.rows, block):
        rows = slice(row, min(row + block, w.rows))
        values = (2 * hashed(1, 1, rows.start * w.features, rows.stop * w.features) - 1) * np.sqrt(3)
        x[rows] = values.reshape(-1, w.features)
        z = x[rows].astype(np.float64) @ teacher
        t = z[:, 0] + z[:, 1] ** 2 / 2 - 0.5
        if w.loss == CLASSES:
            y[rows] = z.argmax(axis=1)
        elif w.loss == SQUARES:
            y[rows] = t
        else:
            y[rows] = hashed(1, 3, rows.start, rows.stop) < 1 / (1 + np.exp(-3 * t))
    return x, y


def kernels(w, seed=1):
    """The first kernels, (in, out) float32 each; biases start at zero."""
    pairs = zip(w.sizes, w.sizes[1:])
    return [
        ((2 * hashed(seed, 100 + layer, 0, i * o) - 1) * np.sqrt(6 / (i + o))).astype(np.float32).reshape(i, o)
        for layer, (i, o) in enumerate(pairs)
    ]


def rate(model):
    """The learning rate of a model of the sweep."""
    return 10 ** (-4 + 2 * model / (MODELS - 1))


def since_start():
    """Seconds since this process was started."""
    stat = pathlib.Path("/proc/self/stat").read_text()
    ticks = int(stat.rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def peak_rss_mb():
    """The largest resident size of this program; `getrusage` would count what ran before it in the process, too."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def line(job, version, startup, first, walls, cpus, **fields):
    """Prints the result; `walls` and `cpus` are seconds of the repeats that count."""
    steps = job.workload.steps * job.workload.epochs
    wall = statistics.median(walls)
    result = {
        "peer": job.peer,
        "workload": job.name,
        "threads": job.threads,
        "version": version,
        "epochs": job.workload.epochs,
        "steps": steps,
        "repeats": len(walls),
        "us_per_step": wall / steps * 1e6,
        "us_per_step_min": min(walls) / steps * 1e6,
        "cpu_us_per_step": statistics.median(cpus) / steps * 1e6,
        "samples_per_s": job.workload.rows * job.workload.epochs / wall,
        **fields,
        "startup_s": startup + max(0.0, first - wall),
        "total_wall_s": since_start(),
        "peak_rss_mb": peak_rss_mb(),
    }
    print(json.dumps({k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in result.items()}))


def clocked(run):
    """Seconds on the wall and of the processor for one call, and what it returned."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def measure(job, version, repeat, final_loss):
    """Times `repeat()`, which starts anew from the first weights and gives the mean loss of its last epoch."""
    startup = since_start() - job.data_s
    first, cpu, last = clocked(repeat)
    walls, cpus = [], []
    while job.name != "cold" and (not walls or sum(walls) + walls[-1] / 2 < job.budget):
        wall, cpu, last = clocked(repeat)
        walls.append(wall)
        cpus.append(cpu)
    losses = {"final_loss": float(final_loss()), "last_epoch_loss": float(last)}
    line(job, version, startup, first, walls or [first], cpus or [cpu], **losses)


def sweep(job, version, train, together=1):
    """Times `train(models)`, which trains `together` models and gives the final loss of each.

    The first call, with its tracing and compiling, counts as start-up. Models that the budget has no time for are
    extrapolated.
    """
    models = job.models()
    groups = [models[at : at + together] for at in range(0, len(models), together)]
    startup = since_start() - job.data_s
    first, _, losses = clocked(lambda: train(groups[0]))
    walls, cpus, finals = [], [], {}
    finals.update(zip(groups[0], losses))
    spent = wall = 0.0
    while not walls or spent + wall / 2 < job.budget:
        group = groups[(len(walls) + 1) % len(groups)]
        wall, cpu, losses = clocked(lambda: train(group))
        spent += wall
        walls.append(wall / len(group))
        cpus.append(cpu / len(group))
        finals.update(zip(group, losses))
    each = statistics.median(walls)
    line(
        job,
        version,
        startup,
        first / together,
        walls,
        cpus,
        models=len(finals),
        models_per_min=60 / each,
        sweep_s=MODELS * each,
        final_loss=float(np.mean(list(finals.values()))),
        last_epoch_loss=None,
    )


def side_by_side(job):
    """The sweep in several processes of one thread each, every one with its share of the models."""
    command = [sys.executable, sys.argv[0], "sweep", "--threads", "1", "--budget", str(job.budget)]
    parts = [[*command, "--part", f"{index}/{job.threads}"] for index in range(job.threads)]
    running = [subprocess.Popen(part, stdout=subprocess.PIPE, text=True) for part in parts]
    lines = [json.loads(process.communicate()[0].strip().splitlines()[-1]) for process in running]
    result = dict(lines[0])
    if "skipped" not in result:
        result["threads"] = job.threads
        for name in ("models", "models_per_min", "samples_per_s", "peak_rss_mb"):
            result[name] = sum(each[name] for each in lines)
        for name in ("us_per_step", "us_per_step_min", "cpu_us_per_step", "final_loss"):
            result[name] = sum(each[name] for each in lines) / len(lines)
        result["sweep_s"] = MODELS * 60 / result["models_per_min"]
        result["startup_s"] = max(each["startup_s"] for each in lines)
        result["total_wall_s"] = since_start()
    print(json.dumps(result))
    sys.exit()
