//! Records as bytes: little-endian, of a fixed size, each value with exactly one encoding.
//!
//! Invariants: [`Wire::write`] appends exactly [`Wire::SIZE`] bytes, and [`Wire::read`] accepts nothing that `write` does not
//! write (a byte that stands for nothing is zero), so what was read is written back as it was.

/// A value with an encoding of fixed size.
pub(super) trait Wire: Sized {
    /// The size of the encoding, in bytes.
    const SIZE: usize;

    /// Appends the encoding.
    fn write(&self, out: &mut Vec<u8>);

    /// The value of an encoding of exactly [`Wire::SIZE`] bytes; none if they are no encoding.
    fn read(bytes: &[u8]) -> Option<Self>;

    /// The encoding in words, for [`super::format_description`].
    fn layout() -> String;
}

/// Reads a value from the front of `rest` and moves `rest` behind it.
#[inline(always)]
pub(super) fn take<T: Wire>(rest: &mut &[u8]) -> Option<T> {
    let (bytes, after) = rest.split_at_checked(T::SIZE)?;
    *rest = after;
    T::read(bytes)
}

/// The larger size, for choices.
pub(super) const fn larger(left: usize, right: usize) -> usize {
    if left > right { left } else { right }
}

/// Fills a choice up to its size.
pub(super) fn pad(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, 0);
}

/// Whether all bytes stand for nothing.
#[inline]
pub(super) fn is_padding(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            const SIZE: usize = size_of::<$integer>();
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            #[inline(always)]
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(<$integer>::from_le_bytes(bytes.try_into().ok()?))
            }
            fn layout() -> String {
                stringify!($integer).to_owned()
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i64, i128);

impl Wire for f64 {
    const SIZE: usize = 8;
    fn write(&self, out: &mut Vec<u8>) {
        self.to_bits().write(out);
    }
    #[inline(always)]
    fn read(bytes: &[u8]) -> Option<Self> {
        u64::read(bytes).map(f64::from_bits)
    }
    fn layout() -> String {
        "f64".to_owned()
    }
}

impl Wire for bool {
    const SIZE: usize = 1;
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    #[inline(always)]
    fn read(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [byte] if byte <= 1 => Some(byte == 1),
            _ => None,
        }
    }
    fn layout() -> String {
        "bool".to_owned()
    }
}

/// A byte that tells whether there is a value, then the value.
impl<T: Wire> Wire for Option<T> {
    const SIZE: usize = 1 + T::SIZE;
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        match self {
            Some(value) => value.write(out),
            None => pad(out, T::SIZE),
        }
    }
    #[inline(always)]
    fn read(mut bytes: &[u8]) -> Option<Self> {
        if take(&mut bytes)? { T::read(bytes).map(Some) } else { is_padding(bytes).then_some(None) }
    }
    fn layout() -> String {
        format!("option of {}", T::layout())
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    const SIZE: usize = A::SIZE + B::SIZE;
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }
    #[inline(always)]
    fn read(mut bytes: &[u8]) -> Option<Self> {
        Some((take(&mut bytes)?, take(&mut bytes)?))
    }
    fn layout() -> String {
        format!("({}, {})", A::layout(), B::layout())
    }
}

impl<T: Wire + Copy + Default, const N: usize> Wire for [T; N] {
    const SIZE: usize = N * T::SIZE;
    fn write(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|value| value.write(out));
    }
    #[inline(always)]
    fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut values = [T::default(); N];
        for value in &mut values {
            *value = take(&mut bytes)?;
        }
        Some(values)
    }
    fn layout() -> String {
        format!("{N} of {}", T::layout())
    }
}

/// Encodes structs: their fields one after another. A field that is not listed, or has another type, does not compile.
macro_rules! records {
    ($($name:ident $(<$($generic:ident),*>)? { $($field:tt: $type:ty),* $(,)? })*) => {$(
        impl $(<$($generic: Wire),*>)? Wire for $name $(<$($generic),*>)? {
            const SIZE: usize = 0 $(+ <$type as Wire>::SIZE)*;
            fn write(&self, out: &mut Vec<u8>) {
                // No field but these.
                let Self { $($field: _),* } = self;
                $(self.$field.write(out);)*
            }
            #[inline(always)]
            fn read(mut bytes: &[u8]) -> Option<Self> {
                Some(Self { $($field: take::<$type>(&mut bytes)?),* })
            }
            fn layout() -> String {
                let fields = [$(format!("{}: {}", stringify!($field), <$type as Wire>::layout())),*];
                format!("{} {{ {} }}", stringify!($name), fields.join(", "))
            }
        }
    )*};
}

/// Encodes enums: a byte for the variant, then what it holds, filled up to the size of the largest.
macro_rules! choices {
    ($($name:ident { $($number:literal = $variant:ident $(($value:ident: $type:ty))?),* $(,)? })*) => {$(
        impl Wire for $name {
            const SIZE: usize = {
                #[allow(unused_mut, reason = "an enum without values has no size to raise")]
                let mut largest = 0;
                $($(largest = larger(largest, <$type as Wire>::SIZE);)?)*
                1 + largest
            };
            fn write(&self, out: &mut Vec<u8>) {
                let end = out.len() + Self::SIZE;
                match self {
                    $(Self::$variant $(($value))? => {
                        out.push($number);
                        $($value.write(out);)?
                    })*
                }
                out.resize(end, 0);
            }
            #[inline(always)]
            fn read(mut bytes: &[u8]) -> Option<Self> {
                let choice = match take::<u8>(&mut bytes)? {
                    $($number => Self::$variant $(({
                        let $value: $type = take(&mut bytes)?;
                        $value
                    }))?,)*
                    _ => return None,
                };
                is_padding(bytes).then_some(choice)
            }
            fn layout() -> String {
                let choices = [$(concat!(stringify!($number), " = ", stringify!($variant)).to_owned()
                    $(+ &format!("({})", <$type as Wire>::layout()))?),*];
                format!("{} {{ {} }}", stringify!($name), choices.join(", "))
            }
        }
    )*};
}

pub(super) use {choices, records};
