//! Running a program over a batch, tile by tile.
//!
//! A tile is as many rows as fit into 256 numbers, at least one. Each instruction processes a whole tile in one loop,
//! which the compiler vectorises. A reduction adds the numbers of a row from left to right, so that no result depends
//! on the tile or on the instruction set.

use super::double;
use super::graph::{Binary, Reduce, Unary};
use super::program::{Instruction, Register, TileOp, TileProgram};
use treino_engine::math;
use treino_engine::simd::{Kernel, Simd};

/// Numbers per register, if rows are not wider.
const TILE: usize = 256;

/// Runs a program over `rows` rows of `width` numbers. `scratch` grows as needed; its content is arbitrary afterwards.
pub(super) fn run(
    program: &TileProgram,
    simd: Simd,
    scratch: &mut Vec<f32>,
    [rows, width]: [usize; 2],
    inputs: &[&[f32]],
    outputs: &mut [&mut [f32]],
) {
    let capacity = width.max(TILE);
    if scratch.len() < program.registers * capacity {
        scratch.resize(program.registers * capacity, 0.0);
    }
    simd.run(Tiles { program, scratch, capacity, rows, width, inputs, outputs });
}

struct Tiles<'a, 'b> {
    program: &'a TileProgram,
    scratch: &'a mut [f32],
    capacity: usize,
    rows: usize,
    width: usize,
    inputs: &'a [&'a [f32]],
    outputs: &'a mut [&'b mut [f32]],
}

impl Kernel for Tiles<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Tiles { program, scratch, capacity, rows, width, inputs, outputs } = self;
        let most = (capacity / width).min(rows);
        let at = |register: Register| register as usize * capacity;
        let length = |long: bool, rows: usize| if long { rows * width } else { rows };
        for (register, value) in &program.constants {
            scratch[at(*register)..][..most * width].fill(value.unwrap_or(width as f32));
        }
        let mut first = 0;
        while first < rows {
            let n = most.min(rows - first);
            for (register, place, long) in &program.inputs {
                let (begin, length) = (length(*long, first), length(*long, n));
                scratch[at(*register)..][..length].copy_from_slice(&inputs[*place][begin..begin + length]);
            }
            for instruction in &program.code {
                step(instruction, scratch, capacity, [length(instruction.long, n), n], width);
            }
            for ((register, long), out) in program.outputs.iter().zip(outputs.iter_mut()) {
                let (begin, length) = (length(*long, first), length(*long, n));
                out[begin..begin + length].copy_from_slice(&scratch[at(*register)..][..length]);
            }
            first += n;
        }
    }
}

/// to[i] = f(a[i]) and so on: one explicit loop each, because closures would not be compiled for wide instruction sets.
macro_rules! each {
    ($to:ident = |$x:ident in $a:ident| $f:expr) => {
        for (to, $x) in $to.iter_mut().zip($a.iter()) {
            let $x = *$x;
            *to = $f;
        }
    };
    ($to:ident = |$x:ident in $a:ident, $y:ident in $b:ident| $f:expr) => {
        for ((to, $x), $y) in $to.iter_mut().zip($a.iter()).zip($b.iter()) {
            let ($x, $y) = (*$x, *$y);
            *to = $f;
        }
    };
}

/// The registers of an instruction: the one it writes, and those it reads.
macro_rules! registers {
    ($scratch:ident, $capacity:ident, [$($register:expr => $length:expr),*]) => {
        match $scratch.get_disjoint_mut([$($register as usize * $capacity..$register as usize * $capacity + $length),*]) {
            Ok(registers) => registers,
            Err(_) => unreachable!("an instruction reads and writes different registers of the working memory"),
        }
    };
}

#[inline(always)]
fn step(instruction: &Instruction, scratch: &mut [f32], capacity: usize, [n, rows]: [usize; 2], width: usize) {
    let Instruction { op, to, from: [a, b, c], .. } = *instruction;
    match op {
        TileOp::Unary(op) => {
            let [to, a] = registers!(scratch, capacity, [to => n, a => n]);
            unary(op, to, a);
        }
        TileOp::Binary(op) => {
            let [to, a, b] = registers!(scratch, capacity, [to => n, a => n, b => n]);
            binary(op, to, a, b);
        }
        TileOp::Where => {
            let [to, condition, a, b] = registers!(scratch, capacity, [to => n, a => n, b => n, c => n]);
            for (((to, condition), a), b) in to.iter_mut().zip(condition.iter()).zip(a.iter()).zip(b.iter()) {
                *to = if *condition == 0.0 { *b } else { *a };
            }
        }
        TileOp::Reduce(op) => {
            let [to, a] = registers!(scratch, capacity, [to => rows, a => rows * width]);
            reduce(op, to, a, width);
        }
        TileOp::Spread => {
            let [to, a] = registers!(scratch, capacity, [to => n, a => rows]);
            for (to, a) in to.chunks_exact_mut(width).zip(a) {
                to.fill(*a);
            }
        }
        TileOp::Copy => {
            let [to, a] = registers!(scratch, capacity, [to => n, a => n]);
            to.copy_from_slice(a);
        }
    }
}

#[inline(always)]
fn truth(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

#[inline(always)]
fn unary(op: Unary, to: &mut [f32], a: &[f32]) {
    match op {
        Unary::Neg => each!(to = |x in a| -x),
        Unary::Abs => each!(to = |x in a| x.abs()),
        Unary::Square => each!(to = |x in a| x * x),
        Unary::Sqrt => each!(to = |x in a| x.sqrt()),
        Unary::Exp => each!(to = |x in a| math::exp(x)),
        Unary::Expm1 => each!(to = |x in a| math::expm1(x)),
        Unary::Log => each!(to = |x in a| math::ln(x)),
        Unary::Log1p => each!(to = |x in a| math::ln_1p(x)),
        Unary::Tanh => each!(to = |x in a| math::tanh(x)),
        Unary::Sigmoid => each!(to = |x in a| math::sigmoid(x)),
        Unary::Softplus => each!(to = |x in a| math::softplus(x)),
        Unary::Relu => each!(to = |x in a| if x <= 0.0 { 0.0 } else { x }),
        Unary::Erf => each!(to = |x in a| math::erf(x)),
        Unary::Sign => each!(to = |x in a| if x == 0.0 || x.is_nan() { x } else { 1.0_f32.copysign(x) }),
        Unary::Floor => each!(to = |x in a| x.floor()),
        Unary::Ceil => each!(to = |x in a| x.ceil()),
        Unary::Round => each!(to = |x in a| x.round_ties_even()),
        Unary::Not => each!(to = |x in a| truth(x == 0.0)),
        Unary::Fixed => to.copy_from_slice(a),
    }
}

#[inline(always)]
fn binary(op: Binary, to: &mut [f32], a: &[f32], b: &[f32]) {
    match op {
        Binary::Add => each!(to = |x in a, y in b| x + y),
        Binary::Sub => each!(to = |x in a, y in b| x - y),
        Binary::Mul => each!(to = |x in a, y in b| x * y),
        Binary::Div => each!(to = |x in a, y in b| x / y),
        // Exact except for the last rounding.
        Binary::Pow => each!(to = |x in a, y in b| double::pow(f64::from(x), f64::from(y)) as f32),
        Binary::Mod => each!(to = |x in a, y in b| {
            let rest = x % y;
            if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
        }),
        Binary::Min => each!(to = |x in a, y in b| if x < y || x.is_nan() { x } else { y }),
        Binary::Max => each!(to = |x in a, y in b| if x > y || x.is_nan() { x } else { y }),
        Binary::Less => each!(to = |x in a, y in b| truth(x < y)),
        Binary::LessEqual => each!(to = |x in a, y in b| truth(x <= y)),
        Binary::Equal => each!(to = |x in a, y in b| truth(x == y)),
        Binary::NotEqual => each!(to = |x in a, y in b| truth(x != y)),
        Binary::And => each!(to = |x in a, y in b| truth((x != 0.0) & (y != 0.0))),
        Binary::Or => each!(to = |x in a, y in b| truth((x != 0.0) | (y != 0.0))),
        Binary::Chain => each!(to = |x in a, y in b| if (x == 0.0) | (y == 0.0) { 0.0 } else { x * y }),
    }
}

#[inline(always)]
fn reduce(op: Reduce, to: &mut [f32], a: &[f32], width: usize) {
    for (to, row) in to.iter_mut().zip(a.chunks_exact(width)) {
        let mut value = match op {
            Reduce::Sum => 0.0,
            Reduce::Max => f32::NEG_INFINITY,
            Reduce::Min => f32::INFINITY,
        };
        for x in row {
            value = match op {
                Reduce::Sum => value + x,
                Reduce::Max if *x < value || value.is_nan() => value,
                Reduce::Min if *x > value || value.is_nan() => value,
                Reduce::Max | Reduce::Min => *x,
            };
        }
        *to = value;
    }
}
