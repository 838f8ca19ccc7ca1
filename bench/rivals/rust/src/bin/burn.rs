//! Burn on its Flex backend: modules, autodiff and optimizers as its book has them, on resident tensors.

use burn::module::{Module, Param};
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear};
use burn::optim::{AdamConfig, GradientsParams, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rivals::{Loss, Orders, Peer, Workload};

#[derive(Module, Debug)]
struct Mlp {
    layers: Vec<Linear>,
    norms: Vec<BatchNorm>,
    dropout: Dropout,
}

impl Mlp {
    fn new(w: &Workload, seed: u64, device: &Device) -> Self {
        let layer = |((i, o), kernel): ((usize, usize), Vec<f32>)| Linear {
            weight: Param::from_data(TensorData::new(kernel, [i, o]), device),
            bias: Some(Param::from_data(TensorData::new(vec![0f32; o], [o]), device)),
        };
        let norm = |&units| BatchNormConfig::new(units).with_epsilon(1e-3).with_momentum(0.01).init(device);
        let hidden = &w.layers[..w.layers.len() - 1];
        Mlp {
            layers: w.shapes().zip(w.kernels(seed)).map(layer).collect(),
            norms: if w.norm { hidden.iter().map(norm).collect() } else { Vec::new() },
            dropout: DropoutConfig::new(0.2).init(),
        }
    }

    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        for (at, layer) in hidden.iter().enumerate() {
            x = layer.forward(x);
            x = match self.norms.get(at) {
                Some(norm) => self.dropout.forward(relu(norm.forward(x))),
                None => relu(x),
            };
        }
        last.forward(x)
    }
}

#[derive(Clone)]
enum Targets {
    Numbers(Tensor<1>),
    Classes(Tensor<1, Int>),
}

impl Targets {
    fn rows(&self, rows: Tensor<1, Int>) -> Targets {
        match self {
            Targets::Numbers(y) => Targets::Numbers(y.clone().select(0, rows)),
            Targets::Classes(y) => Targets::Classes(y.clone().select(0, rows)),
        }
    }
}

struct Flex {
    w: Workload,
    device: Device,
    x: Tensor<2>,
    y: Targets,
    model: Option<Mlp>,
}

impl Flex {
    fn new(w: Workload, x: Vec<f32>, y: Vec<f32>) -> Self {
        let device = Device::flex().autodiff();
        let y = if w.loss == Loss::Squares {
            Targets::Numbers(Tensor::from_data(TensorData::new(y, [w.rows]), &device))
        } else {
            let classes: Vec<i64> = y.iter().map(|&class| class as i64).collect();
            Targets::Classes(Tensor::from_data(TensorData::new(classes, [w.rows]), &device))
        };
        let x = Tensor::from_data(TensorData::new(x, [w.rows, w.features]), &device);
        Flex { w, device, x, y, model: None }
    }

    fn loss(&self, z: Tensor<2>, y: Targets) -> Tensor<1> {
        match (self.w.loss, y) {
            (Loss::Binary, Targets::Classes(y)) => {
                let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&z.device());
                loss.forward(z.squeeze_dim::<1>(1), y)
            }
            (_, Targets::Classes(y)) => CrossEntropyLossConfig::new().init(&z.device()).forward(z, y),
            (_, Targets::Numbers(y)) => MseLoss::new().forward(z.squeeze_dim::<1>(1), y, Reduction::Mean),
        }
    }
}

impl Peer for Flex {
    fn train(&mut self, seed: u64, rate: f64) -> f64 {
        let w = self.w;
        self.device.seed(seed);
        let mut model = Mlp::new(&w, seed, &self.device);
        let mut optimizer = if w.sgd { SgdConfig::new().init() } else { AdamConfig::new().with_epsilon(1e-7).init() };
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
                    let rows: Vec<i64> = order[start..start + count].iter().map(|&row| i64::from(row)).collect();
                    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &self.device);
                    (self.x.clone().select(0, rows.clone()), self.y.rows(rows))
                };
                let loss = self.loss(model.forward(x), y);
                let slopes = GradientsParams::from_grads(loss.backward(), &model);
                model = optimizer.step(rate, model, slopes);
                total += loss.into_scalar::<f64>() * count as f64;
            }
            mean = total / w.rows as f64;
        }
        self.model = Some(model);
        mean
    }

    fn final_loss(&mut self) -> f64 {
        let model = self.model.as_ref().expect("trained before").valid();
        let y = match self.y.clone() {
            Targets::Numbers(y) => Targets::Numbers(y.inner()),
            Targets::Classes(y) => Targets::Classes(y.inner()),
        };
        self.loss(model.forward(self.x.clone().inner()), y).into_scalar()
    }
}

fn main() {
    rivals::run("burn", "burn 0.22.1, flex", Flex::new);
}
