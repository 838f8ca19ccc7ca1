//! The environment of a training: threads, the instruction set, Ctrl-C.

use clap::ArgMatches;
use treino::Result;
use treino::catalog::Kind;
use treino::error::Error;
use treino::events::{Event, Gate};
use treino::train::{Level, Session, Simd};

/// Closed by Ctrl-C: the training finishes the step, keeps the best weights and saves.
static GATE: Gate = Gate::new();

/// The gate that Ctrl-C closes.
pub fn gate() -> &'static Gate {
    &GATE
}

/// The environment of a command.
#[derive(Debug, Clone, Copy)]
pub struct ReportContext {
    /// The number of threads.
    pub threads: usize,
    /// The instruction set.
    pub simd: Simd,
}

impl ReportContext {
    /// The environment from `--threads` and `--simd`; by default all cores, and the widest instruction set.
    pub fn new(matches: &ArgMatches) -> Result<Self> {
        Ok(ReportContext { threads: threads(matches)?, simd: simd(matches)? })
    }

    /// A session in this environment that Ctrl-C stops.
    pub fn session<'a>(self, observer: &'a mut dyn FnMut(&Event)) -> Session<'a> {
        Session { simd: self.simd, ..Session::new(self.threads, &GATE, observer) }
    }
}

/// The requested number of threads, at most the number of cores.
fn threads(matches: &ArgMatches) -> Result<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(text) = matches.get_one::<String>("threads") else { return Ok(cores) };
    match text.parse() {
        // More threads than cores would only slow each other down.
        Ok(threads @ 1..=256) => Ok(cores.min(threads)),
        _ => Err(Error::input(format!("--threads is \"{text}\", but must be {}", Kind::COUNT)).help("at most 256")),
    }
}

/// The values of `--simd`. The flag is for developers of Treino: no result depends on it.
const LEVELS: [(&str, Level); 3] = [("avx512", Level::Avx512), ("avx2", Level::Avx2), ("baseline", Level::Baseline)];

fn simd(matches: &ArgMatches) -> Result<Simd> {
    let Some(text) = matches.get_one::<String>("simd") else { return Ok(Simd::detect()) };
    let names = LEVELS.map(|(name, _)| name);
    let Some((_, level)) = LEVELS.into_iter().find(|(name, _)| name == text) else {
        return Err(Error::input(format!("--simd knows no \"{text}\"")).nearest(text, names));
    };
    Simd::with_level(level).ok_or_else(|| {
        let has: Vec<&str> = LEVELS.iter().filter(|(_, level)| level.is_available()).map(|(name, _)| *name).collect();
        Error::input(format!("this processor has no {text}")).help(format!("it has {}", has.join(", ")))
    })
}

/// Installs the handler: the first Ctrl-C ends a training cleanly; a second one ends the program.
pub fn listen_for_interrupts() {
    // Without the handler Ctrl-C ends the program at once, which also leaves no partial files.
    let _ = ctrlc::set_handler(|| {
        if GATE.is_stopped() {
            std::process::exit(130);
        }
        GATE.stop();
    });
}

/// Whether Ctrl-C was pressed.
pub fn is_interrupted() -> bool {
    GATE.is_stopped()
}
