//! Times of day and durations, as numbers of seconds.

/// `text` (without sign) in seconds, or `None` if it is not a time: `7:27` (hours and minutes), `7:27:52`, `1:23.45`
/// (minutes and seconds), `182:13:18`, `3:05 PM`, `14h30`, `2 days 07:27:52`.
pub(crate) fn seconds(text: &[u8]) -> Option<f64> {
    if let Some(at) = text.iter().position(|b| b.eq_ignore_ascii_case(&b'h')) {
        return with_letters(&text[..at], &text[at + 1..]);
    }
    let (days, text) = days(text);
    let (hours, rest) = number(text, 6)?;
    let rest = rest.strip_prefix(b":")?;
    let (minutes, rest) = sixtieth(rest)?;
    if let Some((fraction, [])) = fraction(rest) {
        return (days == 0.0).then_some(hours * 60.0 + minutes + fraction);
    }
    let (seconds, rest) = match rest.strip_prefix(b":") {
        Some(rest) => sixtieth(rest)?,
        None => (0.0, rest),
    };
    let (fraction, rest) = fraction(rest).unwrap_or((0.0, rest));
    let hours = half_of_day(hours, rest.trim_ascii_start())?;
    Some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds + fraction)
}

/// `14h30`, `14h`, `14h30min`: the text before and after the letter.
fn with_letters(hours: &[u8], rest: &[u8]) -> Option<f64> {
    let (hours, []) = number(hours.trim_ascii_end(), 3)? else { return None };
    let rest = rest.trim_ascii_start();
    if rest.is_empty() {
        return Some(hours * 3600.0);
    }
    let (minutes, rest) = sixtieth(rest)?;
    let ends = [&b""[..], b"m", b"min"];
    ends.iter().any(|end| rest.trim_ascii_start().eq_ignore_ascii_case(end)).then_some(hours * 3600.0 + minutes * 60.0)
}

/// The leading number of days, as pandas and Python write it, and the rest of the text.
fn days(text: &[u8]) -> (f64, &[u8]) {
    let found = || {
        let (days, rest) = number(text, 6)?;
        let rest = rest.trim_ascii_start();
        let rest = rest.strip_prefix(b"days").or_else(|| rest.strip_prefix(b"day"))?;
        Some((days, rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start()))
    };
    found().unwrap_or((0.0, text))
}

/// The hour of the day; `half` is AM, PM or empty.
fn half_of_day(hour: f64, half: &[u8]) -> Option<f64> {
    let afternoon = match half {
        [] => return Some(hour),
        [a, b'm' | b'M'] | [a, b'.', b'm' | b'M', b'.'] => match a {
            b'a' | b'A' => false,
            b'p' | b'P' => true,
            _ => return None,
        },
        _ => return None,
    };
    (1.0..=12.0).contains(&hour).then_some(hour % 12.0 + if afternoon { 12.0 } else { 0.0 })
}

/// At most `most` leading digits, and the rest of the text.
fn number(text: &[u8], most: usize) -> Option<(f64, &[u8])> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=most).contains(&count).then(|| (text[..count].iter().fold(0.0, digit), &text[count..]))
}

fn digit(number: f64, digit: &u8) -> f64 {
    number * 10.0 + f64::from(digit - b'0')
}

/// Two digits below 60.
fn sixtieth(text: &[u8]) -> Option<(f64, &[u8])> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = number(text, 2)?;
    (count == 2 && number < 60.0).then_some((number, rest))
}

/// A separator and the decimals after it.
fn fraction(text: &[u8]) -> Option<(f64, &[u8])> {
    let [b'.' | b',', rest @ ..] = text else { return None };
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let text = format!("0.{}", std::str::from_utf8(&rest[..count]).ok()?);
    (count > 0).then_some((text.parse().ok()?, &rest[count..]))
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_read() {
        for (text, value) in [
            ("00:00", 0.0),
            ("7:27", 26_820.0),
            ("09:02:48", 32_568.0),
            ("7:27:52.25", 26_872.25),
            ("7:27:52,5", 26_872.5),
            ("1:23.5", 83.5),
            ("182:13:18", 655_998.0),
            ("3:05 PM", 54_300.0),
            ("12:05 am", 300.0),
            ("12:00:01 p.m.", 43_201.0),
            ("14h30", 52_200.0),
            ("14h", 50_400.0),
            ("2h 05 min", 7500.0),
            ("0 days 07:27:52", 26_872.0),
            ("1 day, 2:00:00", 93_600.0),
        ] {
            assert_eq!(seconds(text.as_bytes()), Some(value), "{text}");
        }
        for text in [
            "7",
            "7:5",
            "7:60",
            "7:27:60",
            "7:27:5",
            "13:05 PM",
            "0:05 PM",
            "7:27 XM",
            "2:1",
            "1:2:3:4",
            "h",
            "h30",
            "3 days",
            "12h3",
            "7:27:52:11",
            "a:30",
            "7:27.",
        ] {
            assert_eq!(seconds(text.as_bytes()), None, "{text}");
        }
    }
}
