//! Scalars as values.

use super::Value;
use crate::number::Number;

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Str(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Str(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(bool: bool) -> Self {
        Value::Bool(bool)
    }
}

impl From<f64> for Value<'_> {
    /// A NaN or an infinity, which JSON has not, is in no range and equal to nothing that a policy can write.
    fn from(number: f64) -> Self {
        Value::Number(Number::Float(number))
    }
}

impl From<Number> for Value<'_> {
    fn from(number: Number) -> Self {
        Value::Number(number)
    }
}

impl<'a> From<&'a [Value<'a>]> for Value<'a> {
    fn from(items: &'a [Value<'a>]) -> Self {
        Value::List(items)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Value<'_> {
            fn from(number: $integer) -> Self {
                Value::Number(Number::Int(number.into()))
            }
        })*
    };
}

from_integers!(i32, u32, i64, u64);
