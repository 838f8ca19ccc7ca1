//! TensorBoard's event files.
//!
//! ```text
//! record   length u64 | masked CRC-32C of the length | bytes | masked CRC-32C of the bytes     (little-endian)
//! bytes    a protocol buffer: Event { wall_time = 1 double, step = 2 int64, file_version = 3 string, summary = 5 }
//! summary  Summary { value = 1, repeated: Value { tag = 1, simple_value = 2 float, histo = 5 HistogramProto } }
//! ```
//! Sources: tensorflow/core/lib/io/record_writer.h, core/util/event.proto, core/framework/summary.proto. Each record has
//! the time of writing: it is in these files and in nothing else.

use std::path::Path;
use std::time::SystemTime;
use treino_core::error::{Error, Result};
use treino_core::files::{AppendFile, crc32c};

/// Equal cells of a histogram, as in TensorFlow.
const CELLS: usize = 30;

/// What an event file can hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Summary {
    /// A number.
    Scalar(f64),
    /// How some numbers are distributed.
    Histogram(Histogram),
}

/// How many numbers lie in each of some cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    min: f64,
    max: f64,
    count: usize,
    sum: f64,
    sum_squares: f64,
    /// Upper end of each cell.
    limits: Vec<f64>,
    counts: Vec<f64>,
}

impl Histogram {
    /// 30 cells of one width from the least to the largest number, which must be finite.
    pub fn of(numbers: &[f32]) -> Self {
        let wide = || numbers.iter().map(|x| f64::from(*x));
        let (min, max) = wide().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        let cells = if max > min { CELLS } else { 1 };
        let width = (max - min) / cells as f64;
        let mut counts = vec![0.0; cells];
        for x in wide() {
            let cell = if width > 0.0 { ((x - min) / width) as usize } else { 0 };
            counts[cell.min(cells - 1)] += 1.0;
        }
        let limit = |cell: usize| if cell + 1 == cells { max } else { min + (cell + 1) as f64 * width };
        Histogram {
            min,
            max,
            count: numbers.len(),
            sum: wide().sum(),
            sum_squares: wide().map(|x| x * x).sum(),
            limits: (0..cells).map(limit).collect(),
            counts,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut message = ProtobufMessage::default();
        let numbers = [self.min, self.max, self.count as f64, self.sum, self.sum_squares];
        for (field, x) in (1..).zip(numbers) {
            message.double(field, x);
        }
        for (field, list) in [(6, &self.limits), (7, &self.counts)] {
            let packed: Vec<u8> = list.iter().flat_map(|x| x.to_le_bytes()).collect();
            message.bytes(field, &packed);
        }
        message.0
    }
}

/// An event file that grows.
#[derive(Debug)]
pub(crate) struct EventFile(AppendFile);

impl EventFile {
    /// A new file in a folder, which is made where it is missing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(folder: &Path) -> Result<Self> {
        let time = wall_time();
        let name = |i: u32| folder.join(format!("events.out.tfevents.{:.0}.treino.{i}", time.floor()));
        let path = (0..u32::MAX).map(name).find(|path| !path.exists());
        let path = path.ok_or_else(|| Error::input(format!("{} has no free file name", folder.display())))?;
        let mut event = ProtobufMessage::default();
        event.double(1, time);
        event.bytes(3, b"brain.Event:2");
        AppendFile::create(&path, &record(&event.0)).map(EventFile)
    }

    /// Adds numbers of one step.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, step: u64, values: &[(String, Summary)]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        self.0.append(&record(&event(wall_time(), step, values)))
    }
}

/// An event with numbers.
fn event(time: f64, step: u64, values: &[(String, Summary)]) -> Vec<u8> {
    let mut summary = ProtobufMessage::default();
    for (tag, value) in values {
        let mut message = ProtobufMessage::default();
        message.bytes(1, tag.as_bytes());
        match value {
            Summary::Scalar(x) => message.float(2, *x as f32),
            Summary::Histogram(histogram) => message.bytes(5, &histogram.bytes()),
        }
        summary.bytes(1, &message.0);
    }
    let mut event = ProtobufMessage::default();
    event.double(1, time);
    event.whole(2, step);
    event.bytes(5, &summary.0);
    event.0
}

/// Seconds since 1970.
fn wall_time() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// Bytes as a record.
fn record(bytes: &[u8]) -> Vec<u8> {
    let masked = |bytes: &[u8]| crc32c(bytes).rotate_right(15).wrapping_add(0xA282_EAD8).to_le_bytes();
    let length = (bytes.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), bytes, &masked(bytes)].concat()
}

/// A protocol buffer in the making.
#[derive(Debug, Default)]
struct ProtobufMessage(Vec<u8>);

impl ProtobufMessage {
    fn varint(&mut self, mut x: u64) {
        while x >= 0x80 {
            self.0.push(x as u8 | 0x80);
            x >>= 7;
        }
        self.0.push(x as u8);
    }

    fn key(&mut self, field: u64, wire_type: u64) {
        self.varint(field << 3 | wire_type);
    }

    fn whole(&mut self, field: u64, x: u64) {
        self.key(field, 0);
        self.varint(x);
    }

    fn double(&mut self, field: u64, x: f64) {
        self.key(field, 1);
        self.0.extend(x.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn float(&mut self, field: u64, x: f32) {
        self.key(field, 5);
        self.0.extend(x.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_every_number_once() {
        let histogram = Histogram::of(&[0.0, 0.1, 15.0, 29.99, 30.0]);
        assert_eq!((histogram.limits.len(), histogram.limits[29], histogram.count), (30, 30.0, 5));
        let at: Vec<usize> = (0..30).filter(|i| histogram.counts[*i] > 0.0).collect();
        assert_eq!((at, histogram.counts[0], histogram.counts[29]), (vec![0, 15, 29], 2.0, 2.0));
        let equal = Histogram::of(&[2.0; 3]);
        assert_eq!((equal.limits, equal.counts, equal.sum, equal.sum_squares), (vec![2.0], vec![3.0], 6.0, 12.0));
    }
}
