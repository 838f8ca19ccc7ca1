//! A checksum inside the file that it covers: it covers every byte, with its own digits as zeros.
//!
//! It is the first entry of the JSON object at the beginning of the file, or of the safetensors metadata under the key
//! `treino`.

use super::Crc32c;
use crate::error::{Error, Result};
use std::ops::Range;

/// The first entry of an object before it is sealed, in JSON.
pub const UNSEALED: &str = "\"checksum\":\"00000000\"";

const DIGITS: usize = 8;

/// The possible beginnings of a file, up to the digits, with their offsets.
const BEGINNINGS: [(usize, &[u8]); 2] =
    [(0, b"{\"checksum\":\""), (8, b"{\"__metadata__\":{\"treino\":\"{\\\"checksum\\\":\\\"")];

/// Where the digits of the checksum are.
fn digits(bytes: &[u8]) -> Option<Range<usize>> {
    BEGINNINGS.iter().find_map(|(at, beginning)| {
        let first = at + beginning.len();
        let is_there = bytes.get(*at..first) == Some(*beginning) && bytes.len() >= first + DIGITS;
        is_there.then_some(first..first + DIGITS)
    })
}

fn checksum(bytes: &[u8], digits: &Range<usize>) -> String {
    let mut crc = Crc32c::new();
    for part in [&bytes[..digits.start], &[b'0'; DIGITS], &bytes[digits.end..]] {
        crc.update(part);
    }
    format!("{:08x}", crc.value())
}

/// Writes the checksum of a file into it.
///
/// # Errors
/// Returns an error if the file does not begin with [`UNSEALED`].
pub fn seal(bytes: &mut [u8]) -> Result<()> {
    let Some(digits) = digits(bytes) else {
        return Err(Error::input("the file cannot be stored: it has no place for its checksum"));
    };
    let sum = checksum(bytes, &digits);
    bytes[digits].copy_from_slice(sum.as_bytes());
    Ok(())
}

/// Checks that a file is unchanged. `must` requires a checksum: files of earlier formats have none.
///
/// # Errors
/// Returns an error if the file was changed or damaged.
pub fn check_seal(bytes: &[u8], must: bool) -> Result<()> {
    match digits(bytes) {
        None if must => Err(Error::input("the file is damaged: its checksum is missing")),
        Some(digits) if checksum(bytes, &digits).as_bytes() != &bytes[digits.clone()] => {
            Err(Error::input("the file is damaged: its checksum is that of other bytes"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::crc32c;

    #[test]
    fn every_flipped_bit_is_noticed() {
        let mut bytes = format!("{{{UNSEALED},\"rows\":60}}").into_bytes();
        let sum = crc32c(&bytes);
        seal(&mut bytes).unwrap();
        assert_eq!(bytes, format!("{{\"checksum\":\"{sum:08x}\",\"rows\":60}}").into_bytes());
        check_seal(&bytes, true).unwrap();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(check_seal(&bytes, true).is_err(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(check_seal(b"{\"rows\":60}", true).is_err() && check_seal(b"{\"rows\":60}", false).is_ok());
        assert!(seal(&mut b"{\"rows\":60}".to_vec()).is_err());
    }
}
