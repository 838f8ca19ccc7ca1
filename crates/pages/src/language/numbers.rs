//! Numbers as a person reads them: short, with the decimal mark and the thousands mark of the language.

use super::Lang;

impl Lang {
    /// A number with about four significant digits.
    pub fn number(self, x: f64) -> String {
        if !x.is_finite() {
            return x.to_string();
        }
        match x.abs() {
            0.0 => "0".to_string(),
            a if a >= 1e6 => self.marked(&format!("{x:.3e}")),
            a if a >= 1000.0 => self.grouped(x),
            a if a >= 100.0 => self.marked(&format!("{x:.1}")),
            a if a >= 10.0 => self.marked(&format!("{x:.2}")),
            a if a >= 0.001 => self.marked(&format!("{x:.4}")),
            _ => self.marked(&format!("{x:.2e}")),
        }
    }

    /// A number as it stands in a table of data: whole numbers as such, others without zeros at their end.
    pub fn plain_number(self, x: f64) -> String {
        if x.fract() == 0.0 && x.abs() < 1e6 {
            // A year has no thousands mark.
            return if x.abs() < 1e4 { x.to_string() } else { self.grouped(x) };
        }
        let text = self.number(x);
        if text.contains(self.decimal()) && !text.contains('e') {
            return text.trim_end_matches('0').trim_end_matches(self.decimal()).to_string();
        }
        text
    }

    /// A share as a percentage with one decimal.
    pub fn percent(self, share: f64) -> String {
        self.marked(&format!("{:.1} %", 100.0 * share))
    }

    /// A whole number with a mark between thousands.
    pub fn grouped(self, x: f64) -> String {
        let mark = if self == Lang::Portuguese { '.' } else { ',' };
        let digits = format!("{:.0}", x.abs());
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                out.push(mark);
            }
            out.push(digit);
        }
        if x < 0.0 { format!("-{out}") } else { out }
    }

    /// A count of rows, which weights may have made a fraction.
    pub fn rows_counted(self, count: f64) -> String {
        if count.fract() == 0.0 { self.grouped(count) } else { self.marked(&format!("{count:.1}")) }
    }

    /// The decimal mark.
    pub fn decimal(self) -> char {
        if self == Lang::Portuguese { ',' } else { '.' }
    }

    /// A number that Rust wrote, with the language's decimal mark.
    pub fn marked(self, number: &str) -> String {
        if self == Lang::Portuguese { number.replace('.', ",") } else { number.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let all = [0.0, 0.5, -12.345, 123.456, 1234.5, 1.5e7, 0.00012, f64::NAN];
        let shown = all.map(|x| Lang::English.number(x));
        assert_eq!(shown, ["0", "0.5000", "-12.35", "123.5", "1,234", "1.500e7", "1.20e-4", "NaN"]);
        let shown = all.map(|x| Lang::Portuguese.number(x));
        assert_eq!(shown, ["0", "0,5000", "-12,35", "123,5", "1.234", "1,500e7", "1,20e-4", "NaN"]);
        let all = [0.0, 0.5, -12.0, 4.3, 1234567.0, 98765.0];
        assert_eq!(all.map(|x| Lang::English.plain_number(x)), ["0", "0.5", "-12", "4.3", "1.235e6", "98,765"]);
        assert_eq!(all.map(|x| Lang::Portuguese.plain_number(x)), ["0", "0,5", "-12", "4,3", "1,235e6", "98.765"]);
        assert_eq!(Lang::ALL.map(|lang| lang.percent(0.1234)), ["12.3 %", "12,3 %"]);
    }
}
