"""PyTorch at its best on the processor: resident tensors, rows by index, a fused optimizer, no DataLoader.

The sweep trains stacked models: one batched product for all of them, and Adam by hand because each has its own rate.
"""

import workloads

job = workloads.begin("torch")
w = job.workload

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(job.threads)
torch.set_num_interop_threads(job.threads)
GROUP = 50  # Models of the sweep trained together.


def build():
    layers = []
    for at, (i, o) in enumerate(zip(w.sizes, w.sizes[1:])):
        layers.append(nn.Linear(i, o))
        if at + 2 < len(w.sizes):
            if w.norm:
                layers.append(nn.BatchNorm1d(o, eps=1e-3, momentum=0.01))
            layers.append(nn.ReLU())
            if w.norm:
                layers.append(nn.Dropout(0.2))
    model = nn.Sequential(*layers)
    dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for layer, kernel in zip(dense, workloads.kernels(w)):
            layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
            layer.bias.zero_()
    return model


def loss_of(z, y):
    if w.loss == workloads.BINARY:
        return F.binary_cross_entropy_with_logits(z.squeeze(1), y)
    if w.loss == workloads.CLASSES:
        return F.cross_entropy(z, y)
    return F.mse_loss(z.squeeze(1), y)


def run():
    model.load_state_dict(beginning)
    model.train()
    if w.optimizer == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=w.rate, fused=True)
    else:
        betas = (workloads.ADAM["beta_1"], workloads.ADAM["beta_2"])
        epsilon = workloads.ADAM["epsilon"]
        optimizer = torch.optim.Adam(model.parameters(), lr=w.rate, betas=betas, eps=epsilon, fused=True)
    torch.manual_seed(1)
    for _ in range(w.epochs):
        total = torch.zeros(())
        order = torch.randperm(w.rows) if w.shuffle else None
        for start in range(0, w.rows, w.batch):
            if w.shuffle:
                rows = order[start : start + w.batch]
                batch, targets = x.index_select(0, rows), y.index_select(0, rows)
            else:
                batch, targets = x[start : start + w.batch], y[start : start + w.batch]
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(batch), targets)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(targets)
        mean = total.item() / w.rows
    return mean


def final_loss():
    model.eval()
    with torch.inference_mode():
        return loss_of(model(x), y).item()


def stacked(parameters, batch):
    for at in range(0, len(parameters), 2):
        batch = torch.baddbmm(parameters[at + 1], batch, parameters[at])
        if at + 2 < len(parameters):
            batch = torch.relu(batch)
    return batch.squeeze(2)


def train(models):
    seeds = [workloads.kernels(w, i) for i in models]
    parameters = []
    for layer in range(len(w.layers)):
        kernels = torch.from_numpy(np.stack([kernels[layer] for kernels in seeds]))
        parameters += [kernels, torch.zeros(len(models), 1, kernels.shape[2])]
    for p in parameters:
        p.requires_grad_()
    means, squares = [[torch.zeros_like(p) for p in parameters] for _ in range(2)]
    rates = torch.tensor([workloads.rate(i) for i in models]).reshape(-1, 1, 1)
    orders = [torch.Generator().manual_seed(i) for i in models]
    b1, b2, epsilon = workloads.ADAM.values()
    step = 0
    for _ in range(w.epochs):
        order = torch.stack([torch.randperm(w.rows, generator=each) for each in orders])
        for start in range(0, w.rows, w.batch):
            rows = order[:, start : start + w.batch]
            losses = F.binary_cross_entropy_with_logits(stacked(parameters, x[rows]), y[rows], reduction="none")
            slopes = torch.autograd.grad(losses.mean(1).sum(), parameters)
            step += 1
            with torch.no_grad():
                rate = [-rates * ((1 - b2**step) ** 0.5 / (1 - b1**step))] * len(parameters)
                torch._foreach_lerp_(means, slopes, 1 - b1)
                torch._foreach_mul_(squares, b2)
                torch._foreach_addcmul_(squares, slopes, slopes, 1 - b2)
                roots = torch._foreach_sqrt(squares)
                torch._foreach_add_(roots, epsilon)
                torch._foreach_addcdiv_(parameters, torch._foreach_mul(means, rate), roots)
    with torch.inference_mode():
        z = stacked(parameters, x.expand(len(models), -1, -1))
        targets = y.expand(len(models), -1)
        return F.binary_cross_entropy_with_logits(z, targets, reduction="none").mean(1).tolist()


x, y = map(torch.from_numpy, job.data())
if w.loss == workloads.CLASSES:
    y = y.long()
model = build()
beginning = {name: value.clone() for name, value in model.state_dict().items()}
version = f"torch {torch.__version__}"
if job.name == "sweep":
    workloads.sweep(job, version, train, GROUP)
else:
    workloads.measure(job, version, run, final_loss)
