//! Candle: its layers and losses on resident tensors.

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{AdamW, BatchNorm, Linear, Module, ModuleT, Optimizer, ParamsAdamW, SGD, loss, ops};
use rivals::{Loss, Orders, Peer, Workload};

struct Mlp {
    layers: Vec<Linear>,
    norms: Vec<BatchNorm>,
}

impl Mlp {
    fn new(w: &Workload, seed: u64, device: &Device) -> Result<(Self, Vec<Var>)> {
        let mut variables = Vec::new();
        let mut variable = |value: Tensor| -> Result<Tensor> {
            let variable = Var::from_tensor(&value)?;
            variables.push(variable.clone());
            Ok(variable.as_tensor().clone())
        };
        let mut model = Mlp { layers: Vec::new(), norms: Vec::new() };
        let full = |value: f32, units| Tensor::full(value, units, device);
        for (at, ((i, o), kernel)) in w.shapes().zip(w.kernels(seed)).enumerate() {
            let kernel = Tensor::from_vec(kernel, (i, o), device)?.t()?.contiguous()?;
            model.layers.push(Linear::new(variable(kernel)?, Some(variable(full(0.0, o)?)?)));
            if w.norm && at + 1 < w.layers.len() {
                let (gamma, beta) = (variable(full(1.0, o)?)?, variable(full(0.0, o)?)?);
                let (mean, variance) = (full(0.0, o)?, full(1.0, o)?);
                model.norms.push(BatchNorm::new_with_momentum(o, mean, variance, gamma, beta, 1e-3, 0.01)?);
            }
        }
        Ok((model, variables))
    }

    fn forward(&self, x: &Tensor, training: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x)?;
            if at + 1 == self.layers.len() {
                break;
            }
            if let Some(norm) = self.norms.get(at) {
                x = norm.forward_t(&x, training)?;
            }
            x = x.relu()?;
            if !self.norms.is_empty() && training {
                x = ops::dropout(&x, 0.2)?;
            }
        }
        Ok(x)
    }
}

enum Rule {
    Adam(AdamW),
    Sgd(SGD),
}

struct Candle {
    w: Workload,
    x: Tensor,
    y: Tensor,
    model: Option<Mlp>,
}

impl Candle {
    fn new(w: Workload, x: Vec<f32>, y: Vec<f32>) -> Result<Self> {
        let x = Tensor::from_vec(x, (w.rows, w.features), &Device::Cpu)?;
        let y = if w.loss == Loss::Classes {
            Tensor::from_iter(y.iter().map(|&class| class as u32), &Device::Cpu)?
        } else {
            Tensor::from_vec(y, (w.rows, 1), &Device::Cpu)?
        };
        Ok(Candle { w, x, y, model: None })
    }

    fn loss(&self, z: &Tensor, y: &Tensor) -> Result<Tensor> {
        match self.w.loss {
            Loss::Binary => loss::binary_cross_entropy_with_logit(z, y),
            Loss::Classes => loss::cross_entropy(z, y),
            Loss::Squares => loss::mse(z, y),
        }
    }

    fn try_train(&mut self, seed: u64, rate: f64) -> Result<f64> {
        let w = self.w;
        let (model, variables) = Mlp::new(&w, seed, &Device::Cpu)?;
        let mut rule = if w.sgd {
            Rule::Sgd(SGD::new(variables, rate)?)
        } else {
            let settings = ParamsAdamW { lr: rate, beta1: 0.9, beta2: 0.999, eps: 1e-7, weight_decay: 0.0 };
            Rule::Adam(AdamW::new(variables, settings)?)
        };
        let mut orders = Orders::new(&w, seed);
        let mut mean = 0.0;
        for _ in 0..w.epochs {
            let mut total = 0.0;
            let order = if w.batch < w.rows { orders.shuffle() } else { &[] };
            for start in (0..w.rows).step_by(w.batch) {
                let count = w.batch.min(w.rows - start);
                let (x, y) = if order.is_empty() {
                    (self.x.clone(), self.y.clone())
                } else {
                    let rows = Tensor::from_slice(&order[start..start + count], count, &Device::Cpu)?;
                    (self.x.index_select(&rows, 0)?, self.y.index_select(&rows, 0)?)
                };
                let loss = self.loss(&model.forward(&x, true)?, &y)?;
                match &mut rule {
                    Rule::Adam(rule) => rule.backward_step(&loss)?,
                    Rule::Sgd(rule) => rule.backward_step(&loss)?,
                }
                total += f64::from(loss.to_scalar::<f32>()?) * count as f64;
            }
            mean = total / w.rows as f64;
        }
        self.model = Some(model);
        Ok(mean)
    }
}

impl Peer for Candle {
    fn train(&mut self, seed: u64, rate: f64) -> f64 {
        self.try_train(seed, rate).expect("Candle trains")
    }

    fn final_loss(&mut self) -> f64 {
        let z = self.model.as_ref().expect("trained before").forward(&self.x, false);
        let loss = z.and_then(|z| self.loss(&z, &self.y)).and_then(|loss| loss.to_scalar::<f32>());
        f64::from(loss.expect("Candle predicts"))
    }
}

fn main() {
    rivals::run("candle", "candle 0.11.1", |w, x, y| Candle::new(w, x, y).expect("Candle takes the table"));
}
