//! Numbers as Python writes them, for files that other programs take for Keras's.

/// Like Python's `repr`: the shortest digits that read back the same, a point or an exponent always there.
pub(super) fn repr(x: f64) -> String {
    if !x.is_finite() {
        return not_finite(x).to_string();
    }
    let text = format!("{x:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse().unwrap_or(0) {
        -4..=15 => format!("{x:?}"),
        exponent => format!("{digits}{}", written_exponent(exponent)),
    }
}

/// Like Python's format `.{digits}e`.
pub(super) fn scientific(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return not_finite(x).to_string();
    }
    let text = format!("{x:.digits$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}{}", written_exponent(exponent.parse().unwrap_or(0)))
}

/// Like Python's format `.{digits}f`.
pub(super) fn fixed(x: f64, digits: usize) -> String {
    if x.is_finite() { format!("{x:.digits$}") } else { not_finite(x).to_string() }
}

fn not_finite(x: f64) -> &'static str {
    match (x.is_nan(), x > 0.0) {
        (true, _) => "nan",
        (false, true) => "inf",
        (false, false) => "-inf",
    }
}

/// An exponent with its sign and at least two digits.
fn written_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        // What Python's repr prints.
        let written = [
            (0.1, "0.1"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.000012345, "1.2345e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
            (0.6931471824645996, "0.6931471824645996"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (x, text) in written {
            assert_eq!(repr(x), text);
        }
        assert_eq!((scientific(0.000123456, 2), scientific(-12.5, 0)), ("1.23e-04".into(), "-1e+01".into()));
        assert_eq!((fixed(0.125, 2), fixed(f64::INFINITY, 2)), ("0.12".into(), "inf".into()));
    }
}
