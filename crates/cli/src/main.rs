//! The `treino` program.

fn main() {}
