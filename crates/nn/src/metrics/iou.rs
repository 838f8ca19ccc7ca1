//! Intersection over union: of the rows that are of a class or predicted to be, the share that is both.
//!
//! TP / (TP + FP + FN + 1e-7) for each class that occurs, averaged. Rows whose class or prediction is none of the classes
//! are left out.

use super::{ComputeMetric, MetricState, largest};
use treino_core::catalog::{Kind, component};
use treino_core::error::{Error, Result};

/// The confusion matrix has a number for each pair of classes.
const NUM_CLASSES: Kind = Kind::Int(treino_core::catalog::Interval::closed(1.0, 4096.0));

const CLASSES: Kind = Kind::List(&Kind::INDEX);

component! {
    /// Intersection over union, averaged over some classes.
    ///
    /// Keras differences: `axis` is missing. `num_classes` may be left open, for one class an output (two where there
    /// is one output), and `target_class_ids`, for all. Weights count as they are; Keras cuts them to whole numbers
    /// unless told a dtype. Class numbers count as one-hot rows where these are wanted.
    pub struct IoU = "io_u" {
        /// Number of classes.
        num_classes: Option<usize> = None, NUM_CLASSES;
        /// The classes that count, all by default.
        target_class_ids: Option<Vec<usize>> = None, CLASSES;
        /// A class whose rows are left out.
        ignore_class: Option<i64> = None, Kind::Int(treino_core::catalog::Interval::ALL);
        /// Whether targets are class numbers, not one-hot rows.
        sparse_y_true: bool = true, Kind::Bool;
        /// Whether predictions are class numbers, not a probability a class.
        sparse_y_pred: bool = true, Kind::Bool;
    }
}

component! {
    /// Intersection over union, averaged over all classes.
    ///
    /// Keras differences: as for `io_u`.
    pub struct MeanIoU = "mean_io_u" {
        /// Number of classes.
        num_classes: Option<usize> = None, NUM_CLASSES;
        /// A class whose rows are left out.
        ignore_class: Option<i64> = None, Kind::Int(treino_core::catalog::Interval::ALL);
        /// Whether targets are class numbers, not one-hot rows.
        sparse_y_true: bool = true, Kind::Bool;
        /// Whether predictions are class numbers, not a probability a class.
        sparse_y_pred: bool = true, Kind::Bool;
    }
}

component! {
    /// Intersection over union of two classes, for predictions that are probabilities of the second.
    ///
    /// Keras differences: as for `io_u`.
    pub struct BinaryIoU = "binary_io_u" {
        /// The classes that count.
        target_class_ids: Vec<usize> = vec![0, 1], CLASSES;
        /// A prediction of at least this says 1.
        threshold: f64 = 0.5, Kind::NUMBER;
    }
}

component! {
    /// Intersection over union, averaged over some classes, for one-hot targets.
    ///
    /// Keras differences: as for `io_u`.
    pub struct OneHotIoU = "one_hot_io_u" {
        /// Number of classes.
        num_classes: Option<usize> = None, NUM_CLASSES;
        /// The classes that count, all by default.
        target_class_ids: Option<Vec<usize>> = None, CLASSES;
        /// A class whose rows are left out.
        ignore_class: Option<i64> = None, Kind::Int(treino_core::catalog::Interval::ALL);
        /// Whether predictions are class numbers, not a probability a class.
        sparse_y_pred: bool = false, Kind::Bool;
    }
}

component! {
    /// Intersection over union, averaged over all classes, for one-hot targets.
    ///
    /// Keras differences: as for `io_u`.
    pub struct OneHotMeanIoU = "one_hot_mean_io_u" {
        /// Number of classes.
        num_classes: Option<usize> = None, NUM_CLASSES;
        /// A class whose rows are left out.
        ignore_class: Option<i64> = None, Kind::Int(treino_core::catalog::Interval::ALL);
        /// Whether predictions are class numbers, not a probability a class.
        sparse_y_pred: bool = false, Kind::Bool;
    }
}

/// How a row says its class.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ClassEncoding {
    /// By its number, every entry for itself.
    Number,
    /// By the place of its largest entry.
    Largest,
    /// By being at least this, every entry for itself.
    AtLeast(f32),
}

/// What is asked: the same for all five.
struct IouOptions<'a> {
    name: &'static str,
    classes: Option<usize>,
    counted: Option<&'a [usize]>,
    ignored: Option<i64>,
    y: ClassEncoding,
    p: ClassEncoding,
}

fn sparse(sparse: bool) -> ClassEncoding {
    if sparse { ClassEncoding::Number } else { ClassEncoding::Largest }
}

impl IouOptions<'_> {
    fn classes(&self, p_width: usize) -> usize {
        self.classes.unwrap_or(p_width.max(2))
    }

    fn check(&self, y_width: usize, p_width: usize) -> Result<()> {
        let name = self.name;
        match self.p {
            ClassEncoding::Number if p_width > 1 => {
                let e = format!("{name} takes predictions for class numbers, but the network has {p_width} outputs");
                return Err(Error::input(e).help("use one_hot_mean_io_u, or sparse_y_pred = false"));
            }
            ClassEncoding::Largest if p_width == 1 => {
                let e = format!("{name} needs one output a class, but the network has one output");
                return Err(Error::input(e).help("use binary_io_u"));
            }
            _ => {}
        }
        if self.p == ClassEncoding::Largest && self.y == ClassEncoding::Number && y_width > 1 {
            let e = format!("{name} takes targets for class numbers, but there are {y_width} target columns");
            return Err(Error::input(e).help("use one_hot_mean_io_u, or sparse_y_true = false"));
        }
        let classes = self.classes(p_width);
        match self.counted.and_then(|counted| counted.iter().find(|class| **class >= classes)) {
            Some(class) => {
                let e = format!("{name}.target_class_ids names {class}, but there are {classes} classes, from 0");
                Err(Error::input(e))
            }
            None => Ok(()),
        }
    }

    fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
        let classes = self.classes(p_width);
        let counted = match self.counted {
            Some(counted) => counted.iter().copied().filter(|class| *class < classes).collect(),
            None => (0..classes).collect(),
        };
        // Class numbers beside several predictions count as one-hot rows.
        let y = if y_width == 1 { ClassEncoding::Number } else { self.y };
        let ignored = self.ignored.map(|class| class as f32);
        Box::new(ConfusionMatrix {
            y_width,
            p_width,
            classes,
            counted,
            ignored,
            y,
            p: self.p,
            cells: vec![0.0; classes * classes],
        })
    }
}

/// The weight of rows by class and predicted class.
struct ConfusionMatrix {
    y_width: usize,
    p_width: usize,
    classes: usize,
    counted: Vec<usize>,
    ignored: Option<f32>,
    y: ClassEncoding,
    p: ClassEncoding,
    cells: Vec<f64>,
}

impl ConfusionMatrix {
    fn class(&self, says: ClassEncoding, row: &[f32], entry: usize) -> Option<usize> {
        let class = match says {
            ClassEncoding::Largest => largest(row),
            ClassEncoding::AtLeast(threshold) => usize::from(row[entry] >= threshold),
            ClassEncoding::Number => {
                // Cut to a whole number, as in Keras.
                let number = row[entry.min(row.len() - 1)].trunc();
                if !(0.0..self.classes as f32).contains(&number) {
                    return None;
                }
                number as usize
            }
        };
        (class < self.classes).then_some(class)
    }
}

impl MetricState for ConfusionMatrix {
    fn update(&mut self, y: &[f32], p: &[f32], weights: Option<&[f32]>) {
        let entries = if self.p == ClassEncoding::Largest { 1 } else { self.p_width };
        for (r, (y, p)) in y.chunks_exact(self.y_width).zip(p.chunks_exact(self.p_width)).enumerate() {
            let weight = weights.map_or(1.0, |w| f64::from(w[r]));
            for k in 0..entries {
                let (Some(is), Some(said)) = (self.class(self.y, y, k), self.class(self.p, p, k)) else { continue };
                if self.ignored != Some(is as f32) {
                    self.cells[is * self.classes + said] += weight;
                }
            }
        }
    }

    fn result(&self) -> f64 {
        let n = self.classes;
        let (mut sum, mut valid) = (0.0, 0.0);
        for &class in &self.counted {
            let both = self.cells[class * n + class];
            let is: f64 = self.cells[class * n..][..n].iter().sum();
            let said: f64 = self.cells.iter().skip(class).step_by(n).sum();
            let either = is + said - both;
            if either > 1e-9 {
                sum += both / (either + 1e-7);
                valid += 1.0;
            }
        }
        sum / (valid + 1e-7)
    }

    fn reset(&mut self) {
        self.cells.fill(0.0);
    }
}

macro_rules! measure {
    ($Name:ident, |$it:ident| $question:expr) => {
        impl $Name {
            fn question(&self) -> IouOptions<'_> {
                let $it = self;
                $question
            }
        }

        impl ComputeMetric for $Name {
            fn check(&self, y_width: usize, p_width: usize) -> Result<()> {
                self.question().check(y_width, p_width)
            }

            fn start(&self, y_width: usize, p_width: usize) -> Box<dyn MetricState> {
                self.question().start(y_width, p_width)
            }

            fn more_is_better(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}

measure!(IoU, |it| IouOptions {
    name: "io_u",
    classes: it.num_classes,
    counted: it.target_class_ids.as_deref(),
    ignored: it.ignore_class,
    y: sparse(it.sparse_y_true),
    p: sparse(it.sparse_y_pred),
});
measure!(MeanIoU, |it| IouOptions {
    name: "mean_io_u",
    classes: it.num_classes,
    counted: None,
    ignored: it.ignore_class,
    y: sparse(it.sparse_y_true),
    p: sparse(it.sparse_y_pred),
});
measure!(BinaryIoU, |it| IouOptions {
    name: "binary_io_u",
    classes: Some(2),
    counted: Some(&it.target_class_ids),
    ignored: None,
    y: ClassEncoding::Number,
    p: ClassEncoding::AtLeast(it.threshold as f32),
});
measure!(OneHotIoU, |it| IouOptions {
    name: "one_hot_io_u",
    classes: it.num_classes,
    counted: it.target_class_ids.as_deref(),
    ignored: it.ignore_class,
    y: ClassEncoding::Largest,
    p: sparse(it.sparse_y_pred),
});
measure!(OneHotMeanIoU, |it| IouOptions {
    name: "one_hot_mean_io_u",
    classes: it.num_classes,
    counted: None,
    ignored: it.ignore_class,
    y: ClassEncoding::Largest,
    p: sparse(it.sparse_y_pred),
});

#[cfg(test)]
mod tests {
    use super::super::tests::measure;
    use super::*;

    #[test]
    fn shares_of_the_union() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, not {b}");
        let (y, p) = ([0.0, 0.0, 1.0, 1.0], [0.1, 0.5, 0.3, 0.9]);
        // Class 0: 1 of 3; class 1: 1 of 3.
        close(measure(BinaryIoU::default(), 1, 1, &y, &p, None), 1.0 / 3.0);
        close(measure(BinaryIoU::default(), 1, 1, &y, &p, Some(&[1.0, 0.0, 1.0, 1.0])), 0.5);
        close(measure(MeanIoU::default(), 1, 1, &y, &[0.0, 1.0, 0.0, 1.0], None), 1.0 / 3.0);
        let one = OneHotIoU { target_class_ids: Some(vec![1]), ..OneHotIoU::default() };
        close(measure(one.clone(), 1, 3, &[1.0, 2.0], &[0.1, 0.8, 0.1, 0.3, 0.2, 0.5], None), 1.0);
        assert!(MeanIoU::default().check(1, 3).is_err() && one.check(1, 1).is_err());
        assert!(OneHotIoU { target_class_ids: Some(vec![3]), ..one }.check(1, 3).is_err());
    }
}
