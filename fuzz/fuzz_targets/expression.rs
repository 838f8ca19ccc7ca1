#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| treino_fuzz::readers::expression(bytes));
