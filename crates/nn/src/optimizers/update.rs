//! One step of training: the update of an optimizer and everything around it.

use super::options::patterns;
use super::passes::{Add, ScaleBy};
use super::{Layout, Lbfgs, LearningRate, Optimizer, SlotInit, StepContext};
use crate::program::Program;
use treino_core::error::{Error, Result};
use treino_engine::flush::flush;
use treino_engine::pool::Pool;
use treino_engine::reduce;
use treino_engine::simd::{Kernel, Simd};

/// A running optimizer: its update, its state, its learning rate. All memory is allocated when it is created.
///
/// A step follows Keras's order: the gradient is divided by the loss scale, accumulated and clipped; weight decay is
/// applied; the weights are updated; they enter the moving average, and are replaced by it if requested; constraints
/// are applied last.
#[derive(Debug)]
pub struct Updater {
    optimizer: Optimizer,
    layout: Layout,
    slots: Vec<NamedBuffer>,
    state: Vec<Vec<f32>>,
    learning_rate: LearningRate,
    iterations: u64,
    clip: Option<Clip>,
    /// The weight decay of each variable, if there is any.
    decay: Option<Vec<f32>>,
    /// Whether any variable has a constraint.
    is_constrained: bool,
    loss_scale: f32,
    accumulation: Option<Accumulation>,
    average: Option<WeightAverage>,
}

/// A state buffer: its name, and whether it keeps anything between steps.
#[derive(Debug)]
struct NamedBuffer {
    name: &'static str,
    lasts: bool,
}

#[derive(Debug, Clone, Copy)]
enum Clip {
    Norm(f64),
    GlobalNorm(f64),
    Value(f32),
}

#[derive(Debug)]
struct Accumulation {
    steps: u64,
    sum: Vec<f32>,
}

#[derive(Debug)]
struct WeightAverage {
    momentum: f32,
    overwrite_frequency: Option<u64>,
    weights: Vec<f32>,
}

impl Updater {
    /// An optimizer at the start of a training from these weights.
    ///
    /// # Errors
    /// Returns an error for options that contradict each other, or for a line search over weights with constraints.
    pub fn new(optimizer: &Optimizer, program: &Program, weights: &[f32]) -> Result<Self> {
        optimizer.check()?;
        let (rule, options) = (optimizer.inner(), optimizer.inner().options());
        let layout = Layout::of(program);
        if let Some(part) = layout.parts.iter().find(|part| rule.line_search().is_some() && part.constraint.is_some()) {
            let (name, optimizer) = (&part.name, optimizer.name());
            let e = format!("{name} has a constraint, but the line search of {optimizer} knows none");
            return Err(Error::input(e).help("leave the constraint out, or take another optimizer"));
        }
        let excluded = patterns(options.exclude_from_weight_decay, optimizer.name(), "exclude_from_weight_decay")?;
        let decay: Vec<f32> = layout
            .parts
            .iter()
            .map(|part| match rule.weight_decay(part) {
                Some(decay) if !excluded.iter().any(|pattern| pattern.is_match(&part.name)) => decay as f32,
                _ => 0.0,
            })
            .collect();
        let slots = rule.slots(&layout);
        let start = |length: usize, start: SlotInit| match start {
            SlotInit::Constant(value) => vec![value; length],
            SlotInit::Weights => weights.to_vec(),
            SlotInit::Numbers(numbers) => numbers,
            SlotInit::Scratch => vec![0.0; length],
        };
        Ok(Updater {
            slots: slots
                .iter()
                .map(|slot| NamedBuffer {
                    name: slot.name,
                    lasts: !matches!(slot.start, SlotInit::Scratch | SlotInit::Numbers(_)),
                })
                .collect(),
            state: slots.into_iter().map(|slot| start(slot.length, slot.start)).collect(),
            learning_rate: options.learning_rate.clone(),
            iterations: 0,
            clip: match (options.clipnorm, options.global_clipnorm, options.clipvalue) {
                (Some(norm), ..) => Some(Clip::Norm(norm)),
                (_, Some(norm), _) => Some(Clip::GlobalNorm(norm)),
                (.., Some(value)) => Some(Clip::Value(value as f32)),
                _ => None,
            },
            decay: decay.iter().any(|decay| *decay != 0.0).then_some(decay),
            loss_scale: options.loss_scale_factor.unwrap_or(1.0) as f32,
            accumulation: options
                .gradient_accumulation_steps
                .map(|steps| Accumulation { steps: steps as u64, sum: vec![0.0; layout.length] }),
            average: options.use_ema.then(|| WeightAverage {
                momentum: options.ema_momentum as f32,
                overwrite_frequency: options.ema_overwrite_frequency.map(|steps| steps as u64),
                weights: weights.to_vec(),
            }),
            optimizer: optimizer.clone(),
            is_constrained: layout.parts.iter().any(|part| part.constraint.is_some()),
            layout,
        })
    }

    /// The count of numbers that it stores in addition to the weights and their gradient.
    pub fn numbers(optimizer: &Optimizer, program: &Program) -> u128 {
        let (rule, layout) = (optimizer.inner(), Layout::of(program));
        let options = rule.options();
        let whole = u128::from(options.use_ema) + u128::from(options.gradient_accumulation_steps.is_some());
        let slots: u128 = rule.slots(&layout).iter().map(|slot| slot.length as u128).sum();
        slots + whole * layout.length as u128
    }

    /// The factor by which the loss must be multiplied before its gradient is computed for [`Updater::apply`].
    pub fn loss_scale(&self) -> f32 {
        self.loss_scale
    }

    /// The number of steps so far, including those that only accumulated gradients.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate.at(self.iterations)
    }

    /// Sets the learning rate for the following steps.
    ///
    /// # Errors
    /// Returns an error if a schedule determines it, if the optimizer has none, or if the number would be invalid in a
    /// spec.
    pub fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        self.optimizer.check_rate_can_be_set()?;
        if !rate.is_finite() || rate < 0.0 {
            let e = format!("the learning rate is set to {rate}, but must be a number of at least 0");
            return Err(Error::input(e));
        }
        self.learning_rate = LearningRate::Constant(rate);
        Ok(())
    }

    /// Makes one step from the gradient of a batch, which is overwritten.
    pub fn apply(&mut self, simd: Simd, pool: &Pool, w: &mut [f32], g: &mut [f32]) {
        if self.loss_scale != 1.0 {
            simd.run(ScaleBy { x: g, by: 1.0 / self.loss_scale });
        }
        let (mut ready, mut every) = (true, 1);
        if let Some(Accumulation { steps, sum }) = &mut self.accumulation {
            every = *steps;
            ready = (self.iterations + 1).is_multiple_of(every);
            simd.run(Add { x: sum, by: 1.0, y: g });
            if ready {
                g.copy_from_slice(sum);
                simd.run(ScaleBy { x: g, by: 1.0 / every as f32 });
                sum.fill(0.0);
            }
        }
        let done = self.iterations / every;
        if ready {
            self.clip(simd, g);
            let learning_rate = self.learning_rate() as f32;
            if let Some(decay) = &self.decay {
                for (part, decay) in self.layout.parts.iter().zip(decay).filter(|(_, decay)| **decay != 0.0) {
                    simd.run(Decay { w: &mut w[part.range.clone()], decay: *decay, learning_rate });
                }
            }
            let at = StepContext { t: done + 1, learning_rate, layout: &self.layout, simd, pool };
            self.optimizer.inner().step(at, w, g, &mut self.state);
        }
        if let Some(average) = &mut self.average {
            let momentum = if done == 0 { 0.0 } else { average.momentum };
            simd.run(MovingAverage { average: &mut average.weights, w, momentum });
            if average.overwrite_frequency.is_some_and(|steps| (done + 1).is_multiple_of(steps)) {
                w.copy_from_slice(&average.weights);
            }
        }
        for part in self.layout.parts.iter().filter(|_| self.is_constrained) {
            if let Some(constraint) = &part.constraint {
                constraint.inner().apply(simd, &part.shape, &mut w[part.range.clone()]);
            }
        }
        self.iterations += 1;
    }

    fn clip(&self, simd: Simd, g: &mut [f32]) {
        let norm = |g: &[f32]| reduce::dot(simd, g, g).sqrt();
        match self.clip {
            None => {}
            Some(Clip::Norm(most)) => {
                for part in &self.layout.parts {
                    let g = &mut g[part.range.clone()];
                    let by = most / norm(g).max(most);
                    simd.run(ScaleBy { x: g, by: by as f32 });
                }
            }
            Some(Clip::GlobalNorm(most)) => {
                let norm = norm(g);
                // If the norm is not finite, all values become NaN, so that the divergence is detected.
                let by = if norm.is_finite() { most / norm.max(most) } else { f64::NAN };
                simd.run(ScaleBy { x: g, by: by as f32 });
            }
            Some(Clip::Value(most)) => simd.run(ClipValue { g, most }),
        }
    }

    /// Takes the line search, if the optimizer has one, and its buffers for the duration of a step.
    pub(crate) fn begin_search(&mut self) -> Option<(Lbfgs, Vec<Vec<f32>>)> {
        let search = self.optimizer.inner().line_search()?.clone();
        Some((search, std::mem::take(&mut self.state)))
    }

    /// Returns the buffers at the end of a step.
    pub(crate) fn end_search(&mut self, state: Vec<Vec<f32>>) {
        self.state = state;
        self.iterations += 1;
    }

    /// Ends the training: the moving average replaces the weights, if there is one.
    pub fn finish(&self, w: &mut [f32]) {
        if let Some(average) = &self.average {
            w.copy_from_slice(&average.weights);
        }
    }

    /// Swaps the weights with their moving average.
    ///
    /// # Errors
    /// Returns an error if there is no average.
    pub fn swap_average(&mut self, w: &mut [f32]) -> Result<()> {
        let Some(average) = &mut self.average else {
            let e = format!("{} keeps no running average of the weights", self.optimizer.name());
            return Err(Error::input(e).help("set use_ema = true"));
        };
        w.swap_with_slice(&mut average.weights);
        Ok(())
    }

    /// Every buffer that persists between steps, by name.
    pub fn buffers(&self) -> impl Iterator<Item = (String, &[f32])> {
        let slots = self.slots.iter().zip(&self.state).filter(|(slot, _)| slot.lasts);
        let slots = slots.map(|(slot, numbers)| (format!("optimizer/{}", slot.name), numbers.as_slice()));
        let sum = self.accumulation.iter().map(|a| ("optimizer/gradient_accumulator".to_string(), a.sum.as_slice()));
        let average = self.average.iter().map(|a| ("optimizer/average".to_string(), a.weights.as_slice()));
        slots.chain(sum).chain(average)
    }

    /// The same buffers in the same order, mutable.
    pub(crate) fn buffers_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        let slots = self.slots.iter().zip(&mut self.state).filter(|(slot, _)| slot.lasts).map(|(_, numbers)| numbers);
        let sum = self.accumulation.iter_mut().map(|a| &mut a.sum);
        slots.chain(sum).chain(self.average.iter_mut().map(|a| &mut a.weights))
    }

    /// Continues from a step of an earlier training.
    pub(crate) fn resume(&mut self, iterations: u64, learning_rate: f64) {
        self.iterations = iterations;
        if let LearningRate::Constant(rate) = &mut self.learning_rate {
            *rate = learning_rate;
        }
    }
}

struct ClipValue<'a> {
    g: &'a mut [f32],
    most: f32,
}

impl Kernel for ClipValue<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for g in self.g {
            *g = g.clamp(-self.most, self.most);
        }
    }
}

struct Decay<'a> {
    w: &'a mut [f32],
    decay: f32,
    learning_rate: f32,
}

impl Kernel for Decay<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for w in self.w {
            *w = (-(*w * self.decay)).mul_add(self.learning_rate, *w);
        }
    }
}

struct MovingAverage<'a> {
    average: &'a mut [f32],
    w: &'a [f32],
    momentum: f32,
}

impl Kernel for MovingAverage<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rest = 1.0 - self.momentum;
        for (average, w) in self.average.iter_mut().zip(self.w) {
            *average = flush(self.momentum.mul_add(*average, rest * w));
        }
    }
}
