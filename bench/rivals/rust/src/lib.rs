//! The workloads for the peers in Rust: the same data, first weights, timing and line of JSON as `workloads.py`.

use std::process::{Command, Stdio};
use std::time::Instant;

/// The loss, and with it the activation of the last layer: sigmoid, softmax or none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    Binary,
    Classes,
    Squares,
}

#[derive(Clone, Copy)]
pub struct Workload {
    pub rows: usize,
    pub features: usize,
    pub layers: &'static [usize],
    pub loss: Loss,
    pub batch: usize,
    pub epochs: usize,
    /// SGD in place of Adam.
    pub sgd: bool,
    pub rate: f64,
    /// BatchNormalization and Dropout after each hidden layer.
    pub norm: bool,
    /// A new order of the rows each epoch.
    pub shuffle: bool,
}

impl Workload {
    fn named(name: &str, full: bool) -> Option<Workload> {
        let tiny = Workload {
            rows: 768,
            features: 8,
            layers: &[16, 8, 1],
            loss: Loss::Binary,
            batch: 32,
            epochs: 50,
            sgd: false,
            rate: 1e-3,
            norm: false,
            shuffle: true,
        };
        let small = Workload { rows: 20_000, features: 30, layers: &[64, 64, 1], epochs: 5, ..tiny };
        Some(match name {
            "tiny" | "cold" => tiny,
            "sweep" => Workload { epochs: 20, ..tiny },
            "sgd1" => Workload { batch: 1, epochs: 10, sgd: true, rate: 1e-2, ..tiny },
            "small" => small,
            "small-bn" => Workload { norm: true, ..small },
            "fullbatch" => Workload { batch: 20_000, epochs: 20, ..small },
            "medium" => Workload {
                rows: 60_000,
                features: 784,
                layers: &[256, 128, 10],
                loss: Loss::Classes,
                batch: 128,
                epochs: 1,
                ..tiny
            },
            "wide" => Workload {
                rows: if full { 100_000 } else { 25_600 },
                features: 128,
                layers: &[1024, 1024, 1024, 1],
                loss: Loss::Squares,
                batch: 256,
                epochs: 1,
                ..tiny
            },
            _ => return None,
        })
    }

    /// Inputs and outputs of each layer.
    pub fn shapes(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let inputs = std::iter::once(self.features).chain(self.layers.iter().copied());
        inputs.zip(self.layers.iter().copied())
    }

    fn steps(&self) -> usize {
        self.epochs * self.rows.div_ceil(self.batch)
    }

    /// The table: features row-major, and targets (class numbers as floats).
    pub fn data(&self) -> (Vec<f32>, Vec<f32>) {
        let (f, k) = (self.features, if self.loss == Loss::Classes { *self.layers.last().unwrap() } else { 2 });
        let teacher: Vec<f64> = (0..f * k).map(|i| (2.0 * hashed(1, 2, i) - 1.0) * (3.0 / f as f64).sqrt()).collect();
        let x: Vec<f32> = (0..self.rows * f).map(|i| ((2.0 * hashed(1, 1, i) - 1.0) * 3f64.sqrt()) as f32).collect();
        let mut z = vec![0f64; k];
        let y = (0..self.rows).map(|row| {
            z.fill(0.0);
            for (i, &value) in x[row * f..][..f].iter().enumerate() {
                z.iter_mut().zip(&teacher[i * k..]).for_each(|(z, w)| *z += f64::from(value) * w);
            }
            let t = z[0] + z[1] * z[1] / 2.0 - 0.5;
            match self.loss {
                Loss::Classes => (0..k).fold(0, |best, j| if z[j] > z[best] { j } else { best }) as f32,
                Loss::Squares => t as f32,
                Loss::Binary => f32::from(hashed(1, 3, row) < 1.0 / (1.0 + (-3.0 * t).exp())),
            }
        });
        let y = y.collect();
        (x, y)
    }

    /// The first kernels, (in, out) row-major.
    pub fn kernels(&self, seed: u64) -> Vec<Vec<f32>> {
        let kernel = |(layer, (i, o)): (usize, (usize, usize))| {
            let limit = (6.0 / (i + o) as f64).sqrt();
            (0..i * o).map(|at| ((2.0 * hashed(seed, 100 + layer as u64, at) - 1.0) * limit) as f32).collect()
        };
        self.shapes().enumerate().map(kernel).collect()
    }
}

fn hashed(seed: u64, stream: u64, i: usize) -> f64 {
    let mut z = (i as u64 + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(seed.wrapping_mul(0xD134_2543_DE82_EF95))
        .wrapping_add(stream.wrapping_mul(0xA076_1D64_78BD_642F));
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f64 / (1u64 << 24) as f64
}

/// Orders of rows, drawn from a seed.
pub struct Orders {
    state: u64,
    shuffle: bool,
    order: Vec<u32>,
}

impl Orders {
    pub fn new(w: &Workload, seed: u64) -> Self {
        Orders { state: seed, shuffle: w.shuffle, order: (0..w.rows as u32).collect() }
    }

    /// The next order.
    pub fn shuffle(&mut self) -> &[u32] {
        if !self.shuffle {
            return &self.order;
        }
        for last in (1..self.order.len()).rev() {
            self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.state;
            z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            self.order.swap(last, ((u128::from(z) * (last as u128 + 1)) >> 64) as usize);
        }
        &self.order
    }
}

/// Trains one model anew from the first weights of a seed, with an order of rows from the same seed, at a learning rate.
pub trait Peer {
    /// Gives the mean loss of the last epoch.
    fn train(&mut self, seed: u64, rate: f64) -> f64;

    /// The mean loss of the trained model over all rows.
    fn final_loss(&mut self) -> f64;
}

const MODELS: usize = 200;

struct Options {
    name: String,
    threads: usize,
    budget: f64,
    full: bool,
    in_order: bool,
    part: (usize, usize),
}

impl Options {
    fn read() -> Option<Options> {
        let mut arguments = std::env::args().skip(1);
        let name = arguments.next()?;
        let mut options = Options { name, threads: 1, budget: 2.0, full: false, in_order: false, part: (0, 1) };
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--full" => options.full = true,
                "--in-order" => options.in_order = true,
                "--threads" => options.threads = arguments.next()?.parse().ok()?,
                "--budget" => options.budget = arguments.next()?.parse().ok()?,
                "--part" => {
                    let value = arguments.next()?;
                    let (index, count) = value.split_once('/')?;
                    options.part = (index.parse().ok()?, count.parse().ok()?);
                }
                _ => return None,
            }
        }
        Some(options)
    }
}

struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Clock { wall: Instant::now(), cpu: seconds(libc::CLOCK_PROCESS_CPUTIME_ID) }
    }

    /// Seconds on the wall and of the processor.
    fn stop(self) -> [f64; 2] {
        [self.wall.elapsed().as_secs_f64(), seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - self.cpu]
    }
}

fn seconds(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn since_start() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)?.parse::<f64>().ok());
    seconds(libc::CLOCK_BOOTTIME) - ticks.unwrap_or_default() / 100.0
}

/// The largest resident size of this program; `getrusage` would count what ran before it in the process, too.
fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.split("VmHWM:").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// Pins the process to one CPU, the last but `index` of those allowed.
fn pin(index: usize) {
    // SAFETY: all zeros is a valid set, and the pointers are to sets of the given size.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        let size = std::mem::size_of::<libc::cpu_set_t>();
        libc::sched_getaffinity(0, size, &mut set);
        let allowed: Vec<usize> = (0..libc::CPU_SETSIZE as usize).filter(|&cpu| libc::CPU_ISSET(cpu, &set)).collect();
        if let Some(&cpu) = allowed.iter().rev().cycle().nth(index) {
            libc::CPU_ZERO(&mut set);
            libc::CPU_SET(cpu, &mut set);
            libc::sched_setaffinity(0, size, &set);
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

/// Reads the arguments, times the peer that `build` makes, and prints the line.
pub fn run<P: Peer>(peer: &str, version: &str, build: impl FnOnce(Workload, Vec<f32>, Vec<f32>) -> P) {
    let parsed = Options::read().and_then(|o| Some((Workload::named(&o.name, o.full)?, o)));
    let Some((mut workload, options)) = parsed else {
        eprintln!("usage: {peer} WORKLOAD [--threads N] [--budget SECONDS] [--full] [--in-order]");
        std::process::exit(2);
    };
    workload.shuffle = !options.in_order;
    let Options { ref name, threads, budget, part, .. } = options;
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", threads.to_string()) };
    if name == "sweep" && threads > 1 {
        return in_parallel(threads, budget);
    }
    if threads == 1 {
        pin(part.0);
    }
    let began = Instant::now();
    let (x, y) = workload.data();
    let data = began.elapsed().as_secs_f64();
    let mut peer_model = build(workload, x, y);
    let models: Vec<u64> = (part.0..MODELS).step_by(part.1).map(|place| ((place * 83 + 100) % MODELS) as u64).collect();
    let rate = |model: u64| 10f64.powf(-4.0 + 2.0 * model as f64 / (MODELS - 1) as f64);

    let startup = since_start() - data;
    let (mut times, mut finals, mut last) = (Vec::<[f64; 2]>::new(), Vec::new(), 0.0);
    let mut spent = 0.0;
    let sweep = name == "sweep";
    // The first time does not count, but for `cold`, which has no other.
    while times.len() < 2 || spent + times[times.len() - 1][0] / 2.0 < budget {
        let model = models[times.len() % models.len()];
        let clock = Clock::start();
        last = if sweep { peer_model.train(model, rate(model)) } else { peer_model.train(1, workload.rate) };
        if sweep && finals.len() < models.len() {
            finals.push(peer_model.final_loss());
        }
        times.push(clock.stop());
        if name == "cold" {
            times.push(times[0]);
            break;
        }
        spent += if times.len() > 1 { times[times.len() - 1][0] } else { 0.0 };
    }
    let first = times.remove(0)[0];
    let walls: Vec<f64> = times.iter().map(|time| time[0]).collect();
    let cpus: Vec<f64> = times.iter().map(|time| time[1]).collect();
    let (wall, steps) = (median(&walls), workload.steps() as f64);
    let mut fields = vec![
        ("repeats", walls.len() as f64),
        ("us_per_step", wall / steps * 1e6),
        ("us_per_step_min", walls.iter().copied().fold(f64::INFINITY, f64::min) / steps * 1e6),
        ("cpu_us_per_step", median(&cpus) / steps * 1e6),
        ("samples_per_s", (workload.rows * workload.epochs) as f64 / wall),
    ];
    if sweep {
        fields.push(("models", finals.len() as f64));
        fields.push(("models_per_min", 60.0 / wall));
        fields.push(("sweep_s", MODELS as f64 * wall));
        fields.push(("final_loss", finals.iter().sum::<f64>() / finals.len() as f64));
    } else {
        fields.push(("final_loss", peer_model.final_loss()));
        fields.push(("last_epoch_loss", last));
    }
    fields.push(("startup_s", startup + (first - wall).max(0.0)));
    fields.push(("total_wall_s", since_start()));
    fields.push(("peak_rss_mb", peak_rss_mb()));
    let numbers: Vec<String> = fields.iter().map(|(field, value)| format!("\"{field}\": {value}")).collect();
    println!(
        "{{\"peer\": \"{peer}\", \"workload\": \"{name}\", \"threads\": {threads}, \"version\": \"{version}\", \
         \"epochs\": {}, \"steps\": {}, {}}}",
        workload.epochs,
        workload.steps(),
        numbers.join(", ")
    );
}

/// The sweep in several processes of one thread each, every one with its share of the models.
fn in_parallel(threads: usize, budget: f64) {
    let program = std::env::current_exe().expect("the path of this program");
    let start = |index| {
        let mut command = Command::new(&program);
        command.args(["sweep", "--threads", "1", "--budget", &budget.to_string()]);
        command.args(["--part", &format!("{index}/{threads}")]);
        command.stdout(Stdio::piped()).spawn().expect("a second process")
    };
    let running: Vec<_> = (0..threads).map(start).collect();
    let outputs = running.into_iter().map(|child| child.wait_with_output().expect("its output").stdout);
    let lines: Vec<String> = outputs.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_string()).collect();
    let mut result = lines[0].replace("\"threads\": 1", &format!("\"threads\": {threads}"));
    let values = |field: &str| lines.iter().map(|line| number(line, field).unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let sum = |field: &str| values(field).iter().sum::<f64>();
    for field in ["models", "models_per_min", "samples_per_s", "peak_rss_mb"] {
        result = with(&result, field, sum(field));
    }
    for field in ["us_per_step", "us_per_step_min", "cpu_us_per_step", "final_loss"] {
        result = with(&result, field, sum(field) / threads as f64);
    }
    result = with(&result, "sweep_s", MODELS as f64 * 60.0 / sum("models_per_min"));
    println!("{}", with(&result, "total_wall_s", since_start()));
}

/// Where the number of a field stands in a line.
fn place(line: &str, field: &str) -> Option<(usize, usize)> {
    let key = format!("\"{field}\": ");
    let from = line.find(&key)? + key.len();
    Some((from, from + line[from..].find([',', '}'])?))
}

fn number(line: &str, field: &str) -> Option<f64> {
    place(line, field).and_then(|(from, to)| line[from..to].parse().ok())
}

fn with(line: &str, field: &str, value: f64) -> String {
    place(line, field).map_or_else(|| line.to_string(), |(from, to)| format!("{}{value}{}", &line[..from], &line[to..]))
}
