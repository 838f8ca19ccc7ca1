//! Non-finite numbers in JSON: `#[serde(with = "treino_core::nullable")]`.
//!
//! JSON cannot represent non-finite numbers, so they are written as null, and null is read as NaN. An infinity becomes
//! NaN.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number, or nested lists of numbers.
pub trait NullableNumbers: Serialize {
    /// The same type with optional numbers.
    type Nullable: DeserializeOwned;

    /// Replaces each `None` by NaN.
    fn filled(gappy: Self::Nullable) -> Self;
}

impl NullableNumbers for f64 {
    type Nullable = Option<f64>;

    fn filled(gappy: Option<f64>) -> f64 {
        gappy.unwrap_or(f64::NAN)
    }
}

impl NullableNumbers for f32 {
    type Nullable = Option<f32>;

    fn filled(gappy: Option<f32>) -> f32 {
        gappy.unwrap_or(f32::NAN)
    }
}

impl NullableNumbers for [f64; 2] {
    type Nullable = [Option<f64>; 2];

    fn filled(gappy: Self::Nullable) -> Self {
        gappy.map(f64::filled)
    }
}

impl NullableNumbers for [f64; 4] {
    type Nullable = [Option<f64>; 4];

    fn filled(gappy: Self::Nullable) -> Self {
        gappy.map(f64::filled)
    }
}

impl<T: NullableNumbers> NullableNumbers for Vec<T> {
    type Nullable = Vec<T::Nullable>;

    fn filled(gappy: Self::Nullable) -> Self {
        gappy.into_iter().map(T::filled).collect()
    }
}

/// A name with its numbers.
impl<T: NullableNumbers> NullableNumbers for (String, T) {
    type Nullable = (String, T::Nullable);

    fn filled((name, gappy): Self::Nullable) -> Self {
        (name, T::filled(gappy))
    }
}

/// Writes non-finite numbers as null.
///
/// # Errors
/// Returns the errors of the serializer.
pub fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    // The serializer writes non-finite numbers as null.
    value.serialize(to)
}

/// Reads null as NaN.
///
/// # Errors
/// Returns the errors of the deserializer.
pub fn deserialize<'de, T: NullableNumbers, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::Nullable::deserialize(from).map(T::filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(tag = "of", rename_all = "snake_case")]
    enum Tagged {
        One {
            #[serde(with = "super")]
            a: f64,
            #[serde(with = "super")]
            b: Vec<(String, Vec<[f64; 2]>)>,
        },
    }

    #[test]
    fn what_is_not_finite_comes_back_as_nan_and_the_rest_as_it_was() {
        let written = Tagged::One { a: f64::INFINITY, b: vec![("x".into(), vec![[0.1, f64::NAN], [1e-300, 2.0]])] };
        let text = serde_json::to_string(&written).unwrap();
        assert_eq!(text, r#"{"of":"one","a":null,"b":[["x",[[0.1,null],[1e-300,2.0]]]]}"#);
        let Tagged::One { a, b } = serde_json::from_str(&text).unwrap();
        assert!(a.is_nan() && b[0].1[0][1].is_nan());
        assert_eq!((b[0].1[0][0], b[0].1[1]), (0.1, [1e-300, 2.0]));
    }
}
